package estimate

import (
	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/estimate"
	"github.com/leeway-ml/leeway/stats/scores"
	"github.com/leeway-ml/leeway/summary"
)

// predicted are the scores of a window's predictions by class.
func predicted(p *outcome.Predictions, binary bool) map[string]estimate.Predictions {
	all := make(map[string]estimate.Predictions, len(p.Scores))
	for class, s := range p.Scores {
		all[class] = split(s.All, s.AsClass, s.AsOther, binary)
	}
	return all
}

// withoutTruth are the scores of a window's outcomes by class, as if their truth were not known.
func withoutTruth(o *outcome.Outcomes, binary bool) map[string]estimate.Predictions {
	all := make(map[string]estimate.Predictions, len(o.Scores))
	for class, s := range o.Scores {
		all[class] = split(s.All.Distribution(), s.AsClass.Distribution(), s.AsOther.Distribution(), binary)
	}
	return all
}

// split takes predictions without a class, in a binary task, as of the class from a score of 0.5 on, as model_summary does. With
// several classes nothing says what they were, and they are left out.
func split(whole, asClass, asOther scores.Distribution, binary bool) estimate.Predictions {
	p := estimate.Predictions{Bins: whole.Bins, Predicted: asClass.Counts, Others: asOther.Counts}
	if !binary {
		return p
	}
	for i, b := range whole.Bins {
		switch unknown := whole.Counts[i] - asClass.Counts[i] - asOther.Counts[i]; {
		case unknown <= 0:
		case b.Score >= 0.5:
			p.Predicted[i] += unknown
		default:
			p.Others[i] += unknown
		}
	}
	return p
}

// predictedValues are the window's predicted values over the roll-up bins of the profile's.
func predictedValues(w *summary.Window, v *profile.Variable) (counts []float64, n uint64) {
	counts = make([]float64, len(v.Rollup))
	series := w.Of(semconv.MetricPredictionValue)
	for i := range series {
		var fine []uint64
		switch s := &series[i]; {
		case s.Histogram != nil && len(s.Histogram.Counts) == len(s.Histogram.Bounds)+1:
			fine, _ = v.Rebin(s.Histogram.Bounds, s.Histogram.Counts)
		case s.Exponential != nil:
			fine, _ = v.RebinExponential(s.Exponential)
		}
		if fine == nil {
			continue
		}
		for bin, c := range profile.SumBins(fine, v.Rollup) {
			counts[bin] += float64(c)
			n += c
		}
	}
	return counts, n
}
