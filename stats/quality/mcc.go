package quality

import "math"

// MCC is Matthews' correlation coefficient of prediction and truth, in its form for K classes,
//
//	(c n - sum p_k t_k) / sqrt((n² - sum p_k²) (n² - sum t_k²)),
//
// with c right ones of n, class k predicted p_k times and true t_k times. -1..1 for two classes (the least is greater for
// more); 1 = all right, 0 = chance, also where only one class was predicted or true, as in scikit-learn. Exact.
//
// Source: Gorodkin, Comparing two K-category assignments by a K-category correlation coefficient, 2004; scikit-learn,
// matthews_corrcoef.
func MCC(c *Confusion) float64 {
	var both, predicted, truth float64
	for k := range c.truth {
		both += c.predicted[k] * c.truth[k]
		predicted += c.predicted[k] * c.predicted[k]
		truth += c.truth[k] * c.truth[k]
	}
	square := c.n * c.n
	if !(square > 0) {
		return math.NaN()
	}
	spread := (square - predicted) * (square - truth)
	if spread <= 0 {
		return 0
	}
	return (c.right*c.n - both) / math.Sqrt(spread)
}

// MCCInterval is by the delta method, on the scale of Fisher's z; none where one class alone was predicted, or true.
func MCCInterval(c *Confusion) Interval {
	var predicted, truth float64
	for k := range c.truth {
		predicted += c.predicted[k] * c.predicted[k]
		truth += c.truth[k] * c.truth[k]
	}
	p, t := c.n*c.n-predicted, c.n*c.n-truth
	if !(p > 0 && t > 0) {
		return none()
	}
	mcc, root := MCC(c), math.Sqrt(p*t)
	return correlationInterval(mcc, c.standardError(func(i, j int) float64 {
		return c.beyondChance(i, j)/root - mcc*((c.n-c.predicted[i])/p+(c.n-c.truth[j])/t)
	}))
}

// beyondChance is the derivative of c n - sum p_k t_k by a cell.
func (c *Confusion) beyondChance(i, j int) float64 {
	g := c.right - c.truth[i] - c.predicted[j]
	if i == j {
		g += c.n
	}
	return g
}
