// Package change says whether a model's mean loss rose: by a test that may be looked at as often as one likes, of the counts and sums that the panes of
// a window have. So it is the same test whoever counted, on one machine or on many. docs/concept-drift.md explains it.
package change

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/sequential"
	"github.com/leeway-ml/leeway/summary"
)

// Judge is safe for concurrent use.
type Judge struct {
	cfg        Config
	losses     []*loss
	references references
}

var _ judge.ByPane = (*Judge)(nil)

// New makes a judge. The configuration must be valid; it is not kept.
func New(cfg *Config) (*Judge, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("change: %w", err)
	}
	j := &Judge{cfg: *cfg}
	for _, name := range cfg.Losses {
		j.losses = append(j.losses, find(name))
	}
	return j, nil
}

// Name is the judge's key in the configuration.
func (j *Judge) Name() string { return "change" }

// Wants reports whether the judge reads this summary metric.
func (j *Judge) Wants(metric string) bool {
	return j.WantsPanes(metric) || slices.ContainsFunc(j.losses, func(l *loss) bool {
		return !l.bounded && (l.errors() && metric == semconv.MetricOutcomeError || !l.errors() && metric == semconv.MetricOutcomeOdds)
	})
}

// WantsPanes reports whether the judge reads this summary metric by pane.
func (j *Judge) WantsPanes(metric string) bool {
	return slices.ContainsFunc(j.losses, func(l *loss) bool { return l.metric() == metric })
}

// Judge returns the evidence that losses rose; nothing of those that have too few outcomes, or too few panes before them. A slice of the
// traffic is not compared with the whole reference: some slices are harder than others. Arms of experiments are.
func (j *Judge) Judge(w *summary.Window, p *profile.Profile) []judge.Point {
	panes := slots(w)
	if len(panes) == 0 {
		return nil
	}
	if len(w.Group.Segment) > 0 {
		p = nil
	}
	var points []judge.Point
	for _, l := range j.losses {
		points = append(points, j.judge(l, w, panes, p)...)
	}
	return points
}

func (j *Judge) judge(l *loss, w *summary.Window, slots []*summary.Pane, p *profile.Profile) []judge.Point {
	panes := make([]sequential.Pane, len(slots))
	for i, s := range slots {
		if s != nil {
			panes[i] = l.total(s.Series)
		}
	}
	if sequential.Total(panes).Count < float64(j.cfg.MinSamples) {
		return nil
	}
	t := j.test(l, w, panes, p)
	if t == nil {
		return nil
	}
	evidence, threshold := sequential.Evidence(t.rise.Law, panes, t.starts), math.Log(j.cfg.RunLength)
	if math.IsInf(evidence, 0) || math.IsNaN(evidence) {
		return nil
	}
	name := []summary.Attribute{{Key: semconv.AttrLossName, Value: l.name}}
	point := func(metric string, x float64) judge.Point {
		return judge.Point{Metric: metric, Attributes: name, Value: x}
	}
	points := []judge.Point{
		point(semconv.MetricLossChangeEvidence, evidence),
		point(semconv.MetricLossChangeEvidenceThreshold, threshold),
	}
	if evidence < threshold {
		return append(points, point(semconv.MetricLossChangeDetected, 0))
	}
	first := t.began()
	before, after := sequential.Total(panes[:first]).Mean(), sequential.Total(panes[first:]).Mean()
	if math.IsNaN(before) { // all of the window is since then
		before = t.mean
	}
	return append(points,
		point(semconv.MetricLossChangeDetected, 1),
		point(semconv.MetricLossChangeBefore, before),
		point(semconv.MetricLossChangeAfter, after),
		point(semconv.MetricLossChangeAge, w.End.Sub(slots[first].Start).Seconds()),
	)
}

// test of one loss of a window.
type test struct {
	rise   *sequential.Rise
	starts []sequential.Start
	panes  []sequential.Pane
	mean   float64 // of the reference, where there is one
}

// day is how long what a window is compared with must be at least, where that is a part of it: else each evening would be a change.
const day = 24 * time.Hour

// test compares the window with the reference, or with its own earlier part; nil where neither can be.
func (j *Judge) test(l *loss, w *summary.Window, panes []sequential.Pane, p *profile.Profile) *test {
	t := &test{panes: panes}
	if r := j.reference(p, l); r != nil {
		t.rise, t.mean = &sequential.Rise{Law: r.law, Baseline: r.baseline}, r.mean
	} else {
		if w.Length/2 < day {
			return nil
		}
		t.rise = &sequential.Rise{
			Law: l.law(w.Series), Tolerated: j.tolerance(math.NaN()), Nats: math.Log(j.cfg.RunLength) / 2, Least: float64(j.cfg.MinSamples),
		}
	}
	t.starts = t.rise.Starts(panes)
	return t
}

// began is the pane in which the change began, as likely as not. With a reference that may be any pane, also one that is too old to
// count as evidence.
func (t *test) began() int {
	candidates := t.starts
	if t.rise.Baseline > 0 {
		candidates = nil
		for i, p := range t.panes {
			if p.Count > 0 {
				candidates = append(candidates, sequential.Start{Pane: i, Baseline: t.rise.Baseline, Correlation: t.starts[0].Correlation})
			}
		}
	}
	return candidates[sequential.Likeliest(t.rise.Law, t.panes, candidates)].Pane
}

// slots are the window's panes, with nil where one has nothing.
func slots(w *summary.Window) []*summary.Pane {
	if len(w.Panes) == 0 {
		return nil
	}
	every := w.Panes[0].End.Sub(w.Panes[0].Start)
	if every <= 0 || w.Length < every {
		return nil
	}
	all := make([]*summary.Pane, w.Length/every)
	first := w.End.Add(-w.Length)
	for i := range w.Panes {
		p := &w.Panes[i]
		if at := p.Start.Sub(first) / every; p.Start.Sub(first) >= 0 && int(at) < len(all) {
			all[at] = p
		}
	}
	return all
}
