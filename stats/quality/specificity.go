package quality

// Specificity is the share of the other classes that was not predicted as the class, TN / (TN + FP), 0..1; NaN where all were
// the class. Exact.
//
// Source: Yerushalmy, Statistical problems in assessing methods of medical diagnosis, Public Health Reports 62, 1947.
func Specificity(c *Confusion, class int) float64 {
	others := c.n - c.truth[class]
	return 1 - (c.predicted[class]-c.hits[class])/others
}

// SpecificityInterval is Wilson's, given how often the class was not true.
func SpecificityInterval(c *Confusion, class int) Interval {
	others := c.n - c.truth[class]
	return Wilson(others-(c.predicted[class]-c.hits[class]), others)
}
