package drift

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// normal is a profile of a standard normal feature, and values for a window of it, moved by shift.
func normal(shift float64) (*profile.Profile, []float64) {
	random := rand.New(rand.NewPCG(3, 4))
	xs, current := make([]float64, 50_000), make([]float64, 20_000)
	for i := range xs {
		xs[i] = random.NormFloat64()
	}
	for i := range current {
		current[i] = random.NormFloat64() + shift
	}
	return &profile.Profile{Rhythm: profile.Rhythm{Cycle: profile.Steady}, Features: []*profile.Variable{numericVariable("x", xs)}}, current
}

// summed is a histogram of the values over any bounds.
func summed(xs, bounds []float64) summary.Series {
	by := profile.Variable{Bounds: bounds}
	h := &summary.Histogram{Bounds: bounds, Counts: make([]uint64, len(bounds)+1), Min: math.Inf(1), Max: math.Inf(-1)}
	for _, x := range xs {
		h.Counts[by.Bin(x)]++
		h.Sum += x
		h.Min, h.Max = min(h.Min, x), max(h.Max, x)
	}
	return summary.Series{Metric: semconv.MetricFeatureValue, Attributes: feature("x"), Histogram: h}
}

// exponential is a base-2 exponential histogram of scale 3.
func exponential(xs []float64) summary.Series {
	const scale = 8.0
	e := &summary.Exponential{Scale: 3, Min: math.Inf(1), Max: math.Inf(-1)}
	e.Positive, e.Negative = summary.Buckets{Offset: -150, Counts: make([]uint64, 200)}, summary.Buckets{Offset: -150, Counts: make([]uint64, 200)}
	for _, x := range xs {
		buckets := &e.Positive
		if x < 0 {
			buckets = &e.Negative
		}
		buckets.Counts[int(math.Ceil(math.Log2(math.Abs(x))*scale)-1)+150]++
		e.Sum += x
		e.Min, e.Max = min(e.Min, x), max(e.Max, x)
	}
	return summary.Series{Metric: semconv.MetricFeatureValue, Attributes: feature("x"), Exponential: e}
}

func every(step, from, to float64) (bounds []float64) {
	for b := from; b <= to; b += step {
		bounds = append(bounds, b)
	}
	return bounds
}

// Whoever made a summary, it is judged alike: nearly the same values, and the same verdict.
func TestSummariesWithOtherBounds(t *testing.T) {
	for _, shift := range []float64{0, 0.1, 0.5} {
		p, xs := normal(shift)
		v := p.Features[0]
		own := byName(newJudge(t, nil).Judge(window(summed(xs, v.Bounds)), p))
		for name, test := range map[string]struct {
			series []summary.Series
			near   float64 // how far PSI may be from that over the profile's own bins
		}{
			"roll-up bins":             {[]summary.Series{summed(xs, v.RollupBounds())}, 1e-9},
			"deciles":                  {[]summary.Series{summed(xs, v.DecileBounds())}, 1e-9},
			"finer, with the deciles'": {[]summary.Series{summed(xs, merged(v.DecileBounds(), every(0.01, -3.005, 3)))}, 1e-9},
			"an SDK's, fine":           {[]summary.Series{summed(xs, every(0.05, -3.01, 3))}, 0.01},
			"an SDK's, coarse":         {[]summary.Series{summed(xs, []float64{-2, -1.1, -0.5, 0, 0.5, 1.1, 2})}, 0.02},
			"exponential":              {[]summary.Series{exponential(xs)}, 0.01},
			"exponential and the profile's, half each": {[]summary.Series{exponential(xs[:10_000]), summed(xs[10_000:], v.Bounds)}, 0.01},
			"two SDKs'": {[]summary.Series{summed(xs[:10_000], every(0.05, -3.01, 3)), summed(xs[10_000:], every(0.1, -3.05, 3))}, 0.01},
		} {
			got := byName(newJudge(t, nil).Judge(window(test.series...), p))
			assert.InDelta(t, own["ml.feature.drift.psi x"], got["ml.feature.drift.psi x"], test.near, "%s, shifted by %v", name, shift)
			assert.Equal(t, own["ml.feature.drift.detected psi x"], got["ml.feature.drift.detected psi x"], "%s, shifted by %v", name, shift)
			assert.InDelta(t, own["ml.feature.drift.mean_shift x"], got["ml.feature.drift.mean_shift x"], 1e-9, name)
			assert.InDelta(t, own["ml.feature.drift.ks_statistic x"], got["ml.feature.drift.ks_statistic x"], 0.02, name)
			assert.InDelta(t, own["ml.feature.drift.wasserstein x"], got["ml.feature.drift.wasserstein x"], 0.15, name)
		}
	}
}

func merged(a, b []float64) []float64 {
	out := make([]float64, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0] < b[0] {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// A slice of the traffic is compared with the reference of that slice, and with nothing where there is none.
func TestSegments(t *testing.T) {
	p := fraud()
	p.Segments = []profile.Segment{{
		Attributes: map[string]string{"device": "phone"}, Rows: 300,
		Counts: map[string][]uint64{
			"feature/amount":  {90, 90, 60, 60, 0, 0, 0, 0, 0, 0},
			"feature/country": {300, 0, 0, 0},
			"score/fraud":     {300, 0},
		},
		Missing: map[string]uint64{"feature/amount": 100},
	}}
	bounds := p.Features[0].RollupBounds()
	phone := func(series ...summary.Series) map[string]float64 {
		w := window(series...)
		w.Group.Segment = []summary.Attribute{{Key: semconv.AttrSegmentPrefix + "device", Value: "phone"}}
		return byName(newJudge(t, nil).Judge(w, p))
	}
	got := phone(amounts(bounds, 120, 120, 80, 80, 0, 0, 0, 0, 0, 0), country("DE", 400), invalid("amount", "missing", 133))
	assert.InDelta(t, 0, got["ml.feature.drift.psi amount"], 1e-12)
	assert.InDelta(t, 0, got["ml.feature.drift.psi country"], 1e-12)
	assert.Equal(t, 0.0, got["ml.feature.drift.detected missing_share amount"])
	assert.InDelta(t, 3*(1.0/400+1.0/300)+0.2, got["ml.feature.drift.psi_threshold amount"], 1e-9, "four bins, 300 rows")
	assert.Equal(t, 0.0, got["ml.model.drift.share"])

	got = phone(amounts(bounds, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40), country("DE", 200), country("FR", 200))
	assert.Equal(t, 1.0, got["ml.feature.drift.detected psi amount"], "as the whole, but not as phones")
	assert.Equal(t, 1.0, got["ml.feature.drift.detected psi country"])

	w := window(amounts(bounds, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40))
	w.Group.Segment = []summary.Attribute{{Key: semconv.AttrSegmentPrefix + "device", Value: "watch"}}
	unknown := byName(newJudge(t, nil).Judge(w, p))
	assert.NotContains(t, unknown, "ml.feature.drift.psi amount")
	assert.Equal(t, 50.0, unknown["ml.feature.mean amount"])
	assert.Equal(t, 400.0, unknown["ml.statistics.samples feature"])
}

func TestPredictionByTask(t *testing.T) {
	value := &profile.Variable{Name: "value", Type: profile.Numeric, Bounds: []float64{10}, Counts: []uint64{500, 500}, Rollup: []int{0, 1}, Deciles: []int{0, 1}, Max: 20, Mean: 10, StdDev: 5}
	values := summary.Series{Metric: semconv.MetricPredictionValue, Histogram: &summary.Histogram{Bounds: []float64{10}, Counts: []uint64{400, 0}, Sum: 2000}}
	score := summary.Series{Metric: semconv.MetricPredictionScore, Histogram: &summary.Histogram{Bounds: []float64{0.5}, Counts: []uint64{0, 400}, Sum: 300}}
	classOnly := []summary.Series{sum(semconv.MetricPredictions, 40, semconv.AttrPredictionClass, "ok"), sum(semconv.MetricPredictions, 360, semconv.AttrPredictionClass, "fraud")}
	psiOf := func(p *profile.Profile, series ...summary.Series) float64 {
		points := newJudge(t, nil).Judge(window(series...), p)
		for _, point := range points {
			require.NotContains(t, point.Metric, "ml.feature.drift")
		}
		return byName(points)["ml.prediction.drift.psi"]
	}
	twoBins := func(c, r float64) float64 { return (c - r) * math.Log(c/r) }

	p := fraud()
	p.Value, p.Task = value, profile.Regression
	assert.InDelta(t, twoBins(1, 0.5)+twoBins(1e-4, 0.5), psiOf(p, values, score), 1e-9)
	p.Task = profile.Binary
	assert.InDelta(t, twoBins(1e-4, 0.9)+twoBins(1, 0.1), psiOf(p, values, score), 1e-9)
	assert.InDelta(t, twoBins(0.1, 0.9)+twoBins(0.9, 0.1), psiOf(p, classOnly...), 1e-9, "no scores: classes")
	p.Task = profile.Multiclass
	assert.InDelta(t, twoBins(0.1, 0.9)+twoBins(0.9, 0.1), psiOf(p, append(classOnly, score)...), 1e-9)
}

func TestGroundTruth(t *testing.T) {
	p := fraud()
	p.TrueClass = p.Class
	outcomes := func(predicted, truth string, n float64) summary.Series {
		return sum(semconv.MetricOutcomes, n, semconv.AttrGroundTruthClass, truth, semconv.AttrPredictionClass, predicted)
	}
	got := byName(newJudge(t, nil).Judge(window(outcomes("ok", "ok", 100), outcomes("ok", "fraud", 50), outcomes("fraud", "fraud", 50)), p))
	assert.InDelta(t, (0.5-0.9)*math.Log(0.5/0.9)+(0.5-0.1)*math.Log(0.5/0.1), got["ml.ground_truth.drift.psi"], 1e-9)
	assert.Equal(t, 1.0, got["ml.ground_truth.drift.detected psi"])
	assert.Equal(t, 200.0, got["ml.statistics.samples ground_truth"])
	assert.NotContains(t, got, "ml.model.drift.share", "that is about features")
}

// What can't be compared does no harm to the rest.
func TestOddSummaries(t *testing.T) {
	p := fraud()
	good := country("DE", 500)
	for name, odd := range map[string]summary.Series{
		"counts do not fit the bounds": amounts([]float64{1, 2}, 5),
		"numbers of a category":        {Metric: semconv.MetricFeatureValue, Attributes: feature("country"), Histogram: &summary.Histogram{Bounds: []float64{1}, Counts: []uint64{300, 300}}},
		"categories of a number":       sum(semconv.MetricFeatureCategories, 500, semconv.AttrFeatureCategory, "DE", semconv.AttrFeatureName, "amount"),
		"not a count":                  country("FR", math.NaN()),
		"negative":                     country("FR", -7),
		"no sum":                       {Metric: semconv.MetricFeatureValue, Attributes: feature("amount"), Histogram: &summary.Histogram{Bounds: []float64{1}, Counts: []uint64{300, 300}, Sum: math.NaN(), Min: math.NaN(), Max: math.NaN()}},
		"nothing":                      {Metric: semconv.MetricFeatureValue, Attributes: feature("amount")},
		"unknown":                      {Metric: semconv.MetricFeatureValue, Attributes: feature("new"), Histogram: &summary.Histogram{Bounds: []float64{1}, Counts: []uint64{300, 300}, Sum: 5}},
	} {
		var points []judge.Point
		require.NotPanics(t, func() {
			points = newJudge(t, func(c *Config) { c.Statistics = []string{"all"} }).Judge(window(good, odd), p)
		}, name)
		assert.Contains(t, byName(points), "ml.feature.drift.psi country", name)
		for _, point := range points {
			assert.False(t, math.IsNaN(point.Value) || math.IsInf(point.Value, 0), "%s: %v", name, point)
		}
	}
}
