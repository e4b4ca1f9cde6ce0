package distance

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// ChiSquareResult is the outcome of the chi-square test of homogeneity.
type ChiSquareResult struct {
	// Statistic is Pearson's; 0 or more.
	Statistic float64
	// DegreesOfFreedom is one less than the number of categories that occur at all.
	DegreesOfFreedom int
	// P is the probability of a statistic at least as large where both are samples of one distribution.
	P float64
	// CramersV is the strength, sqrt(Statistic / observations): 0 where both have the same shares, 1 where they share no category.
	CramersV float64
}

// ChiSquare tests whether both rows of counts come from one distribution:
//
//	sum over rows and categories of (count - expected)^2 / expected,  expected = row total x category total / total,
//
// without continuity correction; scipy.stats.chi2_contingency([current, reference], correction=False). Categories that occur in
// neither row are left out. One category: statistic 0, P 1. NaN in every field where a row is empty, has no observations or a
// count that is negative or not finite, or where lengths differ. Counts need not be whole: those of a weighted reference are not.
//
// Cramér's V depends on the sizes: the same change of shares gives less the more the sizes differ, because it is the
// correlation of "current or reference" with the category. P needs about five expected in every cell; merge rare ones first.
// Merging categories never raises the statistic or V.
//
// Source: Pearson 1900; Cramér, Mathematical Methods of Statistics, 1946, section 21.9.
func ChiSquare(current, reference []float64) ChiSquareResult {
	none := ChiSquareResult{Statistic: math.NaN(), P: math.NaN(), CramersV: math.NaN()}
	if len(current) != len(reference) {
		return none
	}
	var n, m float64
	for i, c := range current {
		r := reference[i]
		if !(c >= 0 && r >= 0) {
			return none
		}
		n += c
		m += r
	}
	if !(n > 0 && m > 0) || math.IsInf(n, 0) || math.IsInf(m, 0) {
		return none
	}
	// With two rows both deviations of a category are alike: (c m - r n)^2 / (n m (c + r)) is their sum.
	result := ChiSquareResult{DegreesOfFreedom: -1}
	for i, c := range current {
		r := reference[i]
		if c+r == 0 {
			continue
		}
		result.DegreesOfFreedom++
		d := c/n - r/m
		result.Statistic += d * d / (c + r)
	}
	result.Statistic *= n * m
	result.P = chiSquareSurvival(result.Statistic, result.DegreesOfFreedom)
	result.CramersV = min(math.Sqrt(result.Statistic/(n+m)), 1)
	return result
}

// chiSquareSurvival is the probability of at least x with k degrees of freedom.
func chiSquareSurvival(x float64, k int) float64 {
	if k < 1 || x <= 0 {
		return 1
	}
	return distuv.ChiSquared{K: float64(k)}.Survival(x)
}
