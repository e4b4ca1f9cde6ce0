package quality

import "math"

// Wilson is the score interval of a share of successes among n,
//
//	(k + z²/2 ± z sqrt(k(n-k)/n + z²/4)) / (n + z²), z = 1.96,
//
// within 0..1. It is of use from few samples on, and at shares of 0 and 1, where the interval of a normal distribution is not.
//
// Source: Wilson, Probable inference, the law of succession, and statistical inference, JASA 22, 1927; Brown, Cai, DasGupta,
// Interval estimation for a binomial proportion, Statistical Science 16, 2001.
func Wilson(k, n float64) Interval {
	if !(n > 0 && k >= 0 && k <= n) {
		return none()
	}
	middle, half := k+z95*z95/2, z95*math.Sqrt(k*(n-k)/n+z95*z95/4)
	return Interval{max(0, (middle-half)/(n+z95*z95)), min(1, (middle+half)/(n+z95*z95))}
}
