package profile

import (
	"math"
	"math/rand/v2"
	"sort"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestBinIsRightClosed(t *testing.T) {
	v := &Variable{Type: Numeric, Bounds: []float64{1, 2, 4}}
	for x, want := range map[float64]int{
		math.Inf(-1): 0, 0.5: 0, 1: 0, 1.5: 1, 2: 1, math.Nextafter(2, 3): 2, 4: 2, 4.5: 3, math.Inf(1): 3,
	} {
		assert.Equal(t, want, v.Bin(x), "%v", x)
	}
	assert.Equal(t, 0, (&Variable{}).Bin(7), "without bounds there is one bin")
}

func TestBinIsTheFirstBoundNotBelow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bounds := rapid.SliceOfNDistinct(rapid.Float64Range(-10, 10), 0, 30, rapid.ID[float64]).Draw(t, "bounds")
		sort.Float64s(bounds)
		v := &Variable{Type: Numeric, Bounds: bounds}
		x := rapid.Float64Range(-11, 11).Draw(t, "x")
		if len(bounds) > 0 && rapid.Bool().Draw(t, "on a bound") {
			x = rapid.SampledFrom(bounds).Draw(t, "bound")
		}
		i := v.Bin(x)
		if i > 0 && !(bounds[i-1] < x) || i < len(bounds) && !(x <= bounds[i]) {
			t.Fatalf("bin %d of %v does not hold %v", i, bounds, x)
		}
	})
}

func TestCategory(t *testing.T) {
	v := &Variable{Type: Categorical, Categories: []string{"DE", "FR"}, Counts: []uint64{5, 3, 0}}
	type result struct {
		index int
		seen  bool
	}
	of := func(s string) result { i, seen := v.Category(s); return result{i, seen} }
	assert.Equal(t, result{1, true}, of("FR"))
	assert.Equal(t, result{2, false}, of("IT"), "nothing was other: never seen")
	assert.Equal(t, result{2, true}, of(Other))
	v.Counts[2] = 1
	assert.Equal(t, result{2, true}, of("IT"), "may be one of the rare ones")
	assert.Equal(t, result{2, false}, of(Unseen))
}

func TestViews(t *testing.T) {
	v := &Variable{Type: Numeric, Bounds: []float64{1, 2, 3, 4, 5}, Counts: []uint64{1, 2, 3, 4, 5, 6}, Rollup: []int{0, 1, 3, 5}, Deciles: []int{0, 3}}
	assert.Equal(t, []float64{1, 3, 5}, v.RollupBounds())
	assert.Equal(t, []float64{3}, v.DecileBounds())
	assert.Equal(t, []uint64{1, 5, 9, 6}, SumBins(v.Counts, v.Rollup))
	assert.Equal(t, []uint64{6, 15}, SumBins(v.Counts, v.Deciles))
}

func TestRollupLabels(t *testing.T) {
	for name, test := range map[string]struct {
		v    Variable
		want []string
	}{
		"continuous": {Variable{Type: Numeric, Bounds: []float64{0.2, 0.30000000000000004, 0.4}, Rollup: []int{0, 1, 2, 3}},
			[]string{"(-Inf, 0.2]", "(0.2, 0.3]", "(0.3, 0.4]", "(0.4, +Inf)"}},
		"close together": {Variable{Type: Numeric, Bounds: []float64{1000.01, 1000.02}, Rollup: []int{0, 1, 2}},
			[]string{"(-Inf, 1000.01]", "(1000.01, 1000.02]", "(1000.02, +Inf)"}},
		"discrete": {Variable{Type: Numeric, Discrete: true, Bounds: []float64{math.Nextafter(1, 0), 1, 2}, Rollup: []int{0, 1, 2, 3}},
			[]string{"(-Inf, 1)", "[1, 1]", "(1, 2]", "(2, +Inf)"}},
		"discrete, first bins together": {Variable{Type: Numeric, Discrete: true, Bounds: []float64{math.Nextafter(1, 0), 1, 2}, Rollup: []int{0, 2}},
			[]string{"(-Inf, 1]", "(1, +Inf)"}},
		"one bin": {Variable{Type: Numeric, Rollup: []int{0}}, []string{"(-Inf, +Inf)"}},
		"categorical": {Variable{Type: Categorical, Categories: []string{"DE", "FR", "IT", "ES"}, Counts: make([]uint64, 5), Rollup: []int{0, 1, 3}},
			[]string{"DE", "FR ... IT", Other, Unseen}},
	} {
		assert.Equal(t, test.want, test.v.RollupLabels(), name)
	}
}

func BenchmarkBin(b *testing.B) {
	v := &Variable{Type: Numeric, Bounds: make([]float64, 99)}
	for i := range v.Bounds {
		v.Bounds[i] = float64(i)
	}
	xs := make([]float64, 1024)
	for i := range xs {
		xs[i] = rand.Float64() * 100
	}
	b.ReportAllocs()
	sum := 0
	for i := 0; b.Loop(); i++ {
		sum += v.Bin(xs[i&1023])
	}
}

func BenchmarkCategory(b *testing.B) {
	v := &Variable{Type: Categorical, Counts: make([]uint64, 101)}
	for i := range 100 {
		v.Categories = append(v.Categories, "country-"+strconv.Itoa(i+100))
	}
	for _, at := range []int{0, 10, 99} {
		b.Run(strconv.Itoa(at), func(b *testing.B) {
			s := v.Categories[at]
			b.ReportAllocs()
			for b.Loop() {
				v.Category(s)
			}
		})
	}
}
