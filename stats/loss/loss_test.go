package loss

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestErrors(t *testing.T) {
	require.InDelta(t, 4, Squared(1, 3), 0)
	require.InDelta(t, 2, Absolute(1, 3), 0)
	require.InDelta(t, 0, Over(1, 3), 0)
	require.InDelta(t, 2, Under(1, 3), 0)
	require.InDelta(t, 2, Over(3, 1), 0)
	require.InDelta(t, 0.5, AbsolutePercentage(3, -6)/3, 1e-15)
	require.InDelta(t, 1/leastTruth, AbsolutePercentage(1, 0), 0)
	require.InDelta(t, 0, AbsolutePercentage(0, 0), 0)
	require.InDelta(t, 1, SymmetricPercentage(3, 1), 0)
	require.InDelta(t, 2, SymmetricPercentage(3, 0), 0)
	require.InDelta(t, 2, SymmetricPercentage(3, -1), 0)
	require.InDelta(t, 0, SymmetricPercentage(0, 0), 0)
	require.InDelta(t, 2, SymmetricPercentage(math.MaxFloat64, -math.MaxFloat64), 0)
	require.InDelta(t, 2, SymmetricPercentage(math.SmallestNonzeroFloat64, 0), 0)
}

func TestLog(t *testing.T) {
	require.InDelta(t, math.Ln2, Log(0.5), 1e-15)
	require.InDelta(t, -math.Log(1e-15), Log(0), 1e-12)
	require.InDelta(t, 1e-15, Log(1), 2e-16)
	require.InDelta(t, -math.Log(0.75), LogBinary(0.25, false), 1e-15)
	require.InDelta(t, 1e-15, LogBinary(0, false), 2e-16)
	require.InDelta(t, -math.Log(1e-15), LogBinary(1, false), 0.11, "1 - 1e-15 is no float64")
}

func TestBrier(t *testing.T) {
	require.InDelta(t, 0.0625, Brier(0.75, true), 0)
	require.InDelta(t, 0.5625, Brier(0.75, false), 0)
	require.InDelta(t, 0.25+0.0625+0.0625, BrierMulticlass([]float64{0.5, 0.25, 0.25}, 0), 0)
	require.InDelta(t, 2, BrierMulticlass([]float64{1, 0}, 1), 0)
	require.InDelta(t, 2, BrierMulticlass([]float64{1, 0}, -1), 0, "a class that got no probability at all")
}

func TestTopK(t *testing.T) {
	p := []float64{0.1, 0.4, 0.4, 0.1}
	require.InDelta(t, 0, TopKMiss(p, 2, 1), 0, "the later of two is ahead, as numpy sorts")
	require.InDelta(t, 1, TopKMiss(p, 1, 1), 0)
	require.InDelta(t, 0, TopKMiss(p, 1, 2), 0)
	require.InDelta(t, 0, TopKMiss(p, 3, 3), 0)
	require.InDelta(t, 1, TopKMiss(p, 0, 3), 0)
	require.InDelta(t, 1, TopKMiss(p, -1, 4), 0)
}

// The example of Wikipedia, "Discounted cumulative gain": relevances 3, 2, 3, 0, 1, 2 have a DCG of 6.861; with 3 and 2 that the
// ranking lacks, the ideal one is 8.740, and nDCG 0.785.
func TestRanking(t *testing.T) {
	ranked, ideal := []float64{3, 2, 3, 0, 1, 2}, []float64{3, 3, 3, 2, 2, 2, 1, 0}
	require.InDelta(t, 6.861, dcg(ranked, 6), 5e-4)
	require.InDelta(t, 8.740, dcg(ideal, 6), 5e-4)
	require.InDelta(t, 0.785, NDCG(ranked, ideal, 6), 5e-4)
	// The examples of scikit-learn's ndcg_score, which says 0.69, 0.49 and, for the first four, 0.35.
	best := []float64{10, 5, 1, 0, 0}
	require.InDelta(t, 0.6956940443813076, NDCG([]float64{5, 1, 0, 0, 10}, best, 5), 1e-12)
	require.InDelta(t, 0.4936801913773761, NDCG([]float64{0, 0, 1, 10, 5}, best, 5), 1e-12)
	require.InDelta(t, 0.3520241100634489, NDCG([]float64{0, 0, 1, 10, 5}, best, 4), 1e-12)
	require.InDelta(t, 0, NDCG([]float64{0, 0}, []float64{0}, 2), 0)
	require.InDelta(t, 0, NDCG(nil, nil, 10), 0)
	require.InDelta(t, 0.25, ReciprocalRank([]float64{0, 0, 0, 2, 1}), 0)
	require.InDelta(t, 0, ReciprocalRank([]float64{0, 0}), 0)
	require.InDelta(t, 1, Hit([]float64{0, 0, 1}, 3), 0)
	require.InDelta(t, 0, Hit([]float64{0, 0, 1}, 2), 0)
	require.InDelta(t, 0, Hit(nil, 2), 0)
}

func TestProperties(t *testing.T) {
	number := rapid.Float64Range(-1e6, 1e6)
	probability := rapid.Float64Range(0, 1)
	rapid.Check(t, func(t *rapid.T) {
		p, y := number.Draw(t, "prediction"), number.Draw(t, "truth")
		require.InDelta(t, Absolute(p, y), Over(p, y)+Under(p, y), 0)
		require.InDelta(t, p-y, Over(p, y)-Under(p, y), 0)
		for _, l := range []float64{Squared(p, y), Absolute(p, y), Over(p, y), Under(p, y), AbsolutePercentage(p, y)} {
			require.GreaterOrEqual(t, l, 0.0)
		}
		s := SymmetricPercentage(p, y)
		require.True(t, s >= 0 && s <= 2, s)
		require.InDelta(t, s, SymmetricPercentage(y, p), 0)
		require.InDelta(t, 0, Squared(y, y)+Absolute(y, y)+AbsolutePercentage(y, y)+SymmetricPercentage(y, y), 0)
	})
	rapid.Check(t, func(t *rapid.T) {
		s, y := probability.Draw(t, "score"), rapid.Bool().Draw(t, "positive")
		truth := 0
		if y {
			truth = 1
		}
		// A binary score is two probabilities, and its Brier score half of theirs.
		require.InDelta(t, 2*Brier(s, y), BrierMulticlass([]float64{1 - s, s}, truth), 1e-15)
		require.GreaterOrEqual(t, LogBinary(s, y), 0.0)
		require.LessOrEqual(t, Brier(s, y), 1.0)
		// The expected loss is least where the score is the true probability: both are proper.
		q := probability.Draw(t, "true probability")
		expected := func(loss func(float64, bool) float64, s float64) float64 {
			return q*loss(s, true) + (1-q)*loss(s, false)
		}
		require.LessOrEqual(t, expected(Brier, q), expected(Brier, s)+1e-12)
		require.LessOrEqual(t, expected(LogBinary, q), expected(LogBinary, s)+1e-12)
	})
	rapid.Check(t, func(t *rapid.T) {
		gains := rapid.SliceOfN(rapid.Float64Range(0, 5), 0, 20).Draw(t, "gains")
		ideal := slices.Clone(gains)
		slices.SortFunc(ideal, func(a, b float64) int { return int(math.Copysign(1, b-a)) })
		k := rapid.IntRange(1, 25).Draw(t, "k")
		n := NDCG(gains, ideal, k)
		require.True(t, n >= 0 && n <= 1, n)
		if slices.Max(append(gains, 0)) > 0 {
			require.InDelta(t, 1, NDCG(ideal, ideal, k), 0)
		}
		require.LessOrEqual(t, Hit(gains, k), Hit(gains, k+1))
		require.InDelta(t, Hit(gains, k), math.Ceil(max(0, ReciprocalRank(gains)-1/float64(k+1)-1e-12)), 0, "a hit is a rank of at most k")
	})
}
