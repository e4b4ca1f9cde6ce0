// Package estimate says how good predictions probably are whose truth is not known.
//
// Classification: CBPE, confidence-based performance estimation. A calibrated score is the probability that the truth is the class,
// so that the scores of a window's predictions alone say how many of them to expect right and wrong, and so every measure that is
// a function of those numbers. Regression: direct loss estimation. The loss at reference time, as a function of the prediction,
// is averaged over the window's predictions.
//
// Both see a change of the inputs as far as it moves the model's output: more of the cases that the model is unsure of. Neither sees that the truth
// of like cases has changed (concept drift): they assume that the relation of output and truth is that of the reference. Where an
// estimate and the measured quality of the same predictions part by more than their errors, that assumption is wrong.
//
// Every estimate comes with its standard error, made of two parts: what chance makes of the truth of a window's predictions, given their
// scores; and how well the reference's outcomes, which are finite as well, tell the relation.
//
// Sources: NannyML, How it works: Estimation of performance of the monitored model (CBPE, DLE); Guillory, Shankar, Ebrahimi, Darrell and
// Schmidt, Predicting with confidence on unseen distributions, ICCV 2021. NannyML's estimates are the same sums over rows; its sampling
// error is another one: the spread of the measure over the reference's rows, scaled to the window's size, whatever the window's scores are.
package estimate

import "math"

// Value is an estimate. Both are NaN where it is not defined.
type Value struct {
	Value float64
	// Error is the standard error.
	Error float64
}

var undefined = Value{math.NaN(), math.NaN()}

// z is the 97.5th percentile of the normal distribution.
const z = 1.959963984540054

// Interval is the 95 % interval, cut to what the measure can be.
func (v Value) Interval(least, most float64) (lower, upper float64) {
	return math.Max(v.Value-z*v.Error, least), math.Min(v.Value+z*v.Error, most)
}
