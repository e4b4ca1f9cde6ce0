package estimate

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A regression whose error grows with the prediction, whose inputs change: the estimate follows, and the interval holds what the errors
// turn out to be in about 95 % of windows.
func TestLossFollowsTheInputs(t *testing.T) {
	for name, noise := range map[string]func(*rand.Rand) float64{
		"normal errors":  (*rand.Rand).NormFloat64,
		"heavier tails":  func(r *rand.Rand) float64 { return r.NormFloat64() * math.Exp(0.4*r.NormFloat64()) },
		"uniform errors": func(r *rand.Rand) float64 { return 2*r.Float64() - 1 },
	} {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(2, 9))
			const draws = 1000
			insideMAE, insideRMSE := 0, 0
			for range draws {
				reference := make([]Loss, 20)
				fourth := 0.0
				const m = 4000
				for range m {
					x := random.Float64()
					e := math.Abs((0.2 + x) * noise(random))
					reference[int(20*x)] = reference[int(20*x)].plus(Loss{1, e, e * e})
					fourth += e * e * e * e / m
				}
				counts := make([]float64, 20)
				var absolute, squared float64
				const n = 2000
				for range n {
					x := math.Sqrt(random.Float64()) // more of the large ones
					e := math.Abs((0.2 + x) * noise(random))
					counts[int(20*x)]++
					absolute, squared = absolute+e/n, squared+e*e/n
				}
				l := NewLosses(reference, fourth)
				if low, high := l.MAE(counts).Interval(0, math.Inf(1)); low <= absolute && absolute <= high {
					insideMAE++
				}
				if low, high := l.RMSE(counts).Interval(0, math.Inf(1)); low <= math.Sqrt(squared) && math.Sqrt(squared) <= high {
					insideRMSE++
				}
			}
			t.Log(insideMAE, insideRMSE)
			assert.InDelta(t, 0.95, float64(insideMAE)/draws, 0.025)
			assert.InDelta(t, 0.95, float64(insideRMSE)/draws, 0.035)
		})
	}
}

// Of predictions that are distributed as the reference's, the losses are the reference's.
func TestLossOfTheReferenceItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all Loss
		bins := make([]Loss, rapid.IntRange(1, 20).Draw(t, "bins"))
		counts := make([]float64, len(bins))
		for i := range bins {
			counts[i] = float64(rapid.IntRange(leastInBin, 100).Draw(t, "count"))
			mean := rapid.Float64Range(0, 5).Draw(t, "absolute")
			bins[i] = Loss{counts[i], counts[i] * mean, counts[i] * mean * mean * rapid.Float64Range(1, 3).Draw(t, "spread")}
			all = all.plus(bins[i])
		}
		l := NewLosses(bins, math.NaN())
		require.InDelta(t, all.Absolute/all.Count, l.MAE(counts).Value, 1e-9)
		require.InDelta(t, math.Sqrt(all.Squared/all.Count), l.RMSE(counts).Value, 1e-9)
		require.Less(t, l.MAE(counts).Error, l.MAE(counts).Value+1e-9)
	})
}

func TestThinBins(t *testing.T) {
	l := NewLosses([]Loss{{}, {1, 100, 10_000}, {40, 40, 40}, {40, 80, 160}}, math.NaN())
	assert.Equal(t, 140.0/41, l.MAE([]float64{7, 0, 0, 0}).Value, "the first bins take in the third")
	assert.Equal(t, 2.0, l.MAE([]float64{0, 0, 0, 9}).Value)
	few := NewLosses([]Loss{{}, {2, 4, 8}}, math.NaN())
	assert.Equal(t, 2.0, few.MAE([]float64{5, 5}).Value)

	assert.Nil(t, NewLosses(make([]Loss, 3), 1))
	assert.True(t, math.IsNaN(l.MAE([]float64{0, 0, 0, 0}).Value))
	assert.True(t, math.IsNaN(l.RMSE([]float64{1}).Value), "other bins")
	assert.Equal(t, Value{}, NewLosses([]Loss{{50, 0, 0}}, 0).RMSE([]float64{3}), "never wrong")
}
