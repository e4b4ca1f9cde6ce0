// Package estimate judges how good a window's predictions probably are, before their truth is known, and as if it were not known.
//
// Classification: CBPE, from the odds of the window's scores and what scores meant in the reference's outcomes. Regression: direct
// loss estimation, from the window's predicted values and what predictions of their size lost in the reference. Both follow a
// change of the inputs as far as it moves the model's output. Neither sees concept drift, a change of the truth of like cases:
// that shows as the gap between the estimate for the labelled predictions and their measured quality. docs/estimated-quality.md.
package estimate

import (
	"fmt"
	"math"
	"slices"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/estimate"
	"github.com/leeway-ml/leeway/summary"
)

// Judge is safe for concurrent use.
type Judge struct {
	cfg     Config
	classes []classification // those to publish
	losses  []regression
	names   map[string]names
	known   references
}

var _ judge.Judge = (*Judge)(nil)

// names are the metrics of one measure.
type names struct{ value, lower, upper string }

// Populations that an estimate is of.
const (
	everything = "all"      // the window's predictions
	labelled   = "labelled" // those behind the window's outcomes
)

// New makes a judge. The configuration must be valid; it is not kept.
func New(cfg *Config) (*Judge, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("estimate: %w", err)
	}
	j := &Judge{cfg: *cfg, names: make(map[string]names), known: references{method: cfg.Calibrator}}
	chosen := func(name string, usual bool) bool {
		return len(cfg.Statistics) == 0 && usual || slices.Contains(cfg.Statistics, all) || slices.Contains(cfg.Statistics, name)
	}
	for _, c := range classifications {
		if chosen(c.name, c.usual) {
			j.classes = append(j.classes, c)
		}
	}
	for _, r := range regressions {
		if chosen(r.name, true) {
			j.losses = append(j.losses, r)
		}
	}
	for _, name := range Statistics() {
		metric := semconv.EstimatedQuality(name)
		j.names[name] = names{metric, metric + "_lower", metric + "_upper"}
	}
	return j, nil
}

// Name is the judge's key in the configuration.
func (j *Judge) Name() string { return "estimate" }

// Wants reports whether the judge reads this summary metric.
func (j *Judge) Wants(metric string) bool {
	switch metric {
	case semconv.MetricPredictionOdds, semconv.MetricPredictionValue, semconv.MetricOutcomeOdds:
		return true
	}
	return false
}

// Judge returns the estimated quality of the window's predictions. Without outcomes in the reference there is nothing to estimate from.
// Slices and arms of experiments are judged by the outcomes of the whole reference.
func (j *Judge) Judge(w *summary.Window, p *profile.Profile) []judge.Point {
	if p == nil || len(p.Outcomes) == 0 || len(w.Series) == 0 {
		return nil
	}
	s := &sitting{judge: j, reference: j.known.of(p)}
	if s.losses != nil && s.outcomes >= float64(j.cfg.MinSamples) {
		s.regression(predictedValues(w, p.Value))
	}
	if len(s.names) > 0 {
		s.classification(everything, predicted(outcome.GatherPredictions(w.Of(semconv.MetricPredictionOdds)), s.binary()))
		s.classification(labelled, withoutTruth(outcome.Gather(w.Of(semconv.MetricOutcomeOdds)), s.binary()))
	}
	return s.points
}

// sitting judges one window.
type sitting struct {
	judge *Judge
	*reference
	points []judge.Point
}

// regression publishes what the n predicted values probably miss by.
func (s *sitting) regression(counts []float64, n uint64) {
	if n < s.judge.cfg.MinSamples {
		return
	}
	for _, m := range s.judge.losses {
		s.add(m.name, attributes("", everything), m.of(s.losses, counts), 0, math.Inf(1))
	}
}

// classification publishes how good the predictions of a population probably are.
func (s *sitting) classification(population string, predictions map[string]estimate.Predictions) {
	m, n := s.expect(predictions)
	if len(m) == 0 || n < float64(s.judge.cfg.MinSamples) {
		return
	}
	class := macro
	if s.binary() {
		class = s.names[0]
	}
	for _, c := range s.judge.classes {
		of := attributes("", population)
		if c.byClass {
			of = attributes(class, population)
		}
		switch {
		case s.binary():
			s.add(c.name, of, c.of(m[0]), c.least, c.most)
		case c.name == "accuracy":
			s.add(c.name, of, m.Accuracy(), c.least, c.most)
		case !c.binaryOnly:
			s.add(c.name, of, m.Macro(c.of), c.least, c.most)
		}
	}
}

// expect is what the predictions of each class that the reference knows will turn out as, and the number of predictions: of the scores of
// the class that has most.
func (s *sitting) expect(of map[string]estimate.Predictions) (m estimate.Multiclass, n float64) {
	for _, class := range s.names {
		if s.classes[class].outcomes < float64(s.judge.cfg.MinSamples) {
			continue
		}
		if p, ok := of[class]; ok {
			m, n = append(m, s.classes[class].Expect(p)), max(n, p.Total())
		}
	}
	return m, n
}

// add publishes an estimate and its interval, cut to what the measure can be; if it is a number.
func (s *sitting) add(name string, attributes []summary.Attribute, v estimate.Value, least, most float64) {
	if math.IsNaN(v.Value) || math.IsNaN(v.Error) {
		return
	}
	names := s.judge.names[name]
	lower, upper := v.Interval(least, most)
	s.points = append(s.points,
		judge.Point{Metric: names.value, Attributes: attributes, Value: v.Value},
		judge.Point{Metric: names.lower, Attributes: attributes, Value: lower},
		judge.Point{Metric: names.upper, Attributes: attributes, Value: upper})
}

// attributes of an estimate; class is empty where the measure is not of a class.
func attributes(class, population string) []summary.Attribute {
	of := []summary.Attribute{{Key: semconv.AttrPopulation, Value: population}}
	if class != "" {
		of = []summary.Attribute{{Key: semconv.AttrClass, Value: class}, of[0]}
	}
	return of
}
