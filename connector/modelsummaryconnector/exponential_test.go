package modelsummaryconnector

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/summary"
)

// Values added one by one give what the merge of histograms of one value gives, and account for the memory that they take.
func TestAddIsMerge(t *testing.T) {
	value := rapid.OneOf(
		rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.IntRange(-100, 100).Draw(t, "n")) / 8 }),
		rapid.SampledFrom([]float64{math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 1e-9, 1e9}),
	)
	rapid.Check(t, func(t *rapid.T) {
		e := &exponential{max: rapid.IntRange(2, 160).Draw(t, "max")}
		want := &summary.Exponential{}
		grown := 0
		for _, x := range rapid.SliceOfN(value, 1, 60).Draw(t, "values") {
			require.Equal(t, want.Count() == 0, e.empty())
			grown += e.add(x)
			single := &summary.Exponential{Scale: maxScale, Sum: x, Min: x, Max: x}
			buckets := summary.Buckets{Counts: []uint64{1}}
			switch {
			case x == 0:
				single.Zero = 1
			case x > 0:
				buckets.Offset = summary.BucketIndex(maxScale, x)
				single.Positive = buckets
			default:
				buckets.Offset = summary.BucketIndex(maxScale, x)
				single.Negative = buckets
			}
			want.Merge(single, e.max)
		}
		got := e.h.Clone()
		for _, h := range []*summary.Exponential{want, got} {
			h.Sum = 0 // rounded in another order
			for _, b := range []*summary.Buckets{&h.Positive, &h.Negative} {
				if len(b.Counts) == 0 {
					*b = summary.Buckets{}
				}
			}
		}
		require.Equal(t, want, got)
		require.LessOrEqual(t, len(got.Positive.Counts), e.max)
		require.LessOrEqual(t, len(got.Negative.Counts), e.max)
		require.GreaterOrEqual(t, grown, 0)
	})
}

func BenchmarkAdd(b *testing.B) {
	e := &exponential{max: maxBuckets}
	values := make([]float64, 1024)
	for i := range values {
		values[i] = math.Exp(math.Sin(float64(i)))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		e.add(values[i%len(values)])
	}
}
