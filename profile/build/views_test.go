package build

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/leeway-ml/leeway/profile"
)

// binned is a variable of these values, with its counts.
func binned(q *quantiles, values []float64) *profile.Variable {
	v := &profile.Variable{Name: "x", Type: profile.Numeric}
	setNumericBins(v, q, profile.MaxFineBins)
	for _, x := range values {
		v.Counts[v.Bin(x)]++
	}
	return v
}

// profileOf is a profile of one variable, to be validated.
type profileOf struct{ v *profile.Variable }

func (p *profileOf) check() error {
	whole := &profile.Profile{Schema: profile.Schema, Model: "m", Rhythm: profile.Rhythm{Cycle: profile.Steady}, Features: []*profile.Variable{p.v}}
	return whole.Validate()
}

func TestViewsOfFewValues(t *testing.T) {
	upTo := func(n int) []int {
		view := []int{0}
		for i := 2; i <= n; i++ {
			view = append(view, i)
		}
		return view
	}
	for n, want := range map[int]struct{ rollup, deciles []int }{
		1:   {[]int{0, 1, 2}, []int{0, 1, 2}}, // below and above the one value are kept apart
		2:   {upTo(2), upTo(2)},
		10:  {upTo(10), upTo(10)},
		11:  {upTo(11), []int{0, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
		20:  {upTo(20), []int{0, 3, 5, 7, 9, 11, 13, 15, 17, 19}},
		40:  {[]int{0, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39}, []int{0, 5, 9, 13, 17, 21, 25, 29, 33, 37}},
		100: {nil, nil},
		101: {nil, nil},
	} {
		var q quantiles
		var values []float64
		for i := range n {
			values = append(values, float64(i))
			q.add(float64(i))
		}
		v := binned(&q, values)
		assert.NoError(t, (&profileOf{v}).check(), "%d", n)
		assert.Equal(t, n <= 100, v.Discrete, "%d", n)
		if want.rollup == nil {
			assert.Len(t, v.Rollup, profile.MaxRollupBins, "%d", n)
			assert.Len(t, v.Deciles, profile.MaxDeciles, "%d", n)
			continue
		}
		assert.Equal(t, want.rollup, v.Rollup, "%d", n)
		assert.Equal(t, want.deciles, v.Deciles, "%d", n)
	}
}

// TestTiesMerge: where one value has most of the rows, quantiles coincide and bins are fewer.
func TestTiesMerge(t *testing.T) {
	var q quantiles
	var values []float64
	for i := range 1000 {
		x := 0.0
		if i%6 == 0 {
			x = 1 + float64(i)
		}
		values = append(values, x)
		q.add(x)
	}
	v := binned(&q, values)
	assert.False(t, v.Discrete)
	assert.Equal(t, 0.0, v.Bounds[0])
	assert.Len(t, v.Deciles, 3, "up to zero, up to the ninth decile, above")
	assert.Equal(t, uint64(833), profile.SumBins(v.Counts, v.Deciles)[0])
	assert.NoError(t, (&profileOf{v}).check())
}

func TestExtremeValues(t *testing.T) {
	var q quantiles
	values := []float64{-math.MaxFloat64 / 2, -math.SmallestNonzeroFloat64, 0, math.SmallestNonzeroFloat64, math.MaxFloat64 / 2}
	for _, x := range values {
		q.add(x)
	}
	v := binned(&q, values)
	assert.Equal(t, []uint64{0, 1, 1, 1, 1, 1, 0}, v.Counts)
	assert.NoError(t, (&profileOf{v}).check())
}
