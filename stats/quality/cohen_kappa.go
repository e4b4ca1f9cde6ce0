package quality

// CohenKappa is the accuracy beyond chance,
//
//	(a - e) / (1 - e), a = accuracy, e = sum p_k t_k / n²,
//
// with class k predicted p_k times and true t_k times. -1..1; 1 = all right, 0 = chance; NaN where one class is all there is.
// Exact.
//
// Source: Cohen, A coefficient of agreement for nominal scales, 1960; scikit-learn, cohen_kappa_score.
func CohenKappa(c *Confusion) float64 {
	chance := 0.0
	for k := range c.truth {
		chance += c.predicted[k] * c.truth[k]
	}
	return (c.right*c.n - chance) / (c.n*c.n - chance)
}

// CohenKappaInterval is by the delta method, on the scale of Fisher's z.
func CohenKappaInterval(c *Confusion) Interval {
	most := c.n * c.n
	for k := range c.truth {
		most -= c.predicted[k] * c.truth[k]
	}
	kappa := CohenKappa(c)
	return correlationInterval(kappa, c.standardError(func(i, j int) float64 {
		return (c.beyondChance(i, j) - kappa*(2*c.n-c.truth[i]-c.predicted[j])) / most
	}))
}
