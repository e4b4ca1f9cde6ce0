package modelstatisticsprocessor

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// outcomeWindow is a day's window of a binary model, so many outcomes an hour, all predictions labelled. Its scores are too sure.
func outcomeWindow(random *rand.Rand, each int, group summary.Group) (*summary.Window, []profile.OutcomeSeries) {
	w := &summary.Window{Group: group, Name: "24h", Length: 24 * time.Hour, End: time.Unix(24*3600, 0)}
	var whole outcome.Counter
	for hour := range 24 {
		var pane outcome.Counter
		for range each {
			logit := 1.5 * random.NormFloat64()
			truth := map[bool]string{true: "yes", false: "no"}[random.Float64() < 1/(1+math.Exp(-logit/1.5))]
			for _, c := range []*outcome.Counter{&whole, &pane} {
				c.AddBinary("yes", "no", "", truth, 1/(1+math.Exp(-logit)))
			}
		}
		w.Panes = append(w.Panes, summary.Pane{Start: time.Unix(int64(hour)*3600, 0), End: time.Unix(int64(hour+1)*3600, 0), Series: outcome.Series(pane.Series())})
	}
	w.Series = outcome.Series(whole.Series())
	for _, s := range w.Series {
		if s.Metric == semconv.MetricOutcomeOdds {
			s.Metric = semconv.MetricPredictionOdds
			s.Attributes = slices.DeleteFunc(slices.Clone(s.Attributes), func(a summary.Attribute) bool { return a.Key == semconv.AttrGroundTruthClass })
			w.Series = append(w.Series, s)
		}
	}
	slices.SortStableFunc(w.Series, func(a, b summary.Series) int { return strings.Compare(a.Metric, b.Metric) })
	return w, whole.Series()
}

// What outcomes cost to judge: a window of a binary model of 24,000 outcomes, alone and with five segments.
func BenchmarkOutcomes(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 1))
	_, reference := outcomeWindow(random, 1000, summary.Group{})
	p := &profile.Profile{Model: "m", Task: profile.Binary, PositiveClass: "yes", Outcomes: reference}
	whole, _ := outcomeWindow(random, 1000, summary.Group{Model: "m"})
	windows := []*summary.Window{whole}
	for i := range 5 {
		w, _ := outcomeWindow(random, 200, summary.Group{Model: "m", Segment: []summary.Attribute{{Key: semconv.AttrSegmentPrefix + "country", Value: fmt.Sprint(i)}}})
		windows = append(windows, w)
	}
	judges, err := newJudges(createDefaultConfig().(*Config))
	if err != nil {
		b.Fatal(err)
	}
	run := func(b *testing.B, j judge.Judge, windows ...*summary.Window) {
		if len(j.Judge(windows[0], p)) == 0 {
			b.Fatal("nothing was judged")
		}
		b.ReportAllocs()
		for b.Loop() {
			for _, w := range windows {
				j.Judge(w, p)
			}
		}
	}
	for _, j := range judges[2:] { // those of inputs have nothing here
		b.Run(j.Name(), func(b *testing.B) { run(b, j, whole) })
		b.Run(j.Name()+", five segments too", func(b *testing.B) { run(b, j, windows...) })
	}
}
