package distance

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func drawBounds(t *rapid.T, n int) []float64 {
	bounds := rapid.SliceOfNDistinct(rapid.Float64Range(-50, 50), n, n, rapid.ID[float64]).Draw(t, "bounds")
	slices.Sort(bounds)
	return bounds
}

func TestWassersteinIsAMetricOfTheUnitOfTheValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bounds := drawBounds(t, rapid.IntRange(0, 20).Draw(t, "bounds"))
		c, r, s := drawShares(t, len(bounds)+1, "c"), drawShares(t, len(bounds)+1, "r"), drawShares(t, len(bounds)+1, "s")
		discrete := rapid.Bool().Draw(t, "discrete")
		lo, hi := rapid.Float64Range(-100, -50).Draw(t, "lo"), rapid.Float64Range(50, 100).Draw(t, "hi")
		w := Wasserstein(c, r, bounds, lo, hi, discrete)
		if Wasserstein(c, c, bounds, lo, hi, discrete) != 0 {
			t.Fatal("the same twice is not 0")
		}
		if !(w >= 0 && w <= hi-lo+1e-9) {
			t.Fatalf("%v is out of range", w)
		}
		if back := Wasserstein(r, c, bounds, lo, hi, discrete); math.Abs(w-back) > 1e-9 {
			t.Fatalf("%v, the other way round %v", w, back)
		}
		// In the inner bins alone the triangle holds: there each distribution has one place.
		if c[0]+r[0]+s[0]+c[len(bounds)]+r[len(bounds)]+s[len(bounds)] == 0 || discrete {
			if via := Wasserstein(c, s, bounds, lo, hi, discrete) + Wasserstein(s, r, bounds, lo, hi, discrete); w > via+1e-9 {
				t.Fatalf("%v, and %v on a way round", w, via)
			}
		}
		scaled := make([]float64, len(bounds))
		for i, b := range bounds {
			scaled[i] = 8 * b
		}
		if eightfold := Wasserstein(c, r, scaled, 8*lo, 8*hi, discrete); math.Abs(eightfold-8*w) > 1e-12*w {
			t.Fatalf("%v, in units of an eighth %v", w, eightfold)
		}
	})
}

// Whatever the values are, the binned distance is as near to the exact one as WassersteinError says.
func TestWassersteinError(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bounds := drawBounds(t, rapid.IntRange(0, 10).Draw(t, "bounds"))
		b := bins{bounds: bounds}
		values := rapid.SliceOfN(rapid.Float64Range(-100, 100), 1, 40)
		current, reference := values.Draw(t, "current"), values.Draw(t, "reference")
		if rapid.Bool().Draw(t, "discrete") {
			b = oneEach(slices.Compact(slices.Sorted(slices.Values(reference))))
		}
		all := slices.Concat(current, reference)
		lo, hi := slices.Min(all), slices.Max(all)
		exactBins := oneEach(slices.Compact(slices.Sorted(slices.Values(all))))
		exact := Wasserstein(exactBins.shares(current), exactBins.shares(reference), exactBins.bounds, lo, hi, true)
		c, r := b.shares(current), b.shares(reference)
		w, limit := Wasserstein(c, r, b.bounds, lo, hi, b.discrete), WassersteinError(c, r, b.bounds, lo, hi, b.discrete)
		if math.Abs(w-exact) > limit+1e-9 {
			t.Fatalf("%v, exactly %v, off by more than %v", w, exact, limit)
		}
	})
}

func TestKSBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := bins{bounds: drawBounds(t, rapid.IntRange(0, 10).Draw(t, "bounds"))}
		values := rapid.SliceOfN(rapid.Float64Range(-60, 60), 1, 40)
		current, reference := values.Draw(t, "current"), values.Draw(t, "reference")
		c, r := b.shares(current), b.shares(reference)
		var bound float64
		for i := range c {
			bound = max(bound, min(c[i], r[i]))
		}
		exact, got := KSTwoSample(current, reference), KS(c, r)
		if got > exact+1e-12 || got+bound < exact-1e-12 {
			t.Fatalf("%v, exactly %v, more than %v below", got, exact, bound)
		}
	})
}

func TestWassersteinByHand(t *testing.T) {
	bounds := []float64{0, 1, 2}
	// All mass moves one bin up.
	assert.InDelta(t, 1, Wasserstein([]float64{0, 0, 1, 0}, []float64{0, 1, 0, 0}, bounds, 0, 2, false), 1e-15)
	assert.InDelta(t, 1, Wasserstein([]float64{0, 0, 1, 0}, []float64{0, 1, 0, 0}, bounds, 0, 2, true), 1e-15)
	// The gap changes sign within the bin (0, 1]: from -1/2 to 1/2, on average 1/4 away from 0.
	assert.InDelta(t, 0.25+0.25, Wasserstein([]float64{0, 1, 0, 0}, []float64{0.5, 0, 0.5, 0}, bounds, 0, 2, false), 1e-15)
	// Everything new, above the greatest bound: spread evenly up to hi, (2 + 7)/2 on average.
	assert.InDelta(t, 4.5-1.5, Wasserstein([]float64{0, 0, 0, 1}, []float64{0, 0, 1, 0}, bounds, 0, 7, false), 1e-15)
	assert.InDelta(t, 4.5-2, Wasserstein([]float64{0, 0, 0, 1}, []float64{0, 0, 1, 0}, bounds, 0, 7, true), 1e-15)
	// Nothing known beyond the bounds: at the bound.
	for _, unknown := range []float64{math.NaN(), math.Inf(1), 1.5} {
		assert.InDelta(t, 0.5, Wasserstein([]float64{0, 0, 0, 1}, []float64{0, 0, 1, 0}, bounds, 0, unknown, false), 1e-15)
	}
	// A single outlier in a hundred does not make the rest of the open bin outliers: with the same share on both sides, 0.
	assert.Zero(t, Wasserstein([]float64{0, 0.5, 0.49, 0.01}, []float64{0, 0.5, 0.49, 0.01}, bounds, 0, 1e6, false))
	more := Wasserstein([]float64{0, 0.5, 0.48, 0.02}, []float64{0, 0.5, 0.49, 0.01}, bounds, 0, 1e6, false)
	assert.Less(t, more, 0.02*1e6/2/3, "evenly it would be half a percent of a million")
}
