package quality

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// answers are outcomes of which so many of a hundred are right, for each class alike.
func answers(n, right int) *outcome.Counter {
	c := &outcome.Counter{}
	for i := range n {
		class, other := "yes", "no"
		if i%2 == 0 {
			class, other = other, class
		}
		predicted := class
		if i*37%100 >= right {
			predicted = other
		}
		score := 0.9
		if predicted == "no" {
			score = 0.1
		}
		c.AddBinary("yes", "no", predicted, class, score)
	}
	return c
}

func rightIn(right int) *profile.Profile {
	return &profile.Profile{Task: profile.Binary, PositiveClass: "yes", Outcomes: answers(5000, right).Series()}
}

func at(x float64) *float64 { return &x }

const (
	degradedAccuracy = "ml.quality.degraded{ml.quality.metric=accuracy}"
	threshold        = "ml.quality.accuracy_threshold"
)

// Worse than the objective is not enough: chance must not explain it.
func TestDegraded(t *testing.T) {
	p := rightIn(90)
	for name, test := range map[string]struct {
		n, right int
		want     float64
	}{
		"as good":                     {1000, 90, 0},
		"better":                      {1000, 99, 0},
		"a little worse":              {1000, 86, 0},
		"worse, by few samples":       {100, 80, 0},
		"worse, by many":              {2000, 80, 1},
		"much worse":                  {200, 50, 1},
		"just below, by many":         {1000, 84, 0},
		"just below, by a great many": {20000, 84, 1},
	} {
		t.Run(name, func(t *testing.T) {
			got := judged(t, nil, answers(test.n, test.right), p)
			assert.InDelta(t, 0.85, got[threshold], 1e-9)
			require.Contains(t, got, degradedAccuracy)
			assert.Equal(t, test.want, got[degradedAccuracy])
		})
	}
}

// A loss is worse where it is greater.
func TestDegradedLoss(t *testing.T) {
	count := func(off float64) *outcome.Counter {
		c := &outcome.Counter{}
		for i := range 1000 {
			y := float64(i%17) + 1
			c.AddRegression(y+off*(1+float64(i%5))*float64(1-2*(i%2)), y, i%4)
		}
		return c
	}
	p := &profile.Profile{Task: profile.Regression, Outcomes: count(1).Series()}
	got := judged(t, nil, count(1), p)
	assert.Equal(t, 0.0, got["ml.quality.degraded{ml.quality.metric=mae}"])
	assert.InDelta(t, 3.3, got["ml.quality.mae_threshold"], 1e-9)
	got = judged(t, nil, count(1.5), p)
	assert.Equal(t, 1.0, got["ml.quality.degraded{ml.quality.metric=mae}"])
	assert.Equal(t, 1.0, got["ml.quality.degraded{ml.quality.metric=rmse}"])
	assert.InDelta(t, 3, got["ml.quality.reference.mae"], 1e-9)
}

// What the reference's own chunks strayed is tolerated.
func TestChunksOfTheReference(t *testing.T) {
	p := rightIn(90)
	p.QualityLimits = map[string]map[string]profile.QualityLimit{"24h": {"accuracy": {Worst: 0.8, Chunks: 5}}}
	got := judged(t, nil, answers(2000, 80), p)
	assert.InDelta(t, 0.9-1.2*0.1, got[threshold], 1e-9)
	assert.Equal(t, 0.0, got[degradedAccuracy])
	p.QualityLimits["24h"]["accuracy"] = profile.QualityLimit{Worst: 0.8, Chunks: 4}
	assert.InDelta(t, 0.85, judged(t, nil, answers(2000, 80), p)[threshold], 1e-9, "too few chunks")
	p.QualityLimits["24h"]["accuracy"] = profile.QualityLimit{Worst: 0.8, Chunks: 40}
	got = judged(t, func(c *Config) { c.Factor, c.Tolerances = 0, map[string]float64{"accuracy": 0.02} }, answers(2000, 80), p)
	assert.InDelta(t, 0.88, got[threshold], 1e-9)
}

func TestObjectives(t *testing.T) {
	objectives := func(c *Config) {
		c.Objectives = map[string]Objective{"accuracy": {AtLeast: at(0.99)}, "log_loss": {AtMost: at(0.1)}, "rmse": {AtMost: at(5)}}
	}
	got := judged(t, objectives, answers(1000, 90), nil)
	assert.Equal(t, 0.99, got[threshold])
	assert.Equal(t, 1.0, got[degradedAccuracy])
	assert.Equal(t, 1.0, got["ml.quality.degraded{ml.quality.metric=log_loss}"])
	assert.NotContains(t, got, "ml.quality.rmse_threshold", "no regression")
	assert.NotContains(t, got, "ml.quality.degraded{ml.quality.metric=f1}", "neither objective nor reference")

	got = judged(t, objectives, answers(1000, 90), rightIn(90))
	assert.Equal(t, 0.99, got[threshold], "what is configured goes before the reference")
	got = judged(t, func(c *Config) {
		objectives(c)
		c.Models = map[string]Model{"model": {Objectives: map[string]Objective{"accuracy": {AtLeast: at(0.5)}}}}
	}, answers(1000, 90), rightIn(90))
	assert.Equal(t, 0.5, got[threshold], "what is configured for the model goes before that")
	got = judged(t, func(c *Config) { c.Judged = &[]string{"mcc"} }, answers(1000, 90), rightIn(90))
	assert.NotContains(t, got, threshold)
	assert.Contains(t, got, "ml.quality.mcc_threshold")
}

// Without outcomes, or with too few, the objectives are there.
func TestFewOutcomes(t *testing.T) {
	p := rightIn(90)
	for name, c := range map[string]*outcome.Counter{"none": {}, "few": answers(99, 90)} {
		t.Run(name, func(t *testing.T) {
			got := judged(t, nil, c, p)
			assert.Contains(t, got, "ml.statistics.samples{ml.subject=outcome}")
			assert.InDelta(t, 0.85, got[threshold], 1e-9)
			assert.Contains(t, got, "ml.quality.f1_threshold{ml.class=yes}")
			assert.Contains(t, got, "ml.quality.reference.accuracy")
			assert.NotContains(t, got, "ml.quality.accuracy")
			assert.NotContains(t, got, degradedAccuracy)
		})
	}
	configured := func(c *Config) {
		c.Objectives = map[string]Objective{"f1": {AtLeast: at(0.9)}, "mae": {AtMost: at(1)}, "top_k_accuracy": {AtLeast: at(1)}}
	}
	got := judged(t, configured, &outcome.Counter{}, &profile.Profile{Task: profile.Binary, PositiveClass: "yes"})
	assert.Equal(t, map[string]float64{"ml.statistics.samples{ml.subject=outcome}": 0, "ml.quality.f1_threshold{ml.class=yes}": 0.9}, got)
	got = judged(t, configured, &outcome.Counter{}, nil)
	assert.Equal(t, map[string]float64{"ml.statistics.samples{ml.subject=outcome}": 0}, got, "nobody knows the task")
}

// A slice is not held against the whole; an arm of an experiment is.
func TestGroups(t *testing.T) {
	j := newJudge(t, func(c *Config) { c.Objectives = map[string]Objective{"recall": {AtLeast: at(0.9)}} })
	w := windowOf(answers(1000, 50))
	w.Group.Segment = []summary.Attribute{{Key: "country", Value: "DE"}}
	got := points(t, j.Judge(w, rightIn(90)))
	assert.NotContains(t, got, threshold)
	assert.NotContains(t, got, "ml.quality.reference.accuracy")
	assert.Contains(t, got, "ml.quality.accuracy")
	assert.Equal(t, 1.0, got["ml.quality.degraded{ml.quality.metric=recall}"], "configured objectives are for slices too")
	w.Group.Segment = nil
	w.Group.Experiment, w.Group.Variant = "new", "b"
	assert.Equal(t, 1.0, points(t, j.Judge(w, rightIn(90)))[degradedAccuracy])
}

func TestCoverage(t *testing.T) {
	j := newJudge(t, nil)
	join := func(result string, n float64) summary.Series {
		return summary.Series{Metric: semconv.MetricGroundTruthJoins, Sum: n, Attributes: []summary.Attribute{{Key: semconv.AttrJoinResult, Value: result}}}
	}
	got := points(t, j.Judge(&summary.Window{Series: []summary.Series{join("duplicate", 5), join("expired", 2), join("joined", 6)}}, nil))
	assert.Equal(t, 0.75, got["ml.ground_truth.coverage"])
	assert.NotContains(t, points(t, j.Judge(&summary.Window{Series: []summary.Series{join("orphan", 5)}}, nil)), "ml.ground_truth.coverage")
}

// Ranking: one outcome a query.
func TestRanking(t *testing.T) {
	loss := func(name string, n uint64, sum float64) summary.Series {
		return summary.Series{
			Metric: semconv.MetricOutcomeLoss, Attributes: []summary.Attribute{{Key: semconv.AttrLossName, Value: name}},
			Histogram: &summary.Histogram{Counts: []uint64{n}, Sum: sum},
		}
	}
	w := &summary.Window{Series: []summary.Series{loss("hit_10", 200, 150), loss("ndcg_10", 200, 120), loss("ndcg_5", 200, 100), loss("reciprocal_rank", 200, 90)}}
	j := newJudge(t, func(c *Config) { c.Objectives = map[string]Objective{"ndcg": {AtLeast: at(0.9)}} })
	got := points(t, j.Judge(w, nil))
	assert.Equal(t, 0.6, got["ml.quality.ndcg{ml.quality.k=10}"])
	assert.Equal(t, 0.5, got["ml.quality.ndcg{ml.quality.k=5}"])
	assert.Equal(t, 0.75, got["ml.quality.hit_rate{ml.quality.k=10}"])
	assert.Equal(t, 0.45, got["ml.quality.mrr"])
	assert.Equal(t, 1.0, got["ml.quality.degraded{ml.quality.metric=ndcg}"])
}

// Tasks that no profile names.
func TestGuess(t *testing.T) {
	several := &outcome.Counter{}
	unnamed := &outcome.Counter{}
	for i := range 300 {
		several.AddMulticlass("abc"[i%3:i%3+1], "abcab"[i%5:i%5+1], nil, nil, nil)
		unnamed.AddBinary("", "", []string{"left", "right"}[i%2], []string{"left", "right", "left"}[i%3], math.NaN())
	}
	assert.Contains(t, judged(t, nil, several, nil), "ml.quality.f1{ml.class=macro}")
	assert.Contains(t, judged(t, nil, unnamed, nil), "ml.quality.recall{ml.class=left}", "which one is positive, nobody says")
	assert.Contains(t, judged(t, nil, answers(200, 80), nil), "ml.quality.f1{ml.class=yes}")
}

// Scores of the predicted class alone rank nothing.
func TestTopScores(t *testing.T) {
	var c outcome.Counter
	for i := range 300 {
		c.AddTop("abc"[i%3:i%3+1], "abcab"[i%5:i%5+1], float64(i%50)/50)
	}
	got := judged(t, everything, &c, &profile.Profile{Task: profile.Multiclass})
	assert.Contains(t, got, "ml.quality.f1{ml.class=macro}")
	assert.NotContains(t, got, "ml.quality.roc_auc{ml.class=macro}")
	assert.NotContains(t, got, "ml.quality.roc_auc{ml.class=a}")
}

// The arguments are neither changed nor kept, and nothing that others send makes it panic.
func TestForeign(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		attribute := func(key string) summary.Attribute {
			return summary.Attribute{Key: key, Value: rapid.SampledFrom([]string{"", "yes", "no", "__other__", "squared", "log", "top_3_miss", "ndcg_x", "19"}).Draw(t, key)}
		}
		var series []summary.Series
		for range rapid.IntRange(0, 12).Draw(t, "series") {
			s := summary.Series{Metric: rapid.SampledFrom([]string{
				semconv.MetricOutcomes, semconv.MetricOutcomeOdds, semconv.MetricOutcomeLoss, semconv.MetricOutcomeError, semconv.MetricGroundTruthValue, semconv.MetricGroundTruthJoins,
			}).Draw(t, "metric")}
			for _, key := range []string{semconv.AttrClass, semconv.AttrGroundTruthClass, semconv.AttrLossName, semconv.AttrPredictionClass} {
				s.Attributes = append(s.Attributes, attribute(key))
			}
			counts := rapid.SliceOfN(rapid.Uint64Range(0, 1000), 1, 4).Draw(t, "counts")
			number := rapid.SampledFrom([]float64{0, 1, -3, 1e300, math.NaN(), math.Inf(1)})
			switch rapid.IntRange(0, 2).Draw(t, "kind") {
			case 0:
				s.Sum = number.Draw(t, "sum")
			case 1:
				s.Histogram = &summary.Histogram{Counts: counts[:1], Sum: number.Draw(t, "sum"), Min: math.NaN(), Max: math.NaN()}
			case 2:
				s.Exponential = &summary.Exponential{
					Scale: rapid.Int32Range(-11, 20).Draw(t, "scale"), Zero: counts[0], ZeroThreshold: rapid.SampledFrom([]float64{0, 1e-9, 3}).Draw(t, "zero"),
					Positive: summary.Buckets{Offset: rapid.Int32().Draw(t, "offset") / 2, Counts: counts}, Negative: summary.Buckets{Offset: -3, Counts: counts},
				}
			}
			series = append(series, s)
		}
		j, err := New(&Config{Statistics: []string{all}, MinSamples: 1, MaxClasses: 10, Beta: 1, Factor: 1, MinChunks: 1, Quantiles: []float64{0.5}})
		require.NoError(t, err)
		for _, p := range j.Judge(&summary.Window{Series: series, Length: time.Hour}, nil) {
			require.False(t, math.IsNaN(p.Value) || math.IsInf(p.Value, 0), "%s", p.Metric)
		}
	})
}

func TestReferenceIsKept(t *testing.T) {
	j := newJudge(t, nil)
	p := rightIn(90)
	assert.Same(t, j.known.of(p, &j.cfg), j.known.of(p, &j.cfg))
	for range 2 * maxReferences {
		j.known.of(&profile.Profile{Outcomes: p.Outcomes[:1]}, &j.cfg)
	}
	assert.LessOrEqual(t, len(j.known.known), maxReferences)
	assert.Nil(t, j.known.of(&profile.Profile{}, &j.cfg))
	assert.Nil(t, j.known.of(&profile.Profile{Outcomes: answers(99, 90).Series()}, &j.cfg), "too few to be held to")
}

func BenchmarkJudge(b *testing.B) {
	p := rightIn(90)
	for name, change := range map[string]func(*Config){"default": nil, "all": everything} {
		b.Run(name, func(b *testing.B) {
			j, w := newJudge(b, change), windowOf(answers(5000, 88))
			var all []judge.Point
			b.ReportAllocs()
			for b.Loop() {
				all = j.Judge(w, p)
			}
			require.NotEmpty(b, all)
		})
	}
}
