package estimate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// event is a prediction of a classifier, and its truth.
type event struct {
	scores           map[string]float64
	predicted, truth string
}

// key of a series of odds.
type key struct{ class, predicted, truth string }

// odds are the events' scores, summarised as the connector does: by class, predicted class and, for outcomes, truth.
func odds(events []event, buckets int32, withTruth bool) map[key]*summary.Exponential {
	relation := func(class, value string) string {
		if value == class || value == "" {
			return value
		}
		return outcome.Other
	}
	const finest = 20
	indices := make(map[key][]int32)
	for _, e := range events {
		for class, s := range e.scores {
			k := key{class: class, predicted: relation(class, e.predicted)}
			if withTruth {
				k.truth = relation(class, e.truth)
			}
			s = min(max(s, 1e-9), 1-1e-9)
			indices[k] = append(indices[k], summary.BucketIndex(finest, s/(1-s)))
		}
	}
	all := make(map[key]*summary.Exponential)
	for k, list := range indices {
		first, last := slices.Min(list), slices.Max(list)
		coarser := 0
		for last>>coarser-first>>coarser >= buckets {
			coarser++
		}
		e := &summary.Exponential{Scale: int32(finest - coarser)}
		e.Positive = summary.Buckets{Offset: first >> coarser, Counts: make([]uint64, last>>coarser-first>>coarser+1)}
		for _, i := range list {
			e.Positive.Counts[i>>coarser-e.Positive.Offset]++
		}
		all[k] = e
	}
	return all
}

func (k key) attributes() map[string]string {
	all := map[string]string{semconv.AttrClass: k.class}
	if k.predicted != "" {
		all[semconv.AttrPredictionClass] = k.predicted
	}
	if k.truth != "" {
		all[semconv.AttrGroundTruthClass] = k.truth
	}
	return all
}

// profileOf is the profile of a classifier's labelled rows.
func profileOf(task profile.Task, events []event) *profile.Profile {
	p := &profile.Profile{Task: task}
	for k, e := range odds(events, profile.MaxOddsBuckets, true) {
		p.Outcomes = append(p.Outcomes, profile.OutcomeSeries{Metric: semconv.MetricOutcomeOdds, Attributes: k.attributes(),
			Exponential: &profile.OutcomeExponential{Scale: int(e.Scale), PositiveOffset: int(e.Positive.Offset), Positive: e.Positive.Counts}})
	}
	return p
}

// windowOf has predictions, and the outcomes of those that are labelled.
func windowOf(events, labelled []event) *summary.Window {
	w := &summary.Window{Name: "1h"}
	add := func(metric string, all map[key]*summary.Exponential) {
		for k, e := range all {
			s := summary.Series{Metric: metric, Exponential: e}
			for name, value := range k.attributes() {
				s.Attributes = append(s.Attributes, summary.Attribute{Key: name, Value: value})
			}
			slices.SortFunc(s.Attributes, func(a, b summary.Attribute) int { return strings.Compare(a.Key, b.Key) })
			w.Series = append(w.Series, s)
		}
	}
	add(semconv.MetricPredictionOdds, odds(events, 640, false))
	add(semconv.MetricOutcomeOdds, odds(labelled, 640, true))
	sortSeries(w)
	return w
}

func sortSeries(w *summary.Window) {
	slices.SortFunc(w.Series, func(a, b summary.Series) int {
		if c := strings.Compare(a.Metric, b.Metric); c != 0 {
			return c
		}
		return strings.Compare(fmt.Sprint(a.Attributes), fmt.Sprint(b.Attributes))
	})
}

// loans are events of a model whose score is the probability, save that its odds are taken to a power; the truth of all scores shifts by the
// concept, in log-odds.
func loans(random *rand.Rand, n int, center, spread, power, concept float64) []event {
	events := make([]event, n)
	for i := range events {
		logit := center + spread*random.NormFloat64()
		s := 1 / (1 + math.Exp(-power*logit))
		e := event{scores: map[string]float64{"default": s}, predicted: "paid", truth: "paid"}
		if s > 0.5 {
			e.predicted = "default"
		}
		if random.Float64() < 1/(1+math.Exp(-logit-concept)) {
			e.truth = "default"
		}
		events[i] = e
	}
	return events
}

func accuracy(events []event) float64 {
	right := 0.0
	for _, e := range events {
		if e.predicted == e.truth {
			right++
		}
	}
	return right / float64(len(events))
}

func newJudge(t testing.TB, change func(*Config)) *Judge {
	cfg := DefaultConfig()
	if change != nil {
		change(cfg)
	}
	j, err := New(cfg)
	require.NoError(t, err)
	return j
}

// values are points by the last part of their metric's name, with the population.
func values(points []judge.Point) map[string]float64 {
	out := make(map[string]float64)
	for _, p := range points {
		out[strings.TrimPrefix(p.Metric, "ml.quality.estimated.")+" "+p.Attributes[len(p.Attributes)-1].Value] = p.Value
	}
	return out
}

// Changed inputs: the estimate follows the measured quality within its interval. A changed concept: they part, by more than the interval.
func TestDriftOfInputsAndOfTheConcept(t *testing.T) {
	const draws = 100
	random := rand.New(rand.NewPCG(1, 2))
	j := newJudge(t, func(c *Config) { c.Statistics = []string{"accuracy"} })
	within := func(center, spread, concept float64) (share, estimate, measured float64) {
		for range draws {
			p := profileOf(profile.Binary, loans(random, 3000, 0, 2, 2, 0))
			events := loans(random, 2000, center, spread, 2, concept)
			v := values(j.Judge(windowOf(events, events), p))
			require.Equal(t, v["accuracy all"], v["accuracy labelled"])
			realised := accuracy(events)
			if v["accuracy_lower labelled"] <= realised && realised <= v["accuracy_upper labelled"] {
				share += 1.0 / draws
			}
			estimate += v["accuracy labelled"] / draws
			measured += realised / draws
		}
		return share, estimate, measured
	}
	share, before, measured := within(0, 2, 0)
	assert.GreaterOrEqual(t, share, 0.92)
	assert.InDelta(t, measured, before, 0.005)

	share, after, measured := within(-0.3, 0.8, 0)
	assert.GreaterOrEqual(t, share, 0.92, "harder inputs")
	assert.InDelta(t, measured, after, 0.005)
	assert.Less(t, after, before-0.1, "the model is unsure of more of them")

	share, after, measured = within(0, 2, 1.5)
	assert.LessOrEqual(t, share, 0.05, "another concept")
	assert.InDelta(t, before, after, 0.005, "which no estimate sees")
	assert.Less(t, measured, before-0.05)
}

// Labels that come for the sure cases only: the estimate for those is better than that for all, and so is what is measured.
func TestBiasedLabels(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	events := loans(random, 4000, 0, 1.5, 1, 0)
	var labelled []event
	for _, e := range events {
		if math.Abs(e.scores["default"]-0.5) > 0.2 {
			labelled = append(labelled, e)
		}
	}
	v := values(newJudge(t, nil).Judge(windowOf(events, labelled), profileOf(profile.Binary, loans(random, 4000, 0, 1.5, 1, 0))))
	assert.Greater(t, v["accuracy labelled"], v["accuracy all"]+0.05)
	assert.InDelta(t, accuracy(labelled), v["accuracy labelled"], 0.025)
	assert.InDelta(t, accuracy(events), v["accuracy all"], 0.025)
}

// Every measure of every configuration is in the registry, with its attributes; each has both ends of its interval.
func TestPoints(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	events := loans(random, 500, 0, 1.5, 1, 0)
	p := profileOf(profile.Binary, events)
	w := windowOf(events, events[:50])
	points := newJudge(t, nil).Judge(w, p)
	assert.Len(t, points, 9, "three measures, and no labelled ones: too few")
	everyOne := newJudge(t, func(c *Config) { c.Statistics, c.MinSamples = []string{"all"}, 50 }).Judge(w, p)
	assert.Len(t, everyOne, 2*3*10)
	v := values(everyOne)
	for _, point := range everyOne {
		m, ok := semconv.Lookup(point.Metric)
		require.True(t, ok, point.Metric)
		var keys []string
		for _, a := range point.Attributes {
			keys = append(keys, a.Key)
			if a.Key == semconv.AttrClass {
				assert.Equal(t, "default", a.Value)
			}
		}
		assert.Equal(t, m.Attributes, keys, point.Metric)
	}
	for _, name := range []string{"accuracy", "f1", "roc_auc", "log_loss", "positive_share"} {
		for _, population := range []string{"all", "labelled"} {
			value, lower, upper := v[name+" "+population], v[name+"_lower "+population], v[name+"_upper "+population]
			assert.True(t, 0 < lower && lower < value && value < upper, "%s %s: %v %v %v", name, population, lower, value, upper)
			if name != "log_loss" {
				assert.LessOrEqual(t, upper, 1.0)
			}
		}
	}

	assert.Len(t, newJudge(t, func(c *Config) { c.Statistics = []string{"precision", "rmse"} }).Judge(w, p), 3)
	assert.Empty(t, newJudge(t, nil).Judge(w, nil))
	assert.Empty(t, newJudge(t, nil).Judge(w, &profile.Profile{}), "no outcomes in the reference")
	assert.Empty(t, newJudge(t, nil).Judge(w, profileOf(profile.Binary, events[:99])), "too few outcomes in the reference")
	assert.Empty(t, newJudge(t, nil).Judge(windowOf(events[:99], nil), p), "too few predictions")
	assert.Len(t, newJudge(t, nil).Judge(windowOf(events[:100], nil), p), 9)
	assert.Empty(t, newJudge(t, nil).Judge(&summary.Window{}, p))
}

// What a profile teaches is kept, within bounds, and keeps no profile alive.
func TestReferencesAreKept(t *testing.T) {
	j := newJudge(t, nil)
	random := rand.New(rand.NewPCG(1, 1))
	p := profileOf(profile.Binary, loans(random, 200, 0, 1.5, 1, 0))
	kept := j.known.of(p)
	assert.Same(t, kept, j.known.of(p))
	for range maxReferences + 10 {
		j.known.of(&profile.Profile{Task: profile.Binary, Outcomes: p.Outcomes[:1]})
	}
	assert.LessOrEqual(t, len(j.known.kept), maxReferences)
	assert.Equal(t, kept.names, j.known.of(p).names)
}

// Predictions that came without a class count as of the positive class from a score of 0.5 on.
func TestWithoutAPredictedClass(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	events := loans(random, 500, 0, 1.5, 1, 0)
	p := profileOf(profile.Binary, events)
	want := newJudge(t, nil).Judge(windowOf(events, events), p)
	for i := range events {
		events[i].predicted = ""
	}
	assert.Equal(t, want, newJudge(t, nil).Judge(windowOf(events, events), p))
}

func TestMulticlass(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 1))
	classes := []string{"cat", "dog", "fox"}
	draw := func(n int, sure float64) []event {
		events := make([]event, n)
		for i := range events {
			e := event{scores: make(map[string]float64)}
			total := 0.0
			for _, c := range classes {
				e.scores[c] = math.Exp(sure * random.NormFloat64())
				total += e.scores[c]
			}
			u := random.Float64()
			for _, c := range classes {
				e.scores[c] /= total
				if e.predicted == "" || e.scores[c] > e.scores[e.predicted] {
					e.predicted = c
				}
				if u -= e.scores[c]; u < 0 && e.truth == "" {
					e.truth = c
				}
			}
			if e.truth == "" {
				e.truth = "fox"
			}
			events[i] = e
		}
		return events
	}
	p := profileOf(profile.Multiclass, draw(4000, 2))
	for _, sure := range []float64{2, 1} {
		events := draw(3000, sure)
		v := values(newJudge(t, func(c *Config) { c.Statistics = []string{"all"} }).Judge(windowOf(events, events), p))
		assert.Len(t, v, 2*3*7, "macro averages; losses are not estimated")
		realised := accuracy(events)
		assert.Less(t, v["accuracy_lower all"], realised)
		assert.Greater(t, v["accuracy_upper all"], realised)
		assert.Less(t, v["accuracy_upper all"]-v["accuracy_lower all"], 0.08)
	}
}

// row is a prediction of a regression, and its truth.
type row struct {
	value, truth float64
	year         string
}

// withRows is the profile of a regression's labelled rows, as leewayctl profile makes it.
func withRows(rows []row) *profile.Profile {
	sorted := make([]float64, len(rows))
	for i, r := range rows {
		sorted[i] = r.value
	}
	slices.Sort(sorted)
	v := &profile.Variable{Name: "value", Type: profile.Numeric, Min: sorted[0], Max: sorted[len(sorted)-1]}
	for i := range 100 {
		if i > 0 {
			v.Bounds = append(v.Bounds, sorted[len(sorted)*i/100])
		}
		if i%5 == 0 {
			v.Rollup = append(v.Rollup, i)
		}
	}
	v.Counts = make([]uint64, 100)
	p := &profile.Profile{Task: profile.Regression, Value: v}
	errors := &summary.Exponential{}
	var absolute, squared [20]float64
	var counts [20]uint64
	for _, r := range rows {
		e := r.value - r.truth
		v.Counts[v.Bin(r.value)]++
		bin := v.Bin(r.value) / 5
		counts[bin]++
		absolute[bin] += math.Abs(e)
		squared[bin] += e * e
		one := &summary.Exponential{Scale: 20}
		b := summary.Buckets{Offset: summary.BucketIndex(20, e), Counts: []uint64{1}}
		if one.Positive = b; e < 0 {
			one.Positive, one.Negative = summary.Buckets{}, b
		}
		errors.Merge(one, 160)
	}
	for bin, c := range counts {
		for name, sum := range map[string]float64{"absolute": absolute[bin], "squared": squared[bin]} {
			p.Outcomes = append(p.Outcomes, profile.OutcomeSeries{Metric: semconv.MetricOutcomeLoss, Histogram: &profile.OutcomeHistogram{Count: c, Sum: sum},
				Attributes: map[string]string{semconv.AttrLossName: name, semconv.AttrBinIndex: fmt.Sprintf("%02d", bin)}})
		}
	}
	p.Outcomes = append(p.Outcomes, profile.OutcomeSeries{Metric: semconv.MetricOutcomeError, Exponential: &profile.OutcomeExponential{
		Scale: int(errors.Scale), PositiveOffset: int(errors.Positive.Offset), Positive: errors.Positive.Counts,
		NegativeOffset: int(errors.Negative.Offset), Negative: errors.Negative.Counts}})
	return p
}

// growing are rows of a model whose errors grow with what it predicts.
func growing(random *rand.Rand, n int, value func() float64) []row {
	rows := make([]row, n)
	for i := range rows {
		x := value()
		rows[i] = row{value: x, truth: x + (0.1+x)*random.NormFloat64()}
	}
	return rows
}

func TestRegression(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 6))
	j := newJudge(t, nil)
	const draws = 200
	inside := make(map[string]int)
	for range draws {
		p := withRows(growing(random, 3000, random.Float64))
		h := &summary.Histogram{Bounds: p.Value.Bounds, Counts: make([]uint64, 100)}
		var absolute, squared float64
		const n = 1500
		for _, r := range growing(random, n, func() float64 { return math.Cbrt(random.Float64()) }) {
			e := r.value - r.truth
			h.Counts[p.Value.Bin(r.value)]++
			absolute, squared = absolute+math.Abs(e)/n, squared+e*e/n
		}
		fine := &summary.Window{Series: []summary.Series{{Metric: semconv.MetricPredictionValue, Histogram: h}}}
		v := values(j.Judge(fine, p))
		require.Len(t, v, 6)
		// A slice has its histogram over the roll-up bins: the estimate is the same.
		coarse := &summary.Window{Series: []summary.Series{{Metric: semconv.MetricPredictionValue, Histogram: &summary.Histogram{
			Bounds: p.Value.RollupBounds(), Counts: profile.SumBins(h.Counts, p.Value.Rollup)}}}}
		require.Equal(t, v, values(j.Judge(coarse, p)))
		for name, realised := range map[string]float64{"mae": absolute, "rmse": math.Sqrt(squared)} {
			if v[name+"_lower all"] <= realised && realised <= v[name+"_upper all"] {
				inside[name]++
			}
		}
	}
	assert.GreaterOrEqual(t, inside["mae"], draws*92/100)
	assert.GreaterOrEqual(t, inside["rmse"], draws*92/100)
}
