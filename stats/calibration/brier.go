package calibration

import "math"

// Decomposition is the parts of the Brier score over bins:
//
//	Brier = Reliability - Resolution + Uncertainty + WithinVariance - WithinCovariance
//
// The first three are Murphy's. He assumes one score a bin; the last two make up for scores that differ within a bin.
type Decomposition struct {
	// Reliability is sum of n_b/N (predicted_b - observed_b)^2: what miscalibration costs. 0..1, 0 = calibrated.
	Reliability float64
	// Resolution is sum of n_b/N (observed_b - base rate)^2: what the scores win by telling cases apart. 0..Uncertainty.
	Resolution float64
	// Uncertainty is base rate x (1 - base rate): the Brier score of somebody who knows only the base rate. 0..0.25.
	Uncertainty float64
	// WithinVariance is the mean squared distance of a score from its bin's mean score. NaN where the Brier score is not known.
	WithinVariance float64
	// WithinCovariance is twice the mean of (score - mean score)(truth - share of positives), both of the bin.
	WithinCovariance float64
}

// Decompose divides a Brier score. All parts are exact, from exact bins; brier is the exact Brier score of the same outcomes, NaN
// where it is not known.
//
// Sources: Murphy, A new vector partition of the probability score, Journal of Applied Meteorology 1973; Stephenson, Coelho and
// Jolliffe, Two extra components in the Brier score decomposition, Weather and Forecasting 2008. The covariance is known from
// the sums of scores of the positives, and the variance is then what is left.
func Decompose(b Bins, brier float64) Decomposition {
	total, ok := b.total()
	if !ok {
		nan := math.NaN()
		return Decomposition{nan, nan, nan, nan, nan}
	}
	n, base := total.Samples(), total.Observed()
	var d Decomposition
	for _, bin := range b {
		if bin.Samples() == 0 {
			continue
		}
		weight, observed, predicted := bin.Samples()/n, bin.Observed(), bin.Predicted()
		d.Reliability += weight * (predicted - observed) * (predicted - observed)
		d.Resolution += weight * (observed - base) * (observed - base)
		d.WithinCovariance += 2 / n * (bin.PositiveScores - predicted*bin.Positives)
	}
	d.Uncertainty = base * (1 - base)
	d.WithinVariance = brier - d.Reliability + d.Resolution - d.Uncertainty + d.WithinCovariance
	return d
}
