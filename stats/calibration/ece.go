package calibration

import "math"

// ECE is the expected calibration error,
//
//	sum over bins of n_b/N |observed_b - predicted_b|,
//
// observed the share of positives, predicted the mean score. 0..1; 0 = calibrated in each bin. Exact, from exact bins.
// Scores of a calibrated model have an ECE above 0 too, by chance: see ECENoise. More bins never lower it.
//
// Source: Naeini, Cooper and Hauskrecht, Obtaining well calibrated probabilities using Bayesian binning, AAAI 2015.
func (b Bins) ECE() float64 {
	total, ok := b.total()
	if !ok {
		return math.NaN()
	}
	sum := 0.0
	for _, bin := range b {
		sum += math.Abs(bin.gap())
	}
	return sum / total.Samples()
}
