package multivariate

import (
	"math"
	"slices"
)

// CorrelationShiftVariance is the variance that sampling alone gives the difference of two correlations, as Fisher's z has it: 1/(n-3) + 1/(m-3).
// A correlation differs by less than its z does, by the factor 1 - r².
//
// Source: Fisher, On the probable error of a coefficient of correlation deduced from a small sample, Metron 1, 1921. Of normal variables; where the dependence is of
// another kind the variance of r may be larger (docs/multivariate-drift.md has some measured).
func CorrelationShiftVariance(n, m float64) float64 {
	if !(n > 0 && m > 0) {
		return math.NaN()
	}
	return 1/math.Max(n-3, 1) + 1/math.Max(m-3, 1)
}

// GreatestNoise is the noise of the greatest of several normal variables' sizes, each of mean 0 and its own variance, as if they were
// independent:
//
//	P(greatest <= x) = product of (2 Phi(x / deviation) - 1).
//
// Variables that depend on one another have less noise, never more. Exact to 1e-6 of itself. NaN where there are none, or a
// variance is no positive number.
//
// Source: Šidák, Rectangular confidence regions for the means of multivariate normal distributions, JASA 62, 1967.
func GreatestNoise(variances []float64) Noise {
	groups, ok := group(variances)
	if !ok {
		return Noise{math.NaN(), math.NaN()}
	}
	widest := math.Sqrt(groups[len(groups)-1].variance)
	within := func(x float64) float64 { // the logarithm of P(greatest <= x)
		sum := 0.0
		for _, g := range groups {
			sum += g.count * math.Log(math.Erf(x/math.Sqrt(2*g.variance)))
		}
		return sum
	}
	low, high := 0.0, widest*10 // beyond ten deviations lies nothing that float64 can tell
	want := math.Log(0.99)
	for range 50 {
		if x := (low + high) / 2; within(x) < want {
			low = x
		} else {
			high = x
		}
	}
	// E(x²) = integral of 2x P(greatest > x), by Simpson's rule.
	const steps = 200
	step := widest * 10 / steps
	sum := 0.0
	for i := 1; i < steps; i++ {
		weight := 2 + 2*float64(i%2)
		x := step * float64(i)
		sum += weight * 2 * x * -math.Expm1(within(x))
	}
	return Noise{MeanSquare: sum * step / 3, P99: high}
}

// alike are so many variables of one variance.
type alike struct{ variance, count float64 }

// group counts variances that are the same, ascending.
func group(variances []float64) (groups []alike, ok bool) {
	sorted := slices.Sorted(slices.Values(variances))
	for _, v := range sorted {
		if !(v > 0) || math.IsInf(v, 1) {
			return nil, false
		}
		if k := len(groups) - 1; k >= 0 && groups[k].variance == v {
			groups[k].count++
			continue
		}
		groups = append(groups, alike{v, 1})
	}
	return groups, len(groups) > 0
}
