package calibration

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/leeway-ml/leeway/stats/scores"
)

// HosmerLemeshowTest asks whether the scores are calibrated.
type HosmerLemeshowTest struct {
	// Statistic is the sum over groups of (observed - expected)^2 / (n p (1-p)), p the mean score of the group. At least 0.
	Statistic float64
	// Groups, the degrees of freedom: the scores were not fitted to these outcomes.
	Groups int
	// P is the p-value: how often chance alone gives calibrated scores so large a statistic.
	P float64
}

// leastExpected is how many positives, and negatives, each group of the test must expect (Cochran 1954): with fewer, the
// statistic is not a chi-square variable.
const leastExpected = 5

// HosmerLemeshow tests over at most 10 groups of equal mass in the order of the scores. A group holds whole bins of the
// table, at least a tenth of the outcomes, and enough of them that it expects 5 positives and 5 negatives; so there can be fewer than 10 groups. NaN where there are
// fewer than two.
//
// Binning: within a group the score that stands for a bin takes the place of the bin's scores; with buckets of odds that is far below
// the sampling error, unless there are millions of outcomes.
//
// Source: Hosmer and Lemeshow, Goodness of fit tests for the multiple logistic regression model, 1980; Hosmer, Lemeshow and
// Sturdivant, Applied Logistic Regression, 2013, section 5.2.2, for the degrees of freedom on new data.
func HosmerLemeshow(t *scores.Table) HosmerLemeshowTest {
	var test HosmerLemeshowTest
	for _, g := range groups(t) {
		n, p := g.Samples(), g.Predicted()
		test.Statistic += g.gap() * g.gap() / (n * p * (1 - p))
		test.Groups++
	}
	if test.Groups < 2 {
		return HosmerLemeshowTest{Statistic: math.NaN(), Groups: test.Groups, P: math.NaN()}
	}
	test.P = distuv.ChiSquared{K: float64(test.Groups)}.Survival(test.Statistic)
	return test
}

// groups are those of the test; what is left over at the end joins the last one.
func groups(t *scores.Table) Bins {
	if !sound(t) {
		return nil
	}
	positives, negatives := t.Totals()
	least := (positives + negatives) / Parts
	var all Bins
	var group Bin
	for i, b := range t.Bins {
		p, n := t.Positives[i], t.Negatives[i]
		group.Add(Bin{p, n, p * b.Score, n * b.Score})
		if expects := group.PositiveScores + group.NegativeScores; group.Samples() >= least*(1-1e-9) && expects >= leastExpected && group.Samples()-expects >= leastExpected {
			all, group = append(all, group), Bin{}
		}
	}
	if group.Samples() > 0 && len(all) > 0 {
		all[len(all)-1].Add(group)
	}
	return all
}
