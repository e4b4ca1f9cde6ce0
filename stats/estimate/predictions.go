package estimate

import (
	"math"

	"github.com/leeway-ml/leeway/stats/scores"
)

// Predictions are scores for one class, without truth: how many fell into each bin, by what was predicted.
type Predictions struct {
	Bins []scores.Bin
	// Predicted has how many of each bin were predicted as the class, Others how many as another one; an element a bin.
	Predicted, Others []float64
}

// Total is the number of predictions.
func (p *Predictions) Total() float64 {
	n := 0.0
	for i := range p.Bins {
		n += p.Predicted[i] + p.Others[i]
	}
	return n
}

// PredictionsOf splits a table's distribution by what was predicted. predicted has the scores of those predicted as the class.
func PredictionsOf(all, predicted *scores.Distribution) Predictions {
	p := Predictions{Bins: all.Bins, Predicted: predicted.Counts, Others: make([]float64, len(all.Bins))}
	for i := range all.Bins {
		p.Others[i] = max(0, all.Counts[i]-predicted.Counts[i])
	}
	return p
}

// Expected is what the predictions are expected to turn out as.
type Expected struct {
	Predictions
	reference *Reference
	// probabilities that the class is the true one, by bin.
	probabilities []float64
	// tp, fp, fn, tn are the expected numbers of true and false positives and negatives, each added up for itself: none is below 0.
	tp, fp, fn, tn float64
}

// Confusion are the numbers of true and false positives and negatives to be expected. They need not be whole.
func (e *Expected) Confusion() (tp, fp, fn, tn float64) {
	return e.tp, e.fp, e.fn, e.tn
}

// Table has the expected positives and negatives of each bin. It shares the bins.
func (e *Expected) Table() scores.Table {
	t := scores.Table{Bins: e.Bins, Positives: make([]float64, len(e.Bins)), Negatives: make([]float64, len(e.Bins))}
	for i, p := range e.probabilities {
		n := e.Predicted[i] + e.Others[i]
		t.Positives[i], t.Negatives[i] = n*p, n*(1-p)
	}
	return t
}

// value is the estimate of a measure. byPredicted and byOthers say by how much the measure grows when one more prediction of the bin,
// predicted as the class or as another, turns out to be of the class (and so one fewer turns out not to be).
//
// By the delta method: each truth is a Bernoulli variable, independent of the others, of variance p (1-p); that of the
// calibration, see Reference, is shared by all predictions of a group.
func (e *Expected) value(measure float64, byPredicted, byOthers func(bin int) float64) Value {
	if math.IsNaN(measure) || math.IsInf(measure, 0) {
		return undefined
	}
	variance := 0.0
	moved := make([]float64, len(e.reference.groups))
	for i, p := range e.probabilities {
		n, m := e.Predicted[i], e.Others[i]
		if n+m == 0 {
			continue
		}
		var dn, dm float64
		if n > 0 {
			dn = byPredicted(i)
		}
		if m > 0 {
			dm = byOthers(i)
		}
		variance += (n*dn*dn + m*dm*dm) * p * (1 - p)
		moved[e.reference.group(e.Bins[i].Score)] += n*dn + m*dm
	}
	for g, d := range moved {
		variance += d * d * e.reference.groups[g].variance
	}
	return Value{measure, math.Sqrt(variance)}
}

// ofConfusion is value where the score doesn't matter, only what was predicted: dTP is the growth where a false positive turns true, dFN where a true
// negative turns false.
func (e *Expected) ofConfusion(measure, dTP, dFN float64) Value {
	return e.value(measure, func(int) float64 { return dTP }, func(int) float64 { return dFN })
}
