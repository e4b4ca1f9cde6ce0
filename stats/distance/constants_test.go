package distance

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Numbers of scipy 1.17.1 and numpy 2.4.6, so that the tests have something to say without other files.
var (
	scipyCurrent   = []float64{120, 80, 95, 110, 60, 33, 2, 0, 45, 55}
	scipyReference = []float64{1000, 1010, 990, 1005, 995, 1003, 997, 1002, 998, 1000}
)

func TestScipyBinned(t *testing.T) {
	c, r := shares(scipyCurrent), shares(scipyReference)
	for name, pair := range map[string][2]float64{
		"PSI, floor 1e-4":  {1.2101207330323318, PSI(c, r, DefaultFloor)},
		"PSI, floor 1e-6":  {1.6722382460730352, PSI(c, r, 1e-6)},
		"KL, floored":      {0.9238641615489664, KL(c, r, DefaultFloor)},
		"KL, other way":    {0.28694754681152984, KL(r, c, 0)}, // stats.entropy(c, r)
		"JS distance":      {0.3534651969580329, JSDistance(c, r)},
		"Hellinger":        {0.327234881373007, Hellinger(c, r)},
		"total variation":  {0.275, TotalVariation(c, r)},
		"L-infinity":       {0.1002, LInfinity(c, r)},
		"KS":               {0.275, KS(c, r)},
		"chi-square":       {247.4303276555156, ChiSquare(scipyCurrent, scipyReference).Statistic},
		"chi-square's p":   {3.478430332120948e-48, ChiSquare(scipyCurrent, scipyReference).P},
		"Cramér's V":       {0.15278247196941924, ChiSquare(scipyCurrent, scipyReference).CramersV}, // contingency.association
		"chi-square's p 2": {2.6102773472069844e-59, chiSquareSurvival(300, 9)},
	} {
		assert.InEpsilon(t, pair[0], pair[1], 1e-11, name)
	}
	assert.True(t, math.IsInf(KL(c, r, 0), 1), "stats.entropy(r, c) is inf")
	assert.Equal(t, 9, ChiSquare(scipyCurrent, scipyReference).DegreesOfFreedom)
}

// wasserstein_distance and quantile(method="inverted_cdf") of the squares of 1 to 10, with the counts as weights.
func TestScipyDiscrete(t *testing.T) {
	b := oneEach([]float64{1, 4, 9, 16, 25, 36, 49, 64, 81, 100})
	c := append(append([]float64{0}, shares(scipyCurrent)...), 0)
	r := append(append([]float64{0}, shares(scipyReference)...), 0)
	assert.InEpsilon(t, 13.506533333333332, Wasserstein(c, r, b.bounds, 1, 100, true), 1e-13)
	for p, want := range map[float64]float64{0.1: 1, 0.5: 16, 0.9: 81} {
		assert.Equal(t, want, Quantile(c, b.bounds, 1, 100, p, true), "%v", p)
	}
}

func TestScipyKolmogorov(t *testing.T) {
	for x, want := range map[float64]float64{ // kstwobign.sf
		0.3: 0.9999906941986655, 0.5: 0.9639452436648751, 1: 0.26999967167735456, 1.5: 0.022217962616525127, 2.5: 7.453306344157342e-06,
	} {
		assert.InEpsilon(t, want, kolmogorovSurvival(x), 1e-13, "%v", x)
	}
	assert.InEpsilon(t, 0.01, kolmogorovSurvival(kolmogorovP99), 1e-13)
	assert.InEpsilon(t, 0.8687311606312806, kolmogorovMean, 1e-10) // kstwobign.mean(), a numerical integral
	assert.InDelta(t, kolmogorovSurvival(1-1e-12), kolmogorovSurvival(1), 1e-11, "both sums meet")
	assert.InDelta(t, 1.0/3, KSTwoSample([]float64{0.1, 0.4, 0.7, 0.9, 1.5, 2.2}, []float64{0.2, 0.4, 0.8, 1.1}), 1e-15)
	for a, want := range map[[3]float64]float64{ // kstwo.sf(d, round(n m / (n + m)))
		{0.05, 1000, 20000}: 0.016543801179226124, {0.08, 500, 500}: 0.07714765339021268,
		{0.02, 5000, 50000}: 0.052008377806261996, {0.15, 120, 90}: 0.181867097105194,
	} {
		assert.InDelta(t, want, KSPValue(a[0], a[1], a[2]), 3e-4, "%v", a)
	}
}

func TestScipyChiSquareLaws(t *testing.T) {
	for k, want := range map[int]float64{ // chi2.ppf(0.99, k)
		1: 6.6348966010212145, 9: 21.665994333461924, 19: 36.19086912927004, 99: 134.64161685578915, 200: 249.4451229814416,
	} {
		assert.InEpsilon(t, want, chiSquareP99(k), 1e-10, "%d", k)
	}
	for k, want := range map[int]float64{1: 0.7978845608028655, 9: 2.9179778223647648, 19: 4.301946736057306} { // chi.mean(k)
		assert.InEpsilon(t, want, chiMean(k), 1e-12, "%d", k)
	}
	assert.Equal(t, Noise{Expected: 9 * (0.001 + 0.0001), P99: chiSquareP99(9) * (0.001 + 0.0001)}, PSINoise(10, 1000, 10000))
	assert.InEpsilon(t, PSINoise(10, 1000, 10000).P99/2, KLNoise(10, 1000, 10000).P99, 1e-14)
}
