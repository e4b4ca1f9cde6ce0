package sequential

import "math"

// Bounded is the law of values within 0 and 1: errors, Brier scores of a binary task. Its e-values are those of any such
// values, however they are distributed:
//
//	exp(s sum) / (1 - baseline + baseline e^s)^n
//
// since e^(s x) is convex and so at most 1 - x + x e^s (Hoeffding 1963, "Probability inequalities for sums of bounded random
// variables", JASA 58, 13-30). Of zeros and ones it is the likelihood ratio of a mean whose odds are e^s times the baseline's.
type Bounded struct{}

// boundedSteps are odds times 1.05 to 2.2.
var boundedSteps = doubling(5)

// Steps are logarithms of ratios of odds.
func (Bounded) Steps() []float64 { return boundedSteps }

// LogRatio is s sum - n log(1 - baseline + baseline e^s).
func (Bounded) LogRatio(baseline, step, n, sum float64) float64 {
	return step*sum - n*math.Log1p(baseline*math.Expm1(step))
}

// Greatest is 1.
func (Bounded) Greatest() float64 { return 1 }

// Variance is mean (1 - mean): that of zeros and ones, which no other values within 0 and 1 exceed.
func (Bounded) Variance(mean float64) float64 { return mean * (1 - mean) }

// Divergence is Kullback and Leibler's of zeros and ones; Hoeffding's bound has it for any values within 0 and 1.
func (Bounded) Divergence(observed, mean float64) float64 {
	return timesLog(observed, observed/mean) + timesLog(1-observed, (1-observed)/(1-mean))
}

// timesLog is x log(y), 0 where x is.
func timesLog(x, y float64) float64 {
	if x <= 0 {
		return 0
	}
	return x * math.Log(y)
}
