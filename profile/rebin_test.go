package profile

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/summary"
)

func quarters() *Variable {
	return &Variable{Type: Numeric, Bounds: []float64{1, 2, 3}, Counts: []uint64{100, 300, 400, 200}, Rollup: []int{0, 1, 2, 3}, Min: 0, Max: 5}
}

func TestSharesAt(t *testing.T) {
	v := quarters()
	shares := v.Whole().Shares
	for name, test := range map[string]struct{ bounds, want []float64 }{
		"the same":         {[]float64{1, 2, 3}, shares},
		"some":             {[]float64{2}, []float64{0.4, 0.6}},
		"between":          {[]float64{1.5, 4}, []float64{0.25, 0.65, 0.1}},
		"finer":            {[]float64{1, 1.5, 2, 3}, []float64{0.1, 0.15, 0.15, 0.4, 0.2}},
		"outside":          {[]float64{-1, 6}, []float64{0, 1, 0}},
		"none":             {nil, []float64{1}},
		"infinite at ends": {[]float64{math.Inf(-1), 2, math.Inf(1)}, []float64{0, 0.4, 0.6, 0}},
	} {
		assert.InDeltaSlice(t, test.want, v.SharesAt(shares, test.bounds), 1e-12, name)
	}
	v = &Variable{Type: Numeric, Discrete: true, Bounds: []float64{math.Nextafter(1, 0), 1, 2}, Counts: []uint64{0, 3, 1, 0}, Min: 1, Max: 2}
	assert.Equal(t, []float64{0, 0.75, 0.25, 0}, v.SharesAt(v.Whole().Shares, []float64{0.5, 1.9, 2.5}), "values lie on their bounds")
}

func TestRebin(t *testing.T) {
	v := quarters()
	for name, test := range map[string]struct {
		bounds []float64
		counts []uint64
		want   []uint64
		exact  bool
	}{
		"the same":          {[]float64{1, 2, 3}, []uint64{1, 2, 3, 4}, []uint64{1, 2, 3, 4}, true},
		"finer":             {[]float64{1, 1.5, 2, 3, 4}, []uint64{1, 2, 3, 4, 5, 6}, []uint64{1, 5, 4, 11}, true},
		"two in one":        {[]float64{2}, []uint64{8, 9}, []uint64{2, 6, 6, 3}, false},
		"across a bound":    {[]float64{1.5, 2.5}, []uint64{0, 7, 0}, []uint64{0, 3, 4, 0}, false},
		"largest remainder": {[]float64{2}, []uint64{1, 1}, []uint64{0, 1, 1, 0}, false},
		"beyond":            {[]float64{7, 8}, []uint64{0, 4, 5}, []uint64{0, 0, 0, 9}, true},
	} {
		got, exact := v.Rebin(test.bounds, test.counts)
		assert.Equal(t, test.want, got, name)
		assert.Equal(t, test.exact, exact, name)
	}
}

func TestRebinWhereTheReferenceHasNothing(t *testing.T) {
	v := &Variable{Type: Numeric, Discrete: true, Bounds: []float64{math.Nextafter(1, 0), 1, 5, 9}, Counts: []uint64{0, 3, 0, 1, 0}, Min: 1, Max: 9}
	got, exact := v.Rebin([]float64{-3, 6}, []uint64{0, 0, 4})
	assert.Equal(t, []uint64{0, 0, 0, 4, 0}, got, "9 is the one value there")
	assert.False(t, exact)
	got, _ = v.Rebin([]float64{4, 6}, []uint64{0, 2, 0})
	assert.Equal(t, []uint64{0, 0, 0, 2, 0}, got, "no value there: the bin of the upper end")
}

func drawBounds(t *rapid.T, label string) []float64 {
	b := rapid.SliceOfNDistinct(rapid.Float64Range(-20, 20), 0, 12, rapid.ID[float64]).Draw(t, label)
	slices.Sort(b)
	return b
}

func drawNumeric(t *rapid.T) *Variable {
	v := &Variable{Type: Numeric, Bounds: drawBounds(t, "bounds"), Min: -21, Max: 21, Discrete: rapid.Bool().Draw(t, "discrete")}
	for range len(v.Bounds) + 1 {
		v.Counts = append(v.Counts, rapid.Uint64Range(0, 1000).Draw(t, "count"))
	}
	return v
}

func sum[T uint64 | float64](xs []T) (s T) {
	for _, x := range xs {
		s += x
	}
	return s
}

func TestRebinKeepsCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawNumeric(t)
		bounds := drawBounds(t, "other bounds")
		if rapid.Bool().Draw(t, "share some") {
			bounds = append(bounds, v.Bounds[:len(v.Bounds)/2]...)
			slices.Sort(bounds)
			bounds = slices.Compact(bounds)
		}
		counts := make([]uint64, len(bounds)+1)
		for i := range counts {
			counts[i] = rapid.Uint64Range(0, 1<<40).Draw(t, "n")
		}
		fine, _ := v.Rebin(bounds, counts)
		if len(fine) != len(v.Counts) || sum(fine) != sum(counts) {
			t.Fatalf("%d became %d", sum(counts), sum(fine))
		}
		// At a bound that both have, nothing crosses.
		for i, b := range bounds {
			if j, ok := slices.BinarySearch(v.Bounds, b); ok && sum(fine[:j+1]) != sum(counts[:i+1]) {
				t.Fatalf("crossed the shared bound %v: %v %v -> %v %v", b, bounds, counts, v.Bounds, fine)
			}
		}
	})
}

func TestSharesAtKeepsTheTotalAndSharedBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawNumeric(t)
		if v.Observed() == 0 {
			return
		}
		shares := v.Whole().Shares
		bounds := append(drawBounds(t, "other bounds"), v.Bounds[len(v.Bounds)/2:]...)
		slices.Sort(bounds)
		bounds = slices.Compact(bounds)
		got := v.SharesAt(shares, bounds)
		assert.InDelta(t, 1, sum(got), 1e-9)
		for i, b := range bounds {
			assert.GreaterOrEqual(t, got[i], 0.0)
			if j, ok := slices.BinarySearch(v.Bounds, b); ok {
				assert.InDelta(t, sum(shares[:j+1]), sum(got[:i+1]), 1e-9)
			}
		}
	})
}

// Every value that an exponential histogram counts lies in the explicit bin that has its count.
func TestExponentialBinsHoldTheirValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scale := rapid.Int32Range(-2, 6).Draw(t, "scale")
		e := &summary.Exponential{Scale: scale, ZeroThreshold: rapid.SampledFrom([]float64{0, 1e-12}).Draw(t, "zero threshold")}
		values := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(-100, 100), rapid.SampledFrom([]float64{0, 1, -1, 2, -2, 4, -4, 0.5, -0.5})), 1, 30).Draw(t, "values")
		for _, x := range values {
			addExponential(e, x)
		}
		bounds, counts := ExponentialBins(e)
		if !slices.IsSorted(bounds) || len(slices.Compact(slices.Clone(bounds))) != len(bounds) || len(counts) != len(bounds)+1 {
			t.Fatalf("bounds %v", bounds)
		}
		if counts[0] != 0 || counts[len(counts)-1] != 0 {
			t.Fatalf("open bins hold %d and %d", counts[0], counts[len(counts)-1])
		}
		want := make([]uint64, len(counts))
		byBounds := Variable{Bounds: bounds}
		for _, x := range values {
			want[byBounds.Bin(x)]++
		}
		assert.Equal(t, want, counts)
	})
}

// addExponential counts x as the specification says, in as slow and plain a way as can be.
func addExponential(e *summary.Exponential, x float64) {
	if math.Abs(x) <= e.ZeroThreshold {
		e.Zero++
		return
	}
	side := &e.Positive
	if x < 0 {
		side = &e.Negative
	}
	index := int32(0)
	for math.Abs(x) > exponentialEdge(e.Scale, index+1) {
		index++
	}
	for math.Abs(x) <= exponentialEdge(e.Scale, index) {
		index--
	}
	if len(side.Counts) == 0 {
		side.Offset = index
	}
	for index < side.Offset {
		side.Counts = append([]uint64{0}, side.Counts...)
		side.Offset--
	}
	for int(index-side.Offset) >= len(side.Counts) {
		side.Counts = append(side.Counts, 0)
	}
	side.Counts[index-side.Offset]++
}

func TestExponentialEdges(t *testing.T) {
	assert.Equal(t, 8.0, exponentialEdge(0, 3))
	assert.Equal(t, 0.125, exponentialEdge(1, -6))
	assert.Equal(t, 16.0, exponentialEdge(-1, 2))
	assert.InEpsilon(t, math.Sqrt2, exponentialEdge(1, 1), 1e-15)
	assert.Equal(t, math.Inf(1), exponentialEdge(0, 2000))
	assert.Equal(t, 0.0, exponentialEdge(-8, math.MinInt32))
}

func TestRebinExponential(t *testing.T) {
	v := &Variable{Type: Numeric, Bounds: []float64{1, 2, 4}, Counts: []uint64{1, 1, 1, 1}, Max: 8}
	e := &summary.Exponential{Zero: 5, Positive: summary.Buckets{Offset: -1, Counts: []uint64{1, 2, 3, 4, 5}}}
	got, exact := v.RebinExponential(e)
	assert.Equal(t, []uint64{6, 2, 3, 9}, got)
	assert.True(t, exact, "powers of two are its bounds")
}

func BenchmarkSharesAt(b *testing.B) {
	v := &Variable{Type: Numeric, Min: 0, Max: 100, Counts: make([]uint64, 100)}
	for i := range 99 {
		v.Bounds = append(v.Bounds, float64(i)+rand.Float64())
	}
	for i := range v.Counts {
		v.Counts[i] = 10
	}
	shares := v.Whole().Shares
	bounds := make([]float64, 160)
	for i := range bounds {
		bounds[i] = 100 * float64(i+1) / 160
	}
	b.ReportAllocs()
	for b.Loop() {
		v.SharesAt(shares, bounds)
	}
}
