package sequential

import "math"

// Positive is the law of values from 0 up without a bound: absolute and squared errors, log losses. Its e-values are likelihood ratios of
// the gamma law with the values' own mean and variance, the mean multiplied by e^s, the shape kept:
//
//	exp(((1 - e^-s) sum / baseline - s n) / variation)
//
// They are e-values, exactly, of gamma laws (the exponential and the squares of Gaussian values among them), and of values whose
// moment generating function is no greater. Of others they are in the limit of many values a pane, by the central limit theorem, as
// those of I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy and A. Ramdas (2024, "Time-uniform central limit theory and asymptotic confidence
// sequences", Annals of Statistics 52(6), 2613-2640). That the gamma law is skewed to the right, as losses are, and that no step is greater than
// log 1.5, is what makes them good for few.
type Positive struct {
	// Variation is the squared coefficient of variation: variance / mean²; 1 of the exponential law.
	Variation float64
}

// positiveSteps are means times 1.05 to 1.5.
var positiveSteps = doubling(4)

// Steps are logarithms of ratios of means.
func (Positive) Steps() []float64 { return positiveSteps }

// LogRatio is ((1 - e^-s) sum / baseline - s n) / variation.
func (p Positive) LogRatio(baseline, step, n, sum float64) float64 {
	return (-math.Expm1(-step)*sum/baseline - step*n) / p.Variation
}

// Greatest is +Inf.
func (Positive) Greatest() float64 { return math.Inf(1) }

// Variance is variation x mean².
func (p Positive) Variance(mean float64) float64 { return p.Variation * mean * mean }

// Divergence is Kullback and Leibler's of gamma laws of one shape: (q - 1 - log q) / variation, q = observed / mean.
func (p Positive) Divergence(observed, mean float64) float64 {
	q := observed / mean
	return (q - 1 - math.Log(q)) / p.Variation
}
