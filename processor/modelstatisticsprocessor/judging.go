package modelstatisticsprocessor

import (
	"context"
	"slices"
	"time"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// judge judges every window of the model that is complete. The model must be locked.
func (p *statistics) judge(ctx context.Context, m *model, out *emission) {
	if !m.windows.Due() {
		return
	}
	reference := p.models.profile(m.name, m.version)
	m.unprofiled = reference == nil && p.profiles != nil && (p.learner == nil || !p.learner.Wants(m.name, m.version))
	if m.unprofiled {
		p.report.withoutProfile(m)
	}
	now := time.Now()
	m.windows.Close(func(w *summary.Window) {
		began := time.Now()
		var points []judge.Point
		for _, j := range p.judges {
			points = append(points, j.Judge(w, reference)...)
		}
		if w.Group.Whole() {
			points = append(points, m.coverage(w))
			p.fit(w, reference)
		}
		p.report.judged(ctx, w.Name, time.Since(began))
		m.say(&voice{group: w.Group, window: w.Name, points: points, end: w.End, sent: now, empty: len(w.Series) == 0}, out)
		if w.End.After(m.informed) {
			m.informed = w.End
			m.say(&voice{group: summary.Group{Model: m.name, Version: m.version}, points: m.info(reference, w.End), end: w.End, sent: now}, out)
		}
	})
}

// say sends what is said of a window, and remembers it, until all windows of the group are empty.
func (m *model) say(v *voice, out *emission) {
	key := v.window + groupKey(v.group)
	out.put(v, v.end)
	m.voices[key] = v
	m.voicesMoved = true
	if !v.empty {
		return
	}
	for d := range m.windows.Definitions() {
		if other := m.voices[d.Name+groupKey(v.group)]; other != nil && !other.empty {
			return
		}
	}
	for d := range m.windows.Definitions() {
		delete(m.voices, d.Name+groupKey(v.group))
	}
}

func groupKey(g summary.Group) string {
	key := []byte{0}
	for _, a := range g.Segment {
		key = append(append(append(append(key, a.Key...), 0), a.Value...), 0)
	}
	return string(append(append(append(append(key, 1), g.Experiment...), 0), g.Variant...))
}

// info is what ml.model.info and ml.profile.age say, at a time, of the profile that the model is compared with. The former is
// worked out once a profile: the digest reads all of it.
func (m *model) info(reference *profile.Profile, at time.Time) []judge.Point {
	if m.described == nil || m.describes != reference {
		m.described, m.describes = describe(reference), reference
	}
	if reference == nil || madeOf(reference).IsZero() {
		return m.described
	}
	age := max(0, at.Sub(madeOf(reference)))
	return append(slices.Clip(m.described), judge.Point{Metric: semconv.MetricProfileAge, Value: age.Seconds()})
}

// madeOf is the time of the latest of what the profile was made of; where that had no times, that of its making.
func madeOf(reference *profile.Profile) time.Time {
	if reference.Provenance.End.IsZero() {
		return reference.Created
	}
	return reference.Provenance.End
}

func describe(reference *profile.Profile) []judge.Point {
	id, rhythm, task := "none", string(profile.Steady), ""
	if reference != nil {
		id, task = reference.ID(), string(reference.Task)
		if reference.Rhythm.Cycle != "" {
			rhythm = string(reference.Rhythm.Cycle)
		}
	}
	attributes := []summary.Attribute{{Key: semconv.AttrProfileID, Value: id}, {Key: semconv.AttrProfileRhythm, Value: rhythm}}
	if task != "" {
		attributes = append(attributes, summary.Attribute{Key: semconv.AttrTaskType, Value: task})
	}
	return []judge.Point{{Metric: semconv.MetricModelInfo, Attributes: attributes, Value: 1}}
}
