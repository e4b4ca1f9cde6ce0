package distance

import "math"

// KSPValue is the probability that two samples of n and m values from one continuous distribution have a Kolmogorov-Smirnov
// statistic of at least d. NaN where d is NaN or a size is not positive.
//
// It is Kolmogorov's limiting law with Stephens' correction for small samples.
func KSPValue(d, n, m float64) float64 {
	if math.IsNaN(d) || !(n > 0 && m > 0) {
		return math.NaN()
	}
	root := math.Sqrt(harmonic(n, m))
	return kolmogorovSurvival((root + 0.12 + 0.11/root) * d)
}

// harmonic is n m / (n + m), the size that two samples count as; m may be +Inf.
func harmonic(n, m float64) float64 { return 1 / (1/n + 1/m) }

// kolmogorovSurvival is the probability that Kolmogorov's limiting variable is at least x. Absolute and relative error below 1e-14.
//
// Source: Kolmogorov 1933, for large x; for small ones its theta transform (Marsaglia, Tsang and Wang 2003, equation 2).
func kolmogorovSurvival(x float64) float64 {
	if x <= 0 {
		return 1
	}
	if x < 1 {
		var sum float64
		a := math.Pi * math.Pi / (8 * x * x)
		for k := 1.0; k < 20; k += 2 {
			sum += math.Exp(-k * k * a)
		}
		return 1 - math.Sqrt(2*math.Pi)/x*sum
	}
	var sum float64
	for k := 1.0; k < 20; k++ {
		term := math.Exp(-2 * k * k * x * x)
		if math.Mod(k, 2) == 0 {
			term = -term
		}
		sum += term
	}
	return 2 * sum
}
