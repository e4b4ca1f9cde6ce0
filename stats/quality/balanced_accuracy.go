package quality

import "math"

// BalancedAccuracy is the mean of the recalls of the classes that were true at least once, 0..1; with K classes, 1/K is chance.
// Exact.
//
// Source: Brodersen et al., The balanced accuracy and its posterior distribution, ICPR 2010; scikit-learn,
// balanced_accuracy_score.
func BalancedAccuracy(c *Confusion) float64 {
	sum, n := 0.0, 0.0
	for i := range c.truth {
		if c.truth[i] > 0 {
			sum += c.hits[i] / c.truth[i]
			n++
		}
	}
	return sum / n
}

// BalancedAccuracyInterval is by the delta method, on the scale of log-odds. Each recall's variance is that of a share whose
// extremes are drawn in, (hits + 1) / (truths + 2), so that a class without a miss still counts as uncertain.
func BalancedAccuracyInterval(c *Confusion) Interval {
	variance, n := 0.0, 0.0
	for i := range c.truth {
		if c.truth[i] > 0 {
			p := (c.hits[i] + 1) / (c.truth[i] + 2)
			variance += p * (1 - p) / c.truth[i]
			n++
		}
	}
	return shareInterval(BalancedAccuracy(c), math.Sqrt(variance)/n)
}
