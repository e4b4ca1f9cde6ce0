package distance

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

type statistic struct {
	name      string
	of        func(current, reference []float64) float64
	symmetric bool
	refines   bool // finer bins never lower it
	limit     float64
}

func psi(c, r []float64) float64 { return PSI(c, r, 0) }
func kl(c, r []float64) float64  { return KL(c, r, 0) }

var statistics = []statistic{
	{"PSI", func(c, r []float64) float64 { return PSI(c, r, DefaultFloor) }, true, false, 2 * math.Log(1/DefaultFloor)},
	{"PSI without floor", psi, true, true, math.Inf(1)},
	{"KL", func(c, r []float64) float64 { return KL(c, r, DefaultFloor) }, false, false, 1.01 * math.Log(1/DefaultFloor)},
	{"KL without floor", kl, false, true, math.Inf(1)},
	{"JS divergence", JSDivergence, true, true, 1},
	{"JS distance", JSDistance, true, true, 1},
	{"Hellinger", Hellinger, true, true, 1},
	{"total variation", TotalVariation, true, true, 1},
	{"L-infinity", LInfinity, true, false, 1},
	{"KS", KS, true, true, 1},
}

// drawShares are of counts, so that empty bins occur.
func drawShares(t *rapid.T, bins int, name string) []float64 {
	counts := rapid.SliceOfN(rapid.IntRange(0, 1000), bins, bins).Draw(t, name)
	result := make([]float64, bins)
	for i, c := range counts {
		result[i] = float64(c)
	}
	if result[0] == 0 {
		result[0] = 1
	}
	return shares(result)
}

func TestIdentityIsZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawShares(t, rapid.IntRange(1, 30).Draw(t, "bins"), "shares")
		for _, stat := range statistics {
			if got := stat.of(s, s); got != 0 {
				t.Fatalf("%s of the same twice is %v", stat.name, got)
			}
		}
	})
}

func TestRangeAndSymmetry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bins := rapid.IntRange(1, 30).Draw(t, "bins")
		c, r := drawShares(t, bins, "current"), drawShares(t, bins, "reference")
		for _, stat := range statistics {
			got := stat.of(c, r)
			least := 0.0
			if stat.name == "KL" {
				least = -math.Log(1 + float64(bins)*DefaultFloor)
			}
			if !(got >= least-1e-15) || !(got <= stat.limit) {
				t.Fatalf("%s is %v", stat.name, got)
			}
			if back := stat.of(r, c); stat.symmetric && math.Abs(got-back) > 1e-12*got {
				t.Fatalf("%s is %v, the other way round %v", stat.name, got, back)
			}
		}
	})
}

func TestInequalities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bins := rapid.IntRange(1, 30).Draw(t, "bins")
		c, r := drawShares(t, bins, "current"), drawShares(t, bins, "reference")
		tv, h := TotalVariation(c, r), Hellinger(c, r)
		const some = 1e-12
		for name, holds := range map[string]bool{
			"PSI = KL + KL":           math.IsInf(psi(c, r), 1) || math.Abs(psi(c, r)-kl(c, r)-kl(r, c)) <= 1e-12*(1+psi(c, r)),
			"LInf <= TV":              LInfinity(c, r) <= tv+some,
			"KS <= TV":                KS(c, r) <= tv+some,
			"H^2 <= TV":               h*h <= tv+some,
			"TV <= sqrt(2) H":         tv <= math.Sqrt2*h+some,
			"JS <= TV":                JSDivergence(c, r) <= tv+some,
			"TV^2 <= KL/2 (Pinsker)":  tv*tv <= kl(c, r)/2+some,
			"JSDistance^2 = JS":       math.Abs(JSDistance(c, r)*JSDistance(c, r)-JSDivergence(c, r)) < some,
			"KS >= TV / (bins / 2)":   KS(c, r)*float64(bins) >= tv-some,
			"8 H^2 <= PSI (no floor)": 8*h*h <= psi(c, r)+some,
		} {
			if !holds {
				t.Fatalf("%s does not hold", name)
			}
		}
	})
}

func TestFinerBinsNeverLower(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bins := rapid.IntRange(2, 30).Draw(t, "bins")
		c, r := drawShares(t, bins, "current"), drawShares(t, bins, "reference")
		at := rapid.IntRange(0, bins-2).Draw(t, "merge this with the next")
		for _, stat := range statistics {
			fine, coarse := stat.of(c, r), stat.of(merge(c, at), merge(r, at))
			// The JS distance is a root: near 0 it makes 1e-8 of the rounding of the divergence.
			if stat.refines && coarse > fine+1e-12 && coarse*coarse > fine*fine+1e-14 {
				t.Fatalf("%s is %v, and %v over fewer bins", stat.name, fine, coarse)
			}
		}
		x, y := ChiSquare(c, r), ChiSquare(merge(c, at), merge(r, at))
		if y.Statistic > x.Statistic+1e-12 || y.CramersV > x.CramersV+1e-7 {
			t.Fatalf("chi-square is %v, and %v over fewer bins", x, y)
		}
	})
}

// merge adds up bin i and the next.
func merge(s []float64, i int) []float64 {
	result := append([]float64(nil), s[:i+1]...)
	result[i] += s[i+1]
	return append(result, s[i+2:]...)
}

// Bins that are empty on both sides change nothing, except that PSI and KL with a floor see nothing either.
func TestEmptyBinsChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bins := rapid.IntRange(1, 30).Draw(t, "bins")
		c, r := drawShares(t, bins, "current"), drawShares(t, bins, "reference")
		at := rapid.IntRange(0, bins).Draw(t, "at")
		for _, stat := range statistics {
			if a, b := stat.of(c, r), stat.of(insert(c, at), insert(r, at)); a != b {
				t.Fatalf("%s is %v, with an empty bin %v", stat.name, a, b)
			}
		}
		if a, b := ChiSquare(c, r), ChiSquare(insert(c, at), insert(r, at)); a != b {
			t.Fatalf("chi-square is %v, with an empty bin %v", a, b)
		}
	})
}

func insert(s []float64, i int) []float64 {
	result := append([]float64(nil), s[:i]...)
	return append(append(result, 0), s[i:]...)
}

func TestDisjointIsOne(t *testing.T) {
	c, r := []float64{0, 0, 0.5, 0.5}, []float64{0.25, 0.75, 0, 0}
	for _, stat := range statistics {
		if stat.limit == 1 && stat.name != "L-infinity" {
			assert.InDelta(t, 1, stat.of(c, r), 1e-15, stat.name)
		}
	}
	assert.Equal(t, 0.75, LInfinity(c, r))
	assert.True(t, math.IsInf(psi(c, r), 1))
	assert.True(t, math.IsInf(kl(c, r), 1))
	assert.InDelta(t, 1, ChiSquare([]float64{0, 0, 5, 5}, []float64{20, 60, 0, 0}).CramersV, 1e-15)
}
