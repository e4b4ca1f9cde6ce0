package drift

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// fraud is a profile of 1000 rows: amount in ten equal bins, country in three, a score in two.
func fraud() *profile.Profile {
	amount := &profile.Variable{Name: "amount", Type: profile.Numeric, Min: 0, Max: 100, Mean: 50, StdDev: 25, Missing: 10}
	for i := range 10 {
		amount.Counts = append(amount.Counts, 100)
		amount.Rollup, amount.Deciles = append(amount.Rollup, i), append(amount.Deciles, i)
		if i > 0 {
			amount.Bounds = append(amount.Bounds, float64(10*i))
		}
	}
	return &profile.Profile{
		Task: profile.Binary, PositiveClass: "fraud", Rhythm: profile.Rhythm{Cycle: profile.Steady},
		Features: []*profile.Variable{amount,
			{Name: "country", Type: profile.Categorical, Categories: []string{"DE", "FR", "IT"}, Counts: []uint64{500, 300, 200, 0}, Rollup: []int{0, 1, 2, 3}}},
		Scores: []*profile.Variable{{Name: "fraud", Type: profile.Numeric, Bounds: []float64{0.5}, Counts: []uint64{900, 100}, Rollup: []int{0, 1}, Deciles: []int{0, 1}, Max: 1, Mean: 0.2, StdDev: 0.2}},
		Class:  &profile.Variable{Name: "class", Type: profile.Categorical, Categories: []string{"ok", "fraud"}, Counts: []uint64{900, 100, 0}, Rollup: []int{0, 1, 2}},
	}
}

// amounts is a series of feature values over bounds, of a mean of 50.
func amounts(bounds []float64, counts ...uint64) summary.Series {
	h := &summary.Histogram{Bounds: bounds, Counts: counts, Min: 0, Max: 100}
	h.Sum = 50 * float64(h.Count())
	return summary.Series{Metric: semconv.MetricFeatureValue, Attributes: feature("amount"), Histogram: h}
}

func sum(metric string, value float64, attributes ...string) summary.Series {
	s := summary.Series{Metric: metric, Sum: value}
	for i := 0; i < len(attributes); i += 2 {
		s.Attributes = append(s.Attributes, summary.Attribute{Key: attributes[i], Value: attributes[i+1]})
	}
	return s
}

func country(name string, n float64) summary.Series {
	return sum(semconv.MetricFeatureCategories, n, semconv.AttrFeatureCategory, name, semconv.AttrFeatureName, "country")
}

func invalid(name, reason string, n float64) summary.Series {
	return sum(semconv.MetricFeatureInvalid, n, semconv.AttrFeatureName, name, semconv.AttrInvalidReason, reason)
}

func window(series ...summary.Series) *summary.Window {
	w := &summary.Window{Name: "1h", Series: series}
	sortSeries(w)
	return w
}

func newJudge(t testing.TB, change func(*Config)) *Judge {
	t.Helper()
	cfg := DefaultConfig()
	if change != nil {
		change(cfg)
	}
	j, err := New(cfg)
	require.NoError(t, err)
	return j
}

// lines are points as text, sorted: ml.feature.drift.psi{ml.feature.name=amount} 0.138629.
func lines(points []judge.Point) string {
	out := make([]string, 0, len(points))
	for _, p := range points {
		attributes := make([]string, 0, len(p.Attributes))
		for _, a := range p.Attributes {
			attributes = append(attributes, a.Key+"="+a.Value)
		}
		digits := 6
		if strings.HasSuffix(p.Metric, "wasserstein") {
			digits = 2 // what lies in open bins is a guess
		}
		out = append(out, fmt.Sprintf("%s{%s} %.*g", p.Metric, strings.Join(attributes, ","), digits, p.Value))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// The default series, worked out apart from this program: shares 0.2, 0.1 x 8, 0 against 0.1 x 10 give PSI 0.1 ln 2 + 0.0999 ln 1000; the
// noise is 9 and 21.666 (the 99th percentile of chi-square with nine degrees of freedom) times 1/500 + 1/1000.
func TestPoints(t *testing.T) {
	w := window(
		amounts(fraud().Features[0].Bounds, 100, 50, 50, 50, 50, 50, 50, 50, 50, 0),
		invalid("amount", "missing", 50), invalid("amount", "out_of_range", 5),
		country("DE", 250), country("FR", 150), country("IT", 60), country(profile.Unseen, 40),
		sum(semconv.MetricPredictions, 450, semconv.AttrPredictionClass, "ok"), sum(semconv.MetricPredictions, 100, semconv.AttrPredictionClass, "fraud"),
		summary.Series{Metric: semconv.MetricPredictionScore, Attributes: []summary.Attribute{{Key: semconv.AttrClass, Value: "fraud"}},
			Histogram: &summary.Histogram{Bounds: []float64{0.5}, Counts: []uint64{495, 55}, Sum: 110, Min: math.NaN(), Max: math.NaN()}},
	)
	assert.Equal(t, strings.TrimSpace(`
ml.feature.drift.cramers_v{ml.feature.name=country} 0.248069
ml.feature.drift.detected{ml.drift.statistic=missing_share,ml.feature.name=amount} 1
ml.feature.drift.detected{ml.drift.statistic=missing_share,ml.feature.name=country} 0
ml.feature.drift.detected{ml.drift.statistic=out_of_range_share,ml.feature.name=amount} 0
ml.feature.drift.detected{ml.drift.statistic=psi,ml.feature.name=amount} 1
ml.feature.drift.detected{ml.drift.statistic=psi,ml.feature.name=country} 1
ml.feature.drift.detected{ml.drift.statistic=unseen_share,ml.feature.name=country} 1
ml.feature.drift.js_distance{ml.feature.name=amount} 0.249511
ml.feature.drift.js_distance{ml.feature.name=country} 0.217464
ml.feature.drift.ks_statistic{ml.feature.name=amount} 0.1
ml.feature.drift.mean_shift{ml.feature.name=amount} 0
ml.feature.drift.psi_noise{ml.feature.name=amount} 0.064998
ml.feature.drift.psi_noise{ml.feature.name=country} 0.0340346
ml.feature.drift.psi_threshold{ml.feature.name=amount} 0.227
ml.feature.drift.psi_threshold{ml.feature.name=country} 0.209
ml.feature.drift.psi{ml.feature.name=amount} 0.759399
ml.feature.drift.psi{ml.feature.name=country} 0.574967
ml.feature.drift.wasserstein{ml.feature.name=amount} 0.36
ml.feature.missing_share{ml.feature.name=amount} 0.0909091
ml.feature.missing_share{ml.feature.name=country} 0
ml.feature.out_of_range_share{ml.feature.name=amount} 0.01
ml.feature.unseen_share{ml.feature.name=country} 0.08
ml.model.drift.share{} 1
ml.prediction.drift.detected{ml.drift.statistic=psi} 0
ml.prediction.drift.js_distance{} 0
ml.prediction.drift.ks_statistic{} 0
ml.prediction.drift.mean_shift{} 0
ml.prediction.drift.psi_noise{} 0.0186983
ml.prediction.drift.psi_threshold{} 0.202818
ml.prediction.drift.psi{} 0
ml.prediction.drift.wasserstein{} 0
ml.statistics.samples{ml.subject=feature} 550
ml.statistics.samples{ml.subject=prediction} 550`), lines(newJudge(t, nil).Judge(w, fraud())))
}

func TestAtMostTwelveSeriesAFeature(t *testing.T) {
	p, w := manyFeatures(24)
	for i := range p.Features {
		w.Series = append(w.Series, invalid(p.Features[i].Name, "missing", 9), invalid(p.Features[i].Name, "out_of_range", 9))
	}
	sortSeries(w)
	of := make(map[string]int)
	for _, point := range newJudge(t, nil).Judge(w, p) {
		for _, a := range point.Attributes {
			if a.Key == semconv.AttrFeatureName {
				of[a.Value]++
			}
		}
	}
	assert.Len(t, of, len(p.Features))
	for name, n := range of {
		assert.LessOrEqual(t, n, 12, name)
	}
}

func TestTooFewSamples(t *testing.T) {
	w := window(amounts(fraud().Features[0].Bounds, 99, 0, 0, 0, 0, 0, 0, 0, 0, 0))
	assert.Equal(t, "ml.statistics.samples{ml.subject=feature} 99", lines(newJudge(t, nil).Judge(w, fraud())))
	assert.Equal(t, "ml.statistics.samples{ml.subject=feature} 0\nml.statistics.samples{ml.subject=prediction} 0", lines(newJudge(t, nil).Judge(window(), fraud())))
	labels := window(summary.Series{Metric: semconv.MetricOutcomes, Sum: 500}) // of earlier predictions
	assert.Contains(t, lines(newJudge(t, nil).Judge(labels, fraud())), "ml.statistics.samples{ml.subject=prediction} 0")
}

func TestWithoutAProfile(t *testing.T) {
	exponential := amounts(nil)
	exponential.Attributes = feature("price")
	exponential.Histogram = nil
	exponential.Exponential = &summary.Exponential{Positive: summary.Buckets{Offset: 0, Counts: []uint64{100, 300}}, Sum: 1000, Min: 1.5, Max: 3}
	w := window(amounts([]float64{50}, 250, 250), country("DE", 300), country("FR", 30), invalid("amount", "missing", 500), exponential)
	assert.Equal(t, strings.TrimSpace(`
ml.feature.mean{ml.feature.name=amount} 50
ml.feature.mean{ml.feature.name=price} 2.5
ml.feature.missing_share{ml.feature.name=amount} 0.5
ml.feature.missing_share{ml.feature.name=country} 0
ml.feature.missing_share{ml.feature.name=price} 0
ml.feature.quantile{ml.feature.name=amount,ml.quantile=0.05} 5
ml.feature.quantile{ml.feature.name=amount,ml.quantile=0.5} 50
ml.feature.quantile{ml.feature.name=amount,ml.quantile=0.95} 95
ml.feature.quantile{ml.feature.name=price,ml.quantile=0.05} 1.2
ml.feature.quantile{ml.feature.name=price,ml.quantile=0.5} 2.66667
ml.feature.quantile{ml.feature.name=price,ml.quantile=0.95} 3.86667
ml.statistics.samples{ml.subject=feature} 1000`), lines(newJudge(t, nil).Judge(w, nil)))
}

// Every metric that any configuration can make is in the registry, with the attributes that it has there.
func TestNamesAreInTheRegistry(t *testing.T) {
	w := window(amounts(fraud().Features[0].Bounds, 100, 50, 50, 50, 50, 50, 50, 50, 50, 0), country("DE", 300), country("FR", 300))
	points := newJudge(t, func(c *Config) { c.Statistics = []string{"all"} }).Judge(w, fraud())
	require.Greater(t, len(points), 40)
	for _, p := range points {
		m, ok := semconv.Lookup(p.Metric)
		if !assert.True(t, ok, p.Metric) {
			continue
		}
		for _, a := range p.Attributes {
			assert.Contains(t, m.Attributes, a.Key, p.Metric)
		}
		assert.True(t, slices.IsSortedFunc(p.Attributes, func(a, b summary.Attribute) int { return strings.Compare(a.Key, b.Key) }), p.Metric)
	}
}
