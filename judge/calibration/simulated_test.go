package calibration

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/calibration"
	"github.com/leeway-ml/leeway/summary"
)

// scored is the score for a class, and whether the class was true and predicted.
type scored struct {
	class           string
	score           float64
	true, predicted bool
}

// seriesOf are the summaries of scores, as model_summary makes them: odds, exact bins and, for binary models, losses.
func seriesOf(all []scored) []summary.Series {
	odds := map[[3]string]*summary.Exponential{}
	bins := map[[3]string]*summary.Histogram{}
	brier, log := &summary.Histogram{Counts: []uint64{0}}, &summary.Histogram{Counts: []uint64{0}}
	side := func(is bool, class string) string {
		if is {
			return class
		}
		return outcome.Other
	}
	count := func(class, truth string, score float64) {
		key := [3]string{class, truth, fmt.Sprintf("%02d", calibration.BinIndex(score, outcome.CalibrationBins))}
		if bins[key] == nil {
			bins[key] = &summary.Histogram{Counts: []uint64{0}}
		}
		bins[key].Counts[0]++
		bins[key].Sum += score
	}
	classes := map[string]bool{}
	for _, o := range all {
		classes[o.class] = true
		key := [3]string{o.class, side(o.true, o.class), side(o.predicted, o.class)}
		if odds[key] == nil {
			odds[key] = &summary.Exponential{}
		}
		p := min(max(o.score, 1e-9), 1-1e-9)
		index := summary.BucketIndex(20, p/(1-p))
		odds[key].Merge(&summary.Exponential{Scale: 20, Positive: summary.Buckets{Offset: index, Counts: []uint64{1}}}, 640)
		count(o.class, key[1], o.score)
		y := 0.0
		if o.true {
			y = 1
		}
		brier.Counts[0]++
		brier.Sum += (o.score - y) * (o.score - y)
		log.Counts[0]++
		log.Sum -= math.Log(1 - math.Abs(y-p))
	}
	if len(classes) > 1 {
		for _, o := range all {
			if o.predicted {
				count(outcome.Predicted, side(o.true, outcome.Predicted), o.score)
			}
		}
	}
	var series []summary.Series
	for key, h := range bins {
		series = append(series, summary.Series{Metric: semconv.MetricOutcomeCalibration, Histogram: h, Attributes: []summary.Attribute{
			{Key: semconv.AttrCalibrationBin, Value: key[2]}, {Key: semconv.AttrClass, Value: key[0]}, {Key: semconv.AttrGroundTruthClass, Value: key[1]},
		}})
	}
	if len(classes) == 1 {
		for name, h := range map[string]*summary.Histogram{"brier": brier, "log": log} {
			series = append(series, summary.Series{Metric: semconv.MetricOutcomeLoss, Histogram: h, Attributes: []summary.Attribute{{Key: semconv.AttrLossName, Value: name}}})
		}
	}
	for key, e := range odds {
		series = append(series, summary.Series{Metric: semconv.MetricOutcomeOdds, Exponential: e, Attributes: []summary.Attribute{
			{Key: semconv.AttrClass, Value: key[0]}, {Key: semconv.AttrGroundTruthClass, Value: key[1]}, {Key: semconv.AttrPredictionClass, Value: key[2]},
		}})
	}
	sortSeries(series)
	return series
}

var began = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// windowOf is a window of panes of an hour.
func windowOf(panes ...[]scored) *summary.Window {
	w := &summary.Window{Group: summary.Group{Model: "fraud", Version: "1"}, Name: "24h", Length: time.Duration(len(panes)) * time.Hour, End: began.Add(time.Duration(len(panes)) * time.Hour)}
	var all []scored
	for i, pane := range panes {
		all = append(all, pane...)
		p := summary.Pane{Start: began.Add(time.Duration(i) * time.Hour), End: began.Add(time.Duration(i+1) * time.Hour)}
		for _, s := range seriesOf(pane) {
			if s.Metric == semconv.MetricOutcomeOdds {
				p.Series = append(p.Series, s)
			}
		}
		w.Panes = append(w.Panes, p)
	}
	w.Series = seriesOf(all)
	return w
}

// draw are the panes of a binary model whose scores mean the given probability.
func draw(seed uint64, panes, each int, probability func(score float64) float64) [][]scored {
	random := rand.New(rand.NewPCG(seed, 9))
	all := make([][]scored, panes)
	for i := range all {
		for range each {
			score := 1 / (1 + math.Exp(-1.5*random.NormFloat64()+0.5))
			all[i] = append(all[i], scored{"1", score, random.Float64() < probability(score), score >= 0.5})
		}
	}
	return all
}

func honest(score float64) float64 { return score }

// sure is what is true of scores that are too sure of themselves.
func sure(score float64) float64 { return (&calibration.Temperature{Temperature: 2.5}).Apply(score) }

func newJudge(t testing.TB, change func(c *Config)) *Judge {
	t.Helper()
	c := DefaultConfig()
	if change != nil {
		change(c)
	}
	j, err := New(c)
	require.NoError(t, err)
	return j
}

// byName are the values by metric (without ml.calibration.), calibrator, class and bin, as "ece none 1".
func byName(t testing.TB, points []judge.Point) map[string]float64 {
	t.Helper()
	out := map[string]float64{}
	for _, p := range points {
		_, known := semconv.Lookup(p.Metric)
		require.True(t, known, p.Metric)
		name := p.Metric[len("ml.calibration."):]
		for _, key := range []string{semconv.AttrCalibratorName, semconv.AttrClass, semconv.AttrCalibrationBin} {
			for _, a := range p.Attributes {
				if a.Key == key {
					name += " " + a.Value
				}
			}
		}
		require.NotContains(t, out, name)
		require.False(t, math.IsNaN(p.Value) || math.IsInf(p.Value, 0), name)
		require.True(t, slices.IsSortedFunc(p.Attributes, func(a, b summary.Attribute) int { return cmp.Compare(a.Key, b.Key) }), name)
		out[name] = p.Value
	}
	return out
}

// reference is a profile with these outcomes.
func reference(all []scored) *profile.Profile {
	p := &profile.Profile{Model: "fraud", Task: profile.Binary}
	for _, s := range seriesOf(all) {
		o := profile.OutcomeSeries{Metric: s.Metric, Attributes: map[string]string{}}
		for _, a := range s.Attributes {
			o.Attributes[a.Key] = a.Value
		}
		if s.Histogram != nil {
			o.Histogram = &profile.OutcomeHistogram{Count: s.Histogram.Count(), Sum: s.Histogram.Sum}
		}
		if e := s.Exponential; e != nil {
			o.Exponential = &profile.OutcomeExponential{Scale: int(e.Scale), PositiveOffset: int(e.Positive.Offset), Positive: e.Positive.Counts}
		}
		p.Outcomes = append(p.Outcomes, o)
	}
	return p
}

// sortSeries puts series in the order that windows have.
func sortSeries(series []summary.Series) {
	slices.SortFunc(series, func(a, b summary.Series) int {
		return cmp.Or(cmp.Compare(a.Metric, b.Metric), slices.CompareFunc(a.Attributes, b.Attributes, func(a, b summary.Attribute) int { return cmp.Compare(a.Value, b.Value) }))
	})
}
