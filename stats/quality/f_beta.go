package quality

// FBeta is the harmonic mean of precision and recall, recall weighing beta times as much,
//
//	(1 + beta²) TP / ((1 + beta²) TP + beta² FN + FP),
//
// 0..1; NaN where the class was neither predicted nor true. Exact.
//
// Source: van Rijsbergen, Information Retrieval, 1979; scikit-learn, fbeta_score.
func FBeta(c *Confusion, class int, beta float64) float64 {
	b, tp := beta*beta, c.hits[class]
	return (1 + b) * tp / (b*c.truth[class] + c.predicted[class])
}

// FBetaInterval is by the delta method on the scale of log-odds. For beta 1 it is better than that: F1 = 2 J / (1 + J), where
// J = TP / (TP + FP + FN) is a share, whose interval is Wilson's. Without a TP, where the delta method fails, the upper end is
// what F-beta is at most at J's upper end.
func FBetaInterval(c *Confusion, class int, beta float64) Interval {
	if tp := c.hits[class]; beta == 1 || tp == 0 {
		b := beta * beta
		return Wilson(tp, c.predicted[class]+c.truth[class]-tp).Map(func(j float64) float64 { return (1 + b) * j / ((1+b)*j + min(1, b)*(1-j)) })
	}
	two := c.Against(class)
	f := func(c *Confusion) float64 { return FBeta(c, 1, beta) }
	return shareInterval(f(two), StandardError(two, f))
}
