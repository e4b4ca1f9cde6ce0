package change

import (
	"math"
	"math/rand/v2"
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

var began = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// binary is so many outcomes an hour of a model that is wrong that often, by the hour.
func binary(seed uint64, each int, rates ...float64) (s stream) {
	r := rand.New(rand.NewPCG(seed, 3))
	for hour, rate := range rates {
		for i := range each {
			score, truth := r.Float64(), "no"
			if r.Float64() < rate != (score >= 0.5) {
				truth = "yes"
			}
			at := began.Add(time.Duration(hour)*time.Hour + time.Duration(i)*time.Hour/time.Duration(each))
			s = append(s, told{at, func(c *outcome.Counter) { c.AddBinary("yes", "no", "", truth, score) }})
		}
	}
	return s
}

// regression likewise, whose errors are Gaussian with that standard deviation.
func regression(seed uint64, each int, deviations ...float64) (s stream) {
	r := rand.New(rand.NewPCG(seed, 4))
	for hour, deviation := range deviations {
		for i := range each {
			prediction := 100 + 10*r.NormFloat64()
			truth := prediction - deviation*r.NormFloat64()
			at := began.Add(time.Duration(hour)*time.Hour + time.Duration(i)*time.Hour/time.Duration(each))
			s = append(s, told{at, func(c *outcome.Counter) { c.AddRegression(prediction, truth, 2) }})
		}
	}
	return s
}

// steps are so many hours at each level.
func steps(pairs ...float64) (levels []float64) {
	for i := 0; i < len(pairs); i += 2 {
		for range int(pairs[i]) {
			levels = append(levels, pairs[i+1])
		}
	}
	return levels
}

// last is the window of a day at the end of the stream's hours.
func (s stream) last(j *Judge, hours int) *summary.Window {
	return windowOf(j, "24h", day, began.Add(time.Duration(hours)*time.Hour), s.panes(time.Hour))
}

var chunks = map[string]time.Duration{"1h": time.Hour}

func TestRiseOfErrors(t *testing.T) {
	j := newJudge(t, nil)
	p := profileOf(profile.Binary, "yes", binary(1, 500, steps(40, 0.1)...), chunks)
	for name, test := range map[string]struct {
		rates    []float64
		detected float64
		age      time.Duration
		before   float64
	}{
		"steady":                             {steps(24, 0.1), 0, 0, 0},
		"a little worse, within what chunks": {steps(24, 0.105), 0, 0, 0},
		"better":                             {steps(12, 0.1, 12, 0.02), 0, 0, 0},
		"worse since an hour":                {steps(23, 0.1, 1, 0.3), 1, time.Hour, 0.1},
		"worse since four hours":             {steps(20, 0.1, 4, 0.2), 1, 4 * time.Hour, 0.1},
		"worse since longer than a half":     {steps(4, 0.1, 20, 0.2), 1, 20 * time.Hour, 0.1},
		"always worse":                       {steps(24, 0.2), 1, 24 * time.Hour, 0.1},
		"it was worse, long ago":             {steps(6, 0.3, 18, 0.1), 0, 0, 0},
	} {
		v := verdicts(t, j.Judge(binary(2, 200, test.rates...).last(j, 24), p))[wrong]
		assert.Equal(t, test.detected, v.detected, name)
		assert.InDelta(t, math.Log(10_000), v.threshold, 1e-12, name)
		assert.Equal(t, test.detected == 1, v.evidence >= v.threshold, name)
		if test.detected == 0 {
			assert.True(t, math.IsNaN(v.before) && math.IsNaN(v.after) && math.IsNaN(v.age), name)
			continue
		}
		assert.InDelta(t, test.age.Seconds(), v.age, 3600, name)
		assert.InDelta(t, test.before, v.before, 0.02, name)
		assert.InDelta(t, test.rates[23], v.after, 0.03, name)
	}
}

// Each loss that the configuration may name sees its own model get worse, and not one that stays as good.
func TestLosses(t *testing.T) {
	good, bad := steps(24, 10), steps(18, 10, 6, 25)
	reference := regression(5, 300, steps(40, 10)...)
	for _, loss := range []string{"absolute", "squared"} {
		j := newJudge(t, func(c *Config) { c.Losses = []string{loss} })
		p := profileOf(profile.Regression, "", reference, chunks)
		v := verdicts(t, j.Judge(regression(6, 100, good...).last(j, 24), p))
		require.Len(t, v, 1, loss)
		assert.Zero(t, v[loss].detected, loss)
		v = verdicts(t, j.Judge(regression(6, 100, bad...).last(j, 24), p))
		assert.InDelta(t, 1, v[loss].detected, 0, loss)
		assert.InDelta(t, 6*3600, v[loss].age, 3600, loss)
		assert.Greater(t, v[loss].after, 2*v[loss].before, loss)
	}
	for _, loss := range []string{"log", "brier", wrong} {
		j := newJudge(t, func(c *Config) { c.Losses = []string{loss} })
		p := profileOf(profile.Binary, "yes", binary(5, 300, steps(40, 0.1)...), chunks)
		v := verdicts(t, j.Judge(binary(6, 200, steps(24, 0.1)...).last(j, 24), p))
		require.Len(t, v, 1, loss)
		assert.Zero(t, v[loss].detected, loss)
		v = verdicts(t, j.Judge(binary(6, 200, steps(18, 0.1, 6, 0.4)...).last(j, 24), p))
		assert.InDelta(t, 1, v[loss].detected, 0, loss)
		assert.Greater(t, v[loss].after, v[loss].before, loss)
	}
	none := newJudge(t, func(c *Config) { c.Losses = []string{} })
	assert.Empty(t, none.Judge(regression(6, 100, bad...).last(none, 24), profileOf(profile.Regression, "", reference, chunks)))
	assert.False(t, none.Wants(semconv.MetricOutcomes) || none.WantsPanes(semconv.MetricOutcomeLoss))
}

// The variation of a loss is that of the rows.
func TestVariation(t *testing.T) {
	gauss := regression(7, 20_000, 3).series()
	assert.InDelta(t, math.Pi/2-1, find("absolute").variation(gauss), 0.02, "of the absolute value of a Gaussian")
	assert.InDelta(t, 2, find("squared").variation(gauss), 0.1, "of its square")
	assert.InDelta(t, exponential, find("absolute").variation(nil), 0, "of nothing known")
	var log, brier []float64
	r := rand.New(rand.NewPCG(1, 9))
	c := &outcome.Counter{}
	for range 20_000 {
		score, truth := r.Float64(), r.Float64() < 0.3
		c.AddBinary("yes", "no", "", map[bool]string{true: "yes", false: "no"}[truth], score)
		y := 0.0
		if truth {
			y = 1
		}
		log, brier = append(log, -math.Log(1-math.Abs(y-score))), append(brier, (y-score)*(y-score))
	}
	of := func(xs []float64) float64 {
		var sum, squares float64
		for _, x := range xs {
			sum, squares = sum+x, squares+x*x
		}
		return squares*float64(len(xs))/(sum*sum) - 1
	}
	series := outcome.Series(c.Series())
	assert.InEpsilon(t, of(log), find("log").variation(series), 0.02)
	assert.InEpsilon(t, of(brier), find("brier").variation(series), 0.02)
}

// What limits a mean is what the reference's worst chunks were, or the tolerance, twice that where chunks are too few; and no less than what is
// unknown of the reference's own mean.
func TestBaseline(t *testing.T) {
	j := newJudge(t, nil)
	p := profileOf(profile.Binary, "yes", binary(1, 5000, steps(40, 0.1)...), nil)
	r := j.reference(p, find(wrong))
	assert.InEpsilon(t, 1.2*r.mean, r.baseline, 1e-12, "no chunks")
	limited := func(chunks int) *profile.Profile {
		p := profileOf(profile.Binary, "yes", binary(1, 5000, steps(40, 0.1)...), nil)
		p.QualityLimits["7d"] = map[string]profile.QualityLimit{"accuracy": {Worst: 0.895, Chunks: 9}}
		p.QualityLimits["1h"] = map[string]profile.QualityLimit{"accuracy": {Worst: 0.8, Chunks: chunks}}
		return p
	}
	r = j.reference(limited(5), find(wrong))
	assert.InDelta(t, r.mean+1.2*(0.2-r.mean), r.baseline, 1e-12, "the worst of all lengths")
	r = j.reference(limited(4), find(wrong))
	assert.InEpsilon(t, 1.1*r.mean, r.baseline, 1e-12, "four are too few, and the weeks did not stray")
	small := j.reference(profileOf(profile.Binary, "yes", binary(1, 150, 0.1), nil), find(wrong))
	assert.Greater(t, small.baseline, 1.5*small.mean, "150 outcomes don't say it better")
	assert.Nil(t, j.reference(profileOf(profile.Binary, "yes", binary(1, 99, 0.1), nil), find(wrong)), "too few outcomes")
	assert.Nil(t, j.reference(p, find("absolute")))
	assert.Nil(t, j.reference(nil, find(wrong)))
	assert.Same(t, j.reference(p, find(wrong)), j.reference(p, find(wrong)), "is remembered")
}

// Without a reference, and for slices, a week is compared with its earlier part; shorter windows are not, since each evening would be a change.
func TestWithoutReference(t *testing.T) {
	j := newJudge(t, nil)
	rates := steps(20*6, 0.1, 8*6, 0.3)
	s := binary(8, 30, rates...)
	week := windowOf(j, "7d", 7*day, began.Add(7*day), s.panes(6*time.Hour))
	v := verdicts(t, j.Judge(week, nil))[wrong]
	assert.InDelta(t, 1, v.detected, 0)
	assert.InDelta(t, (48 * time.Hour).Seconds(), v.age, 6*3600)
	assert.InDelta(t, 0.1, v.before, 0.01)
	assert.InDelta(t, 0.3, v.after, 0.03)

	p := profileOf(profile.Binary, "yes", binary(1, 500, steps(40, 0.01)...), nil)
	week.Group.Segment = []summary.Attribute{{Key: semconv.AttrSegmentPrefix + "country", Value: "DE"}}
	assert.Equal(t, v, verdicts(t, j.Judge(week, p))[wrong], "a slice is not compared with the whole")
	week.Group = summary.Group{Model: "model", Experiment: "new", Variant: "b"}
	assert.Greater(t, verdicts(t, j.Judge(week, p))[wrong].evidence, v.evidence+100, "an arm is")

	hours := binary(8, 30, steps(20, 0.1, 4, 0.5)...).last(j, 24)
	assert.Empty(t, j.Judge(hours, nil))
}

// Nothing is said of too little, and nothing breaks of what is no loss.
func TestTooLittle(t *testing.T) {
	j := newJudge(t, func(c *Config) { c.Losses = []string{wrong, "log", "absolute"} })
	p := profileOf(profile.Binary, "yes", binary(1, 500, steps(40, 0.1)...), chunks)
	assert.Empty(t, j.Judge(&summary.Window{Length: day, End: began}, p), "no outcomes")
	assert.Empty(t, j.Judge(binary(2, 4, steps(24, 0.9)...).last(j, 24), p), "96 outcomes")
	assert.Len(t, verdicts(t, j.Judge(binary(2, 5, steps(24, 0.9)...).last(j, 24), p)), 2, "120")
	assert.Empty(t, j.Judge(binary(2, 500, steps(2, 0.9)...).last(j, 2), p), "two hours are too few to tell how hours differ")
	assert.NotEmpty(t, j.Judge(binary(2, 500, steps(4, 0.9)...).last(j, 4), p), "three before the last are enough")

	w := binary(2, 100, steps(24, 0.1)...).last(j, 24)
	for i := range w.Panes {
		w.Panes[i].Series = append(w.Panes[i].Series,
			summary.Series{Metric: semconv.MetricOutcomes, Sum: 5},
			summary.Series{Metric: semconv.MetricOutcomes, Sum: math.NaN(), Attributes: []summary.Attribute{{Key: semconv.AttrGroundTruthClass, Value: "a"}, {Key: semconv.AttrPredictionClass, Value: "b"}}},
			summary.Series{Metric: semconv.MetricOutcomeLoss, Histogram: &summary.Histogram{Counts: []uint64{9}, Sum: math.NaN()}, Attributes: []summary.Attribute{{Key: semconv.AttrLossName, Value: "log"}}},
			summary.Series{Metric: semconv.MetricOutcomeLoss, Attributes: []summary.Attribute{{Key: semconv.AttrLossName, Value: "log"}}},
			summary.Series{Metric: "ml.predictions", Sum: 7})
	}
	assert.Equal(t, j.Judge(binary(2, 100, steps(24, 0.1)...).last(j, 24), p), j.Judge(w, p))

	odd := binary(2, 100, steps(24, 0.1)...).last(j, 24)
	odd.Panes[0].End = odd.Panes[0].Start
	assert.Empty(t, j.Judge(odd, p))
	far := binary(2, 100, steps(24, 0.1)...).last(j, 24)
	far.Panes[3].Start = far.Panes[3].Start.Add(-100 * day)
	assert.NotEmpty(t, j.Judge(far, p))
}

// Agents that have each seen a part of the traffic say the same as one that saw all: their panes' series stand side by side, or are added up.
func TestShards(t *testing.T) {
	j := newJudge(t, nil)
	p := profileOf(profile.Binary, "yes", binary(1, 500, steps(40, 0.1)...), chunks)
	rapid.Check(t, func(t *rapid.T) {
		all := binary(rapid.Uint64().Draw(t, "seed"), 30, steps(18, 0.1, 6, rapid.Float64Range(0, 1).Draw(t, "rate"))...)
		agents := make([]stream, rapid.IntRange(1, 4).Draw(t, "agents"))
		for _, o := range all {
			i := rapid.IntRange(0, len(agents)-1).Draw(t, "agent")
			agents[i] = append(agents[i], o)
		}
		whole := all.last(j, 24)
		parts := make([]*summary.Window, len(agents))
		for i, a := range agents {
			parts[i] = a.last(j, 24)
		}
		merged := &summary.Window{Group: whole.Group, Name: whole.Name, Length: whole.Length, End: whole.End}
		for _, pane := range whole.Panes {
			together := summary.Pane{Start: pane.Start, End: pane.End}
			for _, part := range parts {
				for _, q := range part.Panes {
					if q.Start.Equal(pane.Start) {
						together.Series = append(together.Series, q.Series...)
					}
				}
			}
			merged.Panes = append(merged.Panes, together)
		}
		require.Equal(t, j.Judge(whole, p), j.Judge(merged, p))

		back := &summary.Window{Group: whole.Group, Name: whole.Name, Length: whole.Length, End: whole.End}
		for i := len(whole.Panes) - 1; i >= 0; i-- {
			back.Panes = append(back.Panes, whole.Panes[i])
		}
		require.Equal(t, j.Judge(whole, p), j.Judge(back, p), "panes count by their time, not their place")
	})
}

// A day's swing by 40 % is no change: with a reference of data with times, since its own hours strayed as far; else since the panes before did.
func TestDailySwing(t *testing.T) {
	swing := func(days int) (rates []float64) {
		for hour := range 24 * days {
			rates = append(rates, 0.2*(1+0.4*math.Sin(2*math.Pi*float64(hour)/24)))
		}
		return rates
	}
	j := newJudge(t, nil)
	with := profileOf(profile.Binary, "yes", binary(1, 500, swing(5)...), chunks)
	without := profileOf(profile.Binary, "yes", binary(1, 500, swing(5)...), nil)
	s := binary(2, 500, swing(14)...)
	hours, quarters := s.panes(time.Hour), s.panes(6*time.Hour)
	detected, judged := map[string]int{}, map[string]int{}
	for hour := 6; hour <= 14*24; hour += 6 {
		end := began.Add(time.Duration(hour) * time.Hour)
		for name, points := range map[string][]judge.Point{
			"hours, a reference with times":    j.Judge(windowOf(j, "24h", day, end, hours), with),
			"hours, a reference without times": j.Judge(windowOf(j, "24h", day, end, hours), without),
			"a week, no reference":             j.Judge(windowOf(j, "7d", 7*day, end, quarters), nil),
		} {
			v, ok := verdicts(t, points)[wrong]
			detected[name] += int(v.detected)
			if ok {
				judged[name]++
			}
		}
	}
	assert.Equal(t, map[string]int{"hours, a reference with times": 0, "hours, a reference without times": 0, "a week, no reference": 0}, detected)
	for name, n := range judged {
		assert.Greater(t, n, 40, name)
	}
	assert.Len(t, judged, 3)
}
