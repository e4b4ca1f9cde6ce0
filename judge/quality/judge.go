// Package quality judges how good a window's predictions were, by those whose ground truth is known.
//
// It publishes measures with their confidence intervals, what they were in the reference, and whether they are worse than their
// objective, as far as chance lets one say so. docs/quality.md explains them.
package quality

import (
	"fmt"
	"math"
	"slices"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// Judge is safe for concurrent use.
type Judge struct {
	cfg        Config
	everything bool
	names      map[string]names
	known      references
}

var _ judge.Judge = (*Judge)(nil)

// names are the metrics of one measure.
type names struct{ value, lower, upper, threshold, reference string }

// New makes a judge. The configuration must be valid; it is not kept.
func New(cfg *Config) (*Judge, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("quality: %w", err)
	}
	j := &Judge{cfg: *cfg, everything: slices.Contains(cfg.Statistics, all), names: make(map[string]names, len(measures))}
	for _, m := range measures {
		metric := semconv.Quality(m.name)
		j.names[m.name] = names{metric, metric + "_lower", metric + "_upper", metric + "_threshold", semconv.ReferenceQuality(m.name)}
	}
	return j, nil
}

// Name is the judge's key in the configuration.
func (j *Judge) Name() string { return "quality" }

// Wants reports whether the judge reads this summary metric.
func (j *Judge) Wants(metric string) bool {
	return outcome.Wants(metric) && metric != semconv.MetricOutcomeCalibration && metric != semconv.MetricGroundTruthDelay
}

// Judge returns the quality of the window's outcomes. Objectives, and what the reference's quality was, are there without outcomes
// too, since estimates are held against them. A slice of the traffic is not compared with the whole reference: some slices are
// harder than others. Arms of experiments are.
func (j *Judge) Judge(w *summary.Window, p *profile.Profile) []judge.Point {
	o := outcome.Gather(w.Series)
	s := &sitting{judge: j, subject: newSubject(o, p)}
	if len(w.Group.Segment) == 0 {
		s.reference = j.known.of(p, &j.cfg)
	}
	s.objectives = j.objectives(w, p, s.reference)
	samples := o.Samples()
	if w.Group.Whole() || samples > 0 || len(o.Joins) > 0 { // that there is nothing is worth saying once
		s.add(semconv.MetricStatisticsSamples, []summary.Attribute{{Key: semconv.AttrSubject, Value: "outcome"}}, samples)
	}
	if joined, expired := o.Joins["joined"], o.Joins["expired"]; joined+expired > 0 {
		s.add(semconv.MetricGroundTruthCoverage, nil, joined/(joined+expired))
	}
	enough := samples >= float64(j.cfg.MinSamples)
	for _, m := range j.wanted(s.task, s.objectives) {
		s.measure(m, enough)
	}
	return s.points
}

// sitting judges one window.
type sitting struct {
	judge *Judge
	*subject
	reference  *reference // nil where the window is not compared with it
	objectives map[string]objective
	points     []judge.Point
}

// measure publishes a measure. Intervals are published where there is an objective, or where all is.
func (s *sitting) measure(m *measure, enough bool) {
	names := s.judge.names[m.name]
	objective, judged := s.objectives[m.name]
	var values []value
	if enough {
		values = m.of(s.subject, &s.judge.cfg)
	}
	worse, known := false, false
	for i := range values {
		v := &values[i]
		if math.IsNaN(v.value) {
			continue
		}
		s.add(names.value, v.attributes, v.value)
		held := judged && !v.part
		if held || s.judge.everything {
			s.add(names.lower, v.attributes, v.interval.Lower)
			s.add(names.upper, v.attributes, v.interval.Upper)
		}
		if held {
			worseNow, knownNow := m.beyond(v, objective.value(v.attributes))
			worse, known = worse || worseNow, known || knownNow
		}
	}
	if s.reference != nil {
		for _, v := range s.reference.values[m.name] {
			if !v.part || s.judge.everything {
				s.add(names.reference, v.attributes, v.value)
			}
		}
	}
	if !judged {
		return
	}
	for _, attributes := range s.held(m, values) {
		s.add(names.threshold, attributes, objective.value(attributes))
	}
	if known {
		s.add(semconv.MetricQualityDegraded, []summary.Attribute{{Key: semconv.AttrQualityMetric, Value: m.name}}, bit(worse))
	}
}

// held are the attributes of the values that the objective is for: the window's, else the reference's, else those that follow from
// the task.
func (s *sitting) held(m *measure, values []value) [][]summary.Attribute {
	candidates := [][]value{values}
	if s.reference != nil {
		candidates = append(candidates, s.reference.values[m.name])
	}
	for _, values := range candidates {
		var attributes [][]summary.Attribute
		for i := range values {
			if v := &values[i]; !v.part && !math.IsNaN(v.value) {
				attributes = append(attributes, v.attributes)
			}
		}
		if len(attributes) > 0 {
			return attributes
		}
	}
	if !slices.Contains(m.tasks, s.task) || m.keyed {
		return nil
	}
	var attributes []summary.Attribute
	if m.byClass {
		attributes = []summary.Attribute{ofClass(macro)}
		if s.task == profile.Binary {
			attributes = []summary.Attribute{ofClass(s.class)}
		}
	}
	return [][]summary.Attribute{attributes}
}

// add publishes a value, if it is a number.
func (s *sitting) add(metric string, attributes []summary.Attribute, value float64) {
	if !math.IsNaN(value) && !math.IsInf(value, 0) {
		s.points = append(s.points, judge.Point{Metric: metric, Attributes: attributes, Value: value})
	}
}

func bit(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
