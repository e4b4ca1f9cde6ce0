package estimate

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// What no program of ours sends, but others may: whatever comes, every point is a number, within its interval.
func TestForeignSummaries(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	profiles := []*profile.Profile{profileOf(profile.Binary, loans(random, 300, 0, 1.5, 1, 0)), withRows(growing(random, 300, random.Float64))}
	multiclass := profileOf(profile.Multiclass, loans(random, 300, 0, 1.5, 2, 0))
	profiles = append(profiles, multiclass)
	everyMeasure := newJudge(t, func(c *Config) { c.Statistics, c.MinSamples = []string{"all"}, 1 })
	rapid.Check(t, func(t *rapid.T) {
		w := &summary.Window{}
		for range rapid.IntRange(0, 6).Draw(t, "series") {
			s := summary.Series{Metric: rapid.SampledFrom([]string{semconv.MetricPredictionOdds, semconv.MetricOutcomeOdds, semconv.MetricPredictionValue}).Draw(t, "metric")}
			for _, key := range []string{semconv.AttrClass, semconv.AttrGroundTruthClass, semconv.AttrPredictionClass} {
				if value := rapid.SampledFrom([]string{"", "default", "__other__", "else"}).Draw(t, key); value != "" {
					s.Attributes = append(s.Attributes, summary.Attribute{Key: key, Value: value})
				}
			}
			counts := rapid.SliceOfN(rapid.Uint64Range(0, 1<<40), 0, 20)
			switch rapid.IntRange(0, 2).Draw(t, "kind") {
			case 0:
				s.Sum = rapid.Float64().Draw(t, "sum")
			case 1:
				s.Histogram = &summary.Histogram{Bounds: []float64{0, 0.5, 7}, Counts: counts.Draw(t, "counts"), Sum: math.NaN(), Min: math.NaN(), Max: math.NaN()}
			default:
				s.Exponential = &summary.Exponential{
					Scale: rapid.Int32Range(-11, 20).Draw(t, "scale"), Zero: rapid.Uint64Range(0, 9).Draw(t, "zero"),
					Positive: summary.Buckets{Offset: rapid.Int32Range(-5000, 5000).Draw(t, "offset"), Counts: counts.Draw(t, "positive")},
					Negative: summary.Buckets{Offset: rapid.Int32Range(-5000, 5000).Draw(t, "offset"), Counts: counts.Draw(t, "negative")},
				}
			}
			w.Series = append(w.Series, s)
		}
		sortSeries(w)
		points := everyMeasure.Judge(w, rapid.SampledFrom(profiles).Draw(t, "profile"))
		require.Zero(t, len(points)%3)
		for i := 0; i < len(points); i += 3 {
			value, lower, upper := points[i].Value, points[i+1].Value, points[i+2].Value
			require.False(t, math.IsNaN(value) || math.IsInf(value, 0), points[i].Metric)
			require.LessOrEqual(t, lower, value+1e-9, points[i].Metric)
			require.GreaterOrEqual(t, upper, value-1e-9, points[i].Metric)
		}
	})
}
