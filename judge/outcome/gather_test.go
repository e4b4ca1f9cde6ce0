package outcome

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/calibration"
	"github.com/leeway-ml/leeway/stats/scores"
	"github.com/leeway-ml/leeway/summary"
)

func attributes(pairs ...string) []summary.Attribute {
	var all []summary.Attribute
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, summary.Attribute{Key: pairs[i], Value: pairs[i+1]})
	}
	return all
}

// oddsOf is the histogram of the odds of scores.
func oddsOf(scale int32, scores ...float64) *summary.Exponential {
	e := &summary.Exponential{}
	for _, s := range scores {
		index := summary.BucketIndex(scale, s/(1-s))
		e.Merge(&summary.Exponential{Scale: scale, Positive: summary.Buckets{Offset: index, Counts: []uint64{1}}}, oddsBuckets)
	}
	return e
}

func odds(class, predicted, truth string, e *summary.Exponential) summary.Series {
	s := summary.Series{Metric: semconv.MetricOutcomeOdds, Exponential: e}
	for _, a := range attributes(semconv.AttrClass, class, semconv.AttrGroundTruthClass, truth, semconv.AttrPredictionClass, predicted) {
		if a.Value != "" {
			s.Attributes = append(s.Attributes, a)
		}
	}
	return s
}

func count(n uint64, sum float64) *summary.Histogram {
	return &summary.Histogram{Counts: []uint64{n}, Sum: sum, Min: math.NaN(), Max: math.NaN()}
}

func outcomes(predicted, truth string, n float64) summary.Series {
	return summary.Series{Metric: semconv.MetricOutcomes, Sum: n,
		Attributes: attributes(semconv.AttrGroundTruthClass, truth, semconv.AttrPredictionClass, predicted)}
}

func TestGather(t *testing.T) {
	o := Gather([]summary.Series{
		outcomes("yes", "no", 3),
		outcomes("no", "no", 5),
		outcomes("yes", "yes", 7),
		odds("yes", "yes", "yes", oddsOf(3, 0.5, 0.8)),
		odds("yes", Other, "yes", oddsOf(3, 0.2)),
		odds("yes", "yes", Other, oddsOf(3, 0.8, 0.9)),
		odds("yes", "", Other, oddsOf(3, 0.8)),
		{Metric: semconv.MetricOutcomeCalibration, Histogram: count(2, 1.25),
			Attributes: attributes(semconv.AttrCalibrationBin, "03", semconv.AttrClass, "yes", semconv.AttrGroundTruthClass, "yes")},
		{Metric: semconv.MetricOutcomeCalibration, Histogram: count(4, 0.5),
			Attributes: attributes(semconv.AttrCalibrationBin, "03", semconv.AttrClass, "yes", semconv.AttrGroundTruthClass, Other)},
		{Metric: semconv.MetricOutcomeLoss, Histogram: count(4, 0.5), Attributes: attributes(semconv.AttrLossName, "brier")},
		{Metric: semconv.MetricOutcomeLoss, Histogram: count(3, 0.25), Attributes: attributes(semconv.AttrBinIndex, "02", semconv.AttrLossName, "squared")},
		{Metric: semconv.MetricOutcomeError, Exponential: &summary.Exponential{Zero: 2}},
		{Metric: semconv.MetricGroundTruthValue, Histogram: count(5, 10)},
		{Metric: semconv.MetricGroundTruthJoins, Sum: 8, Attributes: attributes(semconv.AttrJoinResult, "joined")},
		{Metric: semconv.MetricGroundTruthDelay, Histogram: &summary.Histogram{Bounds: []float64{1}, Counts: []uint64{1, 2}, Sum: 9}},
	})
	assert.Equal(t, Confusion{Classes: []string{"no", "yes"}, Counts: [][]float64{{5, 0}, {3, 7}}}, o.Confusion)
	assert.Equal(t, 15.0, o.Samples())
	assert.Equal(t, 1, o.Confusion.Index("yes"))
	assert.Equal(t, -1, o.Confusion.Index("perhaps"))

	s := o.Scores["yes"]
	require.NotNil(t, s)
	require.Len(t, s.All.Bins, 4)
	assert.Equal(t, []float64{1, 1, 1, 0}, s.All.Positives)
	assert.Equal(t, []float64{0, 0, 2, 1}, s.All.Negatives)
	assert.Equal(t, []float64{0, 1, 1, 0}, s.AsClass.Positives)
	assert.Equal(t, []float64{0, 0, 1, 1}, s.AsClass.Negatives)
	assert.Equal(t, []float64{1, 0, 0, 0}, s.AsOther.Positives)
	assert.InDelta(t, 0.2, s.All.Bins[0].Score, 0.01)
	assert.InDelta(t, 0.9, s.All.Bins[3].Score, 0.01)

	assert.Equal(t, calibration.Bin{Positives: 2, Negatives: 4, PositiveScores: 1.25, NegativeScores: 0.5}, o.Calibration["yes"][3])
	assert.Equal(t, Sum{4, 0.5}, o.Losses["brier"])
	assert.NotContains(t, o.Losses, "squared", "losses by bin are not in the whole")
	assert.Equal(t, Sum{3, 0.25}, o.LossesByBin["squared"][2])
	assert.Equal(t, uint64(2), o.Error.Count())
	assert.Equal(t, 2.0, o.Truth.Mean())
	assert.Equal(t, 8.0, o.Joins["joined"])
	assert.Equal(t, []uint64{1, 2}, o.Delay.Counts)
}

// What no program of ours sends, but others may.
func TestGatherForeign(t *testing.T) {
	o := Gather([]summary.Series{
		{Metric: semconv.MetricOutcomes, Sum: 4},
		{Metric: semconv.MetricOutcomes, Sum: math.NaN(), Attributes: attributes(semconv.AttrGroundTruthClass, "a", semconv.AttrPredictionClass, "a")},
		{Metric: semconv.MetricOutcomeOdds, Sum: 4},
		{Metric: semconv.MetricOutcomeOdds, Exponential: oddsOf(2, 0.5)},
		{Metric: semconv.MetricOutcomeLoss, Histogram: count(1, 1)},
		{Metric: semconv.MetricOutcomeCalibration, Histogram: count(1, 1), Attributes: attributes(semconv.AttrCalibrationBin, "20", semconv.AttrClass, "a", semconv.AttrGroundTruthClass, "a")},
		{Metric: semconv.MetricOutcomeError},
		{Metric: semconv.MetricGroundTruthDelay, Histogram: &summary.Histogram{Bounds: []float64{1, 2}, Counts: []uint64{1}}},
		{Metric: "other", Sum: 1},
	})
	assert.True(t, o.Empty())
	assert.Zero(t, o.Samples())

	o = Gather([]summary.Series{odds("a", "a", "a", &summary.Exponential{
		Scale: 20, Zero: 3, ZeroThreshold: 1e-3,
		Positive: summary.Buckets{Offset: math.MaxInt32 - 2, Counts: []uint64{1, 1}},
		Negative: summary.Buckets{Offset: 0, Counts: []uint64{7}},
	}), odds("a", "a", Other, &summary.Exponential{Scale: -5, Positive: summary.Buckets{Offset: -40, Counts: []uint64{1}}})})
	table := o.Scores["a"].All
	require.Equal(t, scores.Bin{}, table.Bins[0], "the zero bucket is a score of 0")
	assert.Equal(t, 3.0, table.Positives[0])
	positives, negatives := table.Totals()
	assert.Equal(t, 5.0, positives)
	assert.Equal(t, 1.0, negatives)
	for _, b := range table.Bins {
		assert.True(t, b.Low <= b.Score && b.Score <= b.High, "%v", b)
	}
}

func TestEmpty(t *testing.T) {
	var none *Outcomes
	assert.True(t, none.Empty())
	assert.Zero(t, none.Samples())
	assert.True(t, Gather(nil).Empty())
	assert.Nil(t, GatherReference(nil))
	assert.Nil(t, GatherReference(&profile.Profile{}))
}

func TestGatherReference(t *testing.T) {
	o := GatherReference(&profile.Profile{Outcomes: []profile.OutcomeSeries{
		{Metric: semconv.MetricOutcomes, Attributes: map[string]string{semconv.AttrPredictionClass: "a", semconv.AttrGroundTruthClass: "b"}, Sum: 4},
		{Metric: semconv.MetricOutcomeLoss, Attributes: map[string]string{semconv.AttrLossName: "log"}, Histogram: &profile.OutcomeHistogram{Count: 4, Sum: 2}},
		{Metric: semconv.MetricOutcomeOdds,
			Attributes:  map[string]string{semconv.AttrClass: "b", semconv.AttrPredictionClass: Other, semconv.AttrGroundTruthClass: "b"},
			Exponential: &profile.OutcomeExponential{Scale: 3, Zero: 1, PositiveOffset: 2, Positive: []uint64{3}}},
	}})
	assert.Equal(t, [][]float64{{0, 4}, {0, 0}}, o.Confusion.Counts)
	assert.Equal(t, 0.5, o.Losses["log"].Mean())
	assert.Equal(t, []float64{1, 3}, o.Scores["b"].AsOther.Positives)
}

func TestGatherPredictions(t *testing.T) {
	p := GatherPredictions([]summary.Series{
		{Metric: semconv.MetricPredictions, Sum: 5, Attributes: attributes(semconv.AttrPredictionClass, "a")},
		{Metric: semconv.MetricPredictionOdds, Exponential: oddsOf(3, 0.8), Attributes: attributes(semconv.AttrClass, "a", semconv.AttrPredictionClass, "a")},
		{Metric: semconv.MetricPredictionOdds, Exponential: oddsOf(2, 0.1, 0.8), Attributes: attributes(semconv.AttrClass, "a", semconv.AttrPredictionClass, Other)},
		{Metric: semconv.MetricPredictionOdds, Exponential: oddsOf(5, 0.1), Attributes: attributes(semconv.AttrClass, "a")},
		{Metric: semconv.MetricPredictionOdds, Exponential: oddsOf(5, 0.1)},
	})
	assert.Equal(t, map[string]float64{"a": 5}, p.Classes)
	s := p.Scores["a"]
	assert.Equal(t, []float64{2, 2}, s.All.Counts)
	assert.Equal(t, []float64{0, 1}, s.AsClass.Counts)
	assert.Equal(t, []float64{1, 1}, s.AsOther.Counts)
}

// Gathering the parts is gathering the whole, in any order.
func TestPartsAreTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		classes := rapid.SampledFrom([]string{"a", "b", "c"})
		part := func(i int) []summary.Series {
			var series []summary.Series
			for range rapid.IntRange(0, 4).Draw(t, "series") {
				class, predicted := classes.Draw(t, "class"), rapid.SampledFrom([]string{"", "a", Other}).Draw(t, "predicted")
				truth := rapid.SampledFrom([]string{class, Other}).Draw(t, "truth")
				sample := rapid.SliceOfN(rapid.Float64Range(1e-9, 1-1e-9), 1, 20).Draw(t, "scores")
				series = append(series,
					odds(class, predicted, truth, oddsOf(rapid.Int32Range(0, 10).Draw(t, "scale"), sample...)),
					outcomes(class, truth, float64(rapid.IntRange(0, 9).Draw(t, "n"))),
					summary.Series{Metric: semconv.MetricOutcomeLoss, Histogram: count(uint64(i), float64(i)/4), Attributes: attributes(semconv.AttrLossName, class)},
					summary.Series{Metric: semconv.MetricOutcomeError, Exponential: oddsOf(4, sample...)})
			}
			return series
		}
		var all []summary.Series
		whole := map[string]*summary.Exponential{}
		n := 0
		for i := range rapid.IntRange(1, 4).Draw(t, "parts") {
			p := part(i)
			n += len(p)
			all = append(all, p...)
		}
		for i := range all {
			if s := &all[i]; s.Metric == semconv.MetricOutcomeOdds {
				class := s.Attribute(semconv.AttrClass)
				if whole[class] == nil {
					whole[class] = &summary.Exponential{}
				}
				whole[class].Merge(s.Exponential, oddsBuckets)
			}
		}
		one := Gather(all)
		slices.Reverse(all)
		assert.Equal(t, one, Gather(all))

		require.Len(t, one.Scores, len(whole))
		for class, e := range whole {
			table := one.Scores[class].All
			var counts []float64
			for _, c := range e.Positive.Counts {
				if c > 0 {
					counts = append(counts, float64(c))
				}
			}
			d := table.Distribution()
			require.Equal(t, counts, d.Counts, "the sum's buckets")
			for i, b := range table.Bins {
				require.True(t, b.Low <= b.Score && b.Score <= b.High)
				require.True(t, i == 0 || table.Bins[i-1].High <= b.Low)
			}
		}
	})
}

func BenchmarkGather(b *testing.B) {
	var series []summary.Series
	for _, predicted := range []string{"a", Other} {
		for _, truth := range []string{"a", Other} {
			e := &summary.Exponential{Scale: 3}
			e.Positive.Offset = -240
			for i := range 480 {
				e.Positive.Counts = append(e.Positive.Counts, uint64(i%7))
			}
			series = append(series, odds("a", predicted, truth, e), outcomes(predicted, truth, 100))
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		Gather(series)
	}
}
