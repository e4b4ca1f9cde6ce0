package summary

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Adding values one by one is merging histograms of one value each.
func TestAddIsMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(-1e6, 1e6), rapid.Float64Range(-1, 1), rapid.Just(0.0), rapid.Just(1.0)), 1, 60).Draw(t, "values")
		most := rapid.IntRange(2, 200).Draw(t, "buckets")
		var added, merged Exponential
		for _, x := range values {
			added.Add(x, most)
			one := Exponential{Scale: finestScale, Sum: x, Min: x, Max: x}
			switch {
			case x == 0:
				one.Zero = 1
			case x < 0:
				one.Negative = Buckets{Offset: BucketIndex(finestScale, x), Counts: []uint64{1}}
			default:
				one.Positive = Buckets{Offset: BucketIndex(finestScale, x), Counts: []uint64{1}}
			}
			merged.Merge(&one, most)
		}
		require.Equal(t, uint64(len(values)), added.Count())
		if len(added.Positive.Counts)+len(added.Negative.Counts) > 0 {
			require.Equal(t, merged.Scale, added.Scale)
		}
		require.Equal(t, merged.Zero, added.Zero)
		require.Equal(t, merged.Positive.Offset, added.Positive.Offset)
		require.ElementsMatch(t, merged.Positive.Counts, added.Positive.Counts)
		require.Equal(t, merged.Negative.Offset, added.Negative.Offset)
		require.ElementsMatch(t, merged.Negative.Counts, added.Negative.Counts)
		require.Equal(t, []float64{merged.Min, merged.Max}, []float64{added.Min, added.Max})
		require.InDelta(t, merged.Sum, added.Sum, 1e-6)
	})
}

func BenchmarkAdd(b *testing.B) {
	var e Exponential
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		i = i*1103515245 + 12345
		e.Add(float64(uint32(i))/1e6+1e-3, 640)
	}
}
