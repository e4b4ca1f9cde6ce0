package summary

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// record makes the histogram of one value at the finest scale there is.
func record(x float64) *Exponential {
	e := &Exponential{Scale: 20, Sum: x, Min: x, Max: x}
	switch {
	case x == 0:
		e.Zero = 1
	case x > 0:
		e.Positive = Buckets{Offset: BucketIndex(20, x), Counts: []uint64{1}}
	default:
		e.Negative = Buckets{Offset: BucketIndex(20, x), Counts: []uint64{1}}
	}
	return e
}

func of(maxBuckets int, values ...float64) *Exponential {
	e := &Exponential{}
	for _, x := range values {
		e.Merge(record(x), maxBuckets)
	}
	return e
}

// values are dyadic, so that their sums are exact.
func values() *rapid.Generator[[]float64] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) float64 {
		return math.Ldexp(float64(rapid.IntRange(-100, 100).Draw(t, "mantissa")), rapid.SampledFrom([]int{0, 0, 0, -3, 8}).Draw(t, "exponent"))
	}), 1, 60)
}

func TestMergeDoesNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(2, 40).Draw(t, "maxBuckets")
		all := values().Draw(t, "values")
		shuffled := rapid.Permutation(all).Draw(t, "shuffled")
		cut := rapid.IntRange(0, len(all)).Draw(t, "cut")

		whole := of(size, all...)
		parts := of(size, shuffled[:cut]...)
		rest := of(size, shuffled[cut:]...)
		before := rest.Clone()
		parts.Merge(rest, size)

		require.Equal(t, canonical(whole), canonical(parts))
		require.Equal(t, before, rest, "the argument was changed")
		require.Equal(t, uint64(len(all)), whole.Count())
		require.LessOrEqual(t, len(whole.Positive.Counts), size)
		require.LessOrEqual(t, len(whole.Negative.Counts), size)
	})
}

// The scale is the finest that fits: one step finer, some side needs more buckets.
func TestMergeKeepsTheFinestScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(2, 40).Draw(t, "maxBuckets")
		all := values().Draw(t, "values")
		e := of(size, all...)
		if e.Scale == 20 {
			return
		}
		fine := &Exponential{}
		for _, x := range all {
			one := record(x)
			one.Downscale(e.Scale + 1)
			fine.Merge(one, 1<<30)
		}
		require.True(t, len(fine.Positive.Counts) > size || len(fine.Negative.Counts) > size)
		fine.Downscale(e.Scale)
		require.Equal(t, canonical(e), canonical(fine))
	})
}

func canonical(e *Exponential) *Exponential {
	c := e.Clone()
	for _, b := range []*Buckets{&c.Positive, &c.Negative} {
		if len(b.Counts) == 0 {
			b.Counts = nil
		}
	}
	return c
}

func TestMergeOfPaddedAndEmpty(t *testing.T) {
	padded := &Exponential{Scale: 2, Sum: 9, Min: 2, Max: 4, Positive: Buckets{Offset: -1000, Counts: make([]uint64, 1100)}}
	padded.Positive.Counts[1003], padded.Positive.Counts[1007] = 1, 2
	e := &Exponential{}
	e.Merge(padded, 8)
	assert.Equal(t, &Exponential{Scale: 2, Sum: 9, Min: 2, Max: 4, Positive: Buckets{Offset: 3, Counts: []uint64{1, 0, 0, 0, 2}}}, canonical(e))

	e.Merge(&Exponential{Scale: -3}, 8) // holds nothing: no say in scale, least and greatest
	assert.Equal(t, int32(2), e.Scale)
	assert.Equal(t, 2.0, e.Min)

	e.Merge(&Exponential{Scale: -3, Zero: 4, Min: 0, Max: 0}, 8)
	assert.Equal(t, int32(2), e.Scale)
	assert.Equal(t, 0.0, e.Min)
	assert.Equal(t, uint64(7), e.Count())

	e.Merge(&Exponential{Zero: 1, Sum: math.NaN(), Min: math.NaN(), Max: math.NaN()}, 8)
	assert.True(t, math.IsNaN(e.Min) && math.IsNaN(e.Max) && math.IsNaN(e.Sum))
}

func TestMergeOfZeroThresholds(t *testing.T) {
	e := of(160, 0.25, 3)
	e.Downscale(0)
	e.Merge(&Exponential{Scale: 0, Zero: 5, ZeroThreshold: 0.2}, 160) // cuts (0.125, 0.25]
	assert.Equal(t, 0.25, e.ZeroThreshold)
	assert.Equal(t, uint64(6), e.Zero)
	assert.Equal(t, Buckets{Offset: 1, Counts: []uint64{1}}, e.Positive)
}

// What an outsider may send: it must neither panic nor allocate by the width of the range.
func TestMergeOfAbsurdInput(t *testing.T) {
	e := &Exponential{}
	for _, o := range []*Exponential{
		{Scale: 20, Positive: Buckets{Offset: math.MaxInt32, Counts: []uint64{1, 1}}},
		{Scale: 20, Positive: Buckets{Offset: math.MinInt32, Counts: []uint64{1}}},
		{Scale: math.MaxInt32, Negative: Buckets{Offset: 7, Counts: []uint64{1}}},
		{Scale: math.MinInt32, Negative: Buckets{Offset: -7, Counts: []uint64{1}}},
		{Scale: 3, Zero: 1, ZeroThreshold: math.Inf(1)},
	} {
		e.Merge(o, 160)
	}
	assert.Equal(t, uint64(6), e.Count())
}

func TestBucketIndexAndBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scale := int32(rapid.IntRange(-10, 20).Draw(t, "scale"))
		x := math.Ldexp(rapid.Float64Range(0.5, 1).Draw(t, "fraction"), rapid.IntRange(-1000, 1000).Draw(t, "exponent"))
		i := BucketIndex(scale, x)
		require.Less(t, BucketBound(scale, i), x)
		require.GreaterOrEqual(t, BucketBound(scale, i+1), x)
		require.Equal(t, i, BucketIndex(scale, -x))

		bound := BucketBound(scale, i)
		if scale < 20 { // a shared bound is the same number
			require.Equal(t, bound, BucketBound(scale+1, i*2))
		}
		if bound > 0 {
			require.Equal(t, i-1, BucketIndex(scale, bound), "buckets are right-closed")
		}
	})
	assert.Equal(t, 4.0, BucketBound(0, 2))
	assert.InEpsilon(t, math.Sqrt2, BucketBound(1, 1), 1e-15)
	assert.Equal(t, 0.0, BucketBound(-11, -1))
	assert.Equal(t, math.Inf(1), BucketBound(-11, 1))
}

func BenchmarkMergeSameScale(b *testing.B) {
	values := make([]float64, 2000)
	for i := range values {
		values[i] = 10 + float64(i)
	}
	e, o := of(160, values...), of(160, values...)
	b.ReportAllocs()
	for b.Loop() {
		e.Merge(o, 160)
	}
}
