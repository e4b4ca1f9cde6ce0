package change

import (
	"math"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/sequential"
	"github.com/leeway-ml/leeway/summary"
)

// loss is one of those that the judge can watch.
type loss struct {
	name string
	// measure of quality that the reference's chunks were judged by, and the mean loss that a value of it means.
	measure string
	of      func(measure float64) float64
	// bounded is true where it lies within 0 and 1.
	bounded bool
}

// wrong is the loss that comes from the confusion matrix, not from ml.outcome.loss.
const wrong = "error"

var losses = []*loss{
	{name: wrong, measure: "accuracy", of: func(accuracy float64) float64 { return 1 - accuracy }, bounded: true},
	{name: "absolute", measure: "mae", of: same},
	{name: "squared", measure: "rmse", of: func(rmse float64) float64 { return rmse * rmse }},
	{name: "log", measure: "log_loss", of: same},
	{name: "brier", measure: "brier_score", of: same},
}

func same(x float64) float64 { return x }

// Losses lists the names that the configuration's `losses` takes.
func Losses() []string {
	names := make([]string, len(losses))
	for i, l := range losses {
		names[i] = l.name
	}
	return names
}

func find(name string) *loss {
	for _, l := range losses {
		if l.name == name {
			return l
		}
	}
	return nil
}

// metric that the loss is read from.
func (l *loss) metric() string {
	if l.name == wrong {
		return semconv.MetricOutcomes
	}
	return semconv.MetricOutcomeLoss
}

// errors reports whether it is a loss of a regression's errors, of which ml.outcome.error has the distribution; scores' losses have theirs from
// ml.outcome.odds.
func (l *loss) errors() bool { return l.name == "absolute" || l.name == "squared" }

// total of the loss over series.
func (l *loss) total(series []summary.Series) sequential.Pane {
	var p sequential.Pane
	for i := range series {
		if s := &series[i]; s.Metric == l.metric() {
			x := l.read(s)
			p.Count += x.Count
			p.Sum += x.Sum
		}
	}
	return p
}

// read what a series has of the loss.
func (l *loss) read(s *summary.Series) sequential.Pane {
	var p sequential.Pane
	switch {
	case l.name == wrong:
		predicted, truth := s.Attribute(semconv.AttrPredictionClass), s.Attribute(semconv.AttrGroundTruthClass)
		if predicted == "" || truth == "" {
			return p
		}
		if p.Count = s.Sum; predicted != truth {
			p.Sum = s.Sum
		}
	case s.Attribute(semconv.AttrLossName) != l.name || s.Attribute(semconv.AttrBinIndex) != "": // by bin the reference has it a second time
		return p
	case s.Histogram != nil:
		p = sequential.Pane{Count: float64(s.Histogram.Count()), Sum: s.Histogram.Sum}
	case s.Exponential != nil:
		p = sequential.Pane{Count: float64(s.Exponential.Count()), Sum: s.Exponential.Sum}
	}
	if !(p.Count > 0 && p.Sum >= 0) || math.IsInf(p.Count, 0) || math.IsInf(p.Sum, 0) { // a sender left the sum out
		return sequential.Pane{}
	}
	return p
}

// stray is how much more than the whole's the loss of the reference's worst chunk was, of any length of which there were enough.
func (l *loss) stray(p *profile.Profile, mean float64, least int) (most float64, known bool) {
	for _, of := range p.QualityLimits {
		if limit, ok := of[l.measure]; ok && limit.Chunks >= least {
			most, known = max(most, l.of(limit.Worst)-mean), true
		}
	}
	return most, known
}
