package quality

// Precision is the share of right ones among those predicted as the class, TP / (TP + FP), 0..1; NaN where it was never
// predicted. Exact.
//
// Source: scikit-learn, precision_score.
func Precision(c *Confusion, class int) float64 { return c.hits[class] / c.predicted[class] }

// PrecisionInterval is Wilson's, given how often the class was predicted.
func PrecisionInterval(c *Confusion, class int) Interval {
	return Wilson(c.hits[class], c.predicted[class])
}
