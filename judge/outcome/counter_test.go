package outcome

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/loss"
)

func TestCountBinary(t *testing.T) {
	var c Counter
	c.AddBinary("yes", "no", "yes", "no", 0.75)
	c.AddBinary("yes", "no", "", "yes", 0.5)
	c.AddBinary("yes", "no", "", "yes", 0.25)
	c.AddBinary("yes", "no", "no", "no", math.NaN())
	c.AddBinary("yes", "no", "", "no", 1.5) // neither a class nor a score
	c.AddBinary("yes", "no", "yes", "", 0.5)
	o := Gather(Series(c.Series()))
	assert.Equal(t, Confusion{Classes: []string{"no", "yes"}, Counts: [][]float64{{1, 1}, {1, 1}}}, o.Confusion)
	assert.Equal(t, Sum{3, 0.75*0.75 + 0.25 + 0.75*0.75}, o.Losses["brier"])
	assert.InDelta(t, loss.LogBinary(0.75, false)+loss.LogBinary(0.5, true)+loss.LogBinary(0.25, true), o.Losses["log"].Sum, 1e-12)
	positives, negatives := o.Scores["yes"].All.Totals()
	assert.Equal(t, [2]float64{2, 1}, [2]float64{positives, negatives})
	assert.Equal(t, 0.5, o.Calibration["yes"][9].PositiveScores, "0.5 is the end of (0.45, 0.5]")
}

func TestCountMulticlass(t *testing.T) {
	var c Counter
	classes := []string{"a", "b", "c", "d"}
	c.AddMulticlass("a", "a", classes, []float64{0.4, 0.3, 0.2, 0.1}, []int{2, 4})
	c.AddMulticlass("", "c", classes, []float64{0.1, 0.6, 0.1, 0.2}, []int{2, 4})
	c.AddMulticlass("a", "x", classes, []float64{0.4, 0.3, 0.2, 0.1}, []int{2, 4})
	c.AddMulticlass("a", "b", classes, []float64{0.4, -1, 0.2, 0.1}, nil) // a probability is missing: the classes are known
	c.AddMulticlass("a", "b", nil, nil, nil)
	o := Gather(Series(c.Series()))
	assert.Equal(t, 5.0, o.Confusion.Total())
	assert.Equal(t, 1.0, o.Confusion.Counts[o.Confusion.Index("b")][o.Confusion.Index("c")], "the most probable was predicted")
	assert.Equal(t, Sum{3, 2}, o.Losses["top_2_miss"])
	assert.NotContains(t, o.Losses, "top_4_miss", "always right")
	assert.InDelta(t, -math.Log(0.4)-math.Log(0.1)-math.Log(1e-15), o.Losses["log"].Sum, 1e-9)
	assert.Equal(t, 1.0, o.Calibration[Predicted][7].Positives)
	assert.Len(t, o.Scores, 4)
}

func TestCountTop(t *testing.T) {
	var c Counter
	c.AddTop("a", "a", 0.8)
	c.AddTop("b", "a", 0.6)
	c.AddTop("b", "a", -1)
	c.AddTop("", "a", 0.5)
	o := Gather(Series(c.Series()))
	assert.Equal(t, 3.0, o.Confusion.Total())
	assert.Equal(t, []float64{1}, o.Scores["a"].AsClass.Positives)
	assert.Equal(t, []float64{1}, o.Scores["b"].AsClass.Negatives)
}

// Counting parts, and adding up their series, is counting the whole.
func TestCountedPartsAreTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var one, two, whole Counter
		for range rapid.IntRange(0, 40).Draw(t, "n") {
			part := &one
			if rapid.Bool().Draw(t, "second") {
				part = &two
			}
			score := float64(rapid.IntRange(0, 64).Draw(t, "score")) / 64
			truth := rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, "truth")
			predicted := rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, "predicted")
			value := float64(rapid.IntRange(-8, 8).Draw(t, "value"))
			for _, c := range []*Counter{part, &whole} {
				c.AddBinary("a", "b", predicted, truth, score)
				c.AddRegression(value, score, int(value)+8)
			}
		}
		want, got := whole.Series(), profile.MergeOutcomes(two.Series(), one.Series())
		require.Len(t, got, len(want))
		for i := range want {
			require.Equal(t, want[i].Metric, got[i].Metric)
			require.Equal(t, want[i].Attributes, got[i].Attributes)
			require.InDelta(t, want[i].Sum, got[i].Sum, 0)
			if h := want[i].Histogram; h != nil {
				require.Equal(t, h.Count, got[i].Histogram.Count)
				require.InDelta(t, h.Sum, got[i].Histogram.Sum, 1e-9*max(1, math.Abs(h.Sum)))
			}
			if e := want[i].Exponential; e != nil {
				require.Equal(t, e.Scale, got[i].Exponential.Scale)
				require.Equal(t, e.Zero, got[i].Exponential.Zero)
				require.Equal(t, e.Positive, got[i].Exponential.Positive)
				require.Equal(t, e.Negative, got[i].Exponential.Negative)
			}
		}
	})
}

func BenchmarkCount(b *testing.B) {
	b.Run("binary", func(b *testing.B) {
		var c Counter
		i := 0
		b.ReportAllocs()
		for b.Loop() {
			i++
			c.AddBinary("yes", "no", "yes", []string{"yes", "no"}[i%2], float64(i*37%1000)/1000)
		}
	})
	b.Run("regression", func(b *testing.B) {
		var c Counter
		i := 0
		b.ReportAllocs()
		for b.Loop() {
			i++
			c.AddRegression(float64(i*37%1000), float64(i*39%1000), i%20)
		}
	})
}
