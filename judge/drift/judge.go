// Package drift judges how far a window's features, predictions and ground truth are from the reference.
//
// For each variable it computes distances between two distributions over the same bins: the window's, and the reference of
// the hours that the window's traffic fell on. One of them, the primary statistic, says whether the variable drifted, by a
// rule that knows what sampling alone gives and how far the reference strays by itself. docs/drift.md explains both.
package drift

import (
	"fmt"
	"slices"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// Judge is safe for concurrent use.
type Judge struct {
	cfg         Config
	everything  bool // statistics: [all]
	chosen      set  // statistics by name; where empty, the defaults of each type
	features    map[string]*rules
	feature     *rules
	prediction  *rules
	groundTruth *rules
	ignored     map[string]bool
	names       [subjects][statistics]names
	simulated   simulated
}

var _ judge.Judge = (*Judge)(nil)

// subject is what a statistic is about.
type subject uint8

const (
	ofFeature subject = iota
	ofPrediction
	ofGroundTruth
	subjects
)

func (s subject) String() string { return [subjects]string{"feature", "prediction", "ground_truth"}[s] }

// names are the metrics of one statistic.
type names struct{ value, threshold, noise string }

// New makes a judge. The configuration must be valid; it is not kept.
func New(cfg *Config) (*Judge, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("drift: %w", err)
	}
	j := &Judge{
		cfg:         *cfg,
		everything:  slices.Contains(cfg.Statistics, all),
		features:    make(map[string]*rules, len(cfg.Features)),
		feature:     newRules(cfg, Override{}),
		prediction:  newRules(cfg, cfg.Prediction),
		groundTruth: newRules(cfg, cfg.GroundTruth),
		ignored:     make(map[string]bool),
	}
	for name, o := range cfg.Features {
		j.features[name] = newRules(cfg, o)
		j.ignored[name] = o.Ignore
	}
	for _, name := range cfg.Statistics {
		if s, ok := find(name); ok {
			j.chosen |= 1 << s
		}
	}
	for about := range subjects {
		for s := range statistics {
			metric := s.metric(about.String())
			j.names[about][s] = names{metric, metric + "_threshold", metric + "_noise"}
		}
	}
	return j, nil
}

// Name is the judge's key in the configuration.
func (j *Judge) Name() string { return "drift" }

// Wants reports whether the judge reads this summary metric.
func (j *Judge) Wants(metric string) bool {
	switch metric {
	case semconv.MetricFeatureValue, semconv.MetricFeatureCategories, semconv.MetricFeatureInvalid,
		semconv.MetricPredictions, semconv.MetricPredictionScore, semconv.MetricPredictionValue,
		semconv.MetricOutcomes, semconv.MetricGroundTruthValue:
		return true
	}
	return false
}

// wanted are the statistics to publish for a variable of the type.
func (j *Judge) wanted(t profile.Type) set {
	if j.everything {
		return 1<<statistics - 1
	}
	if j.chosen != 0 {
		return j.chosen
	}
	return defaults(t)
}

// Judge returns the drift of everything in the window. Without a profile: how many samples, means and quantiles.
func (j *Judge) Judge(w *summary.Window, p *profile.Profile) []judge.Point {
	s := &sitting{judge: j, window: w, profile: p}
	if p != nil && len(w.Group.Segment) > 0 {
		s.segment = p.Slice(w.Group.Segment)
	}
	if len(w.Series) == 0 { // that there is nothing is worth saying
		s.samples(ofFeature, 0)
		s.samples(ofPrediction, 0)
		return s.points
	}
	seen := s.judgeFeatures()
	s.judgePrediction(seen > 0)
	s.judgeGroundTruth()
	return s.points
}

// judgeFeatures returns how many samples the window has of the feature that has most.
func (s *sitting) judgeFeatures() uint64 {
	all := features(s.window, s.profile)
	s.points = make([]judge.Point, 0, 14*len(all)+16)
	var samples uint64
	var judged, drifted int
	var importance, ofDrifted float64
	for _, o := range all {
		samples = max(samples, o.n()+o.missing+o.wrong)
		if s.judge.ignored[o.name] {
			continue
		}
		r := s.judge.features[o.name]
		if r == nil {
			r = s.judge.feature
		}
		was, far := s.variable(ofFeature, profile.FeatureKey(o.name), o, r)
		if was {
			judged++
			importance += o.importance()
		}
		if far {
			drifted++
			ofDrifted += o.importance()
		}
	}
	if len(all) > 0 {
		s.samples(ofFeature, samples)
	}
	if judged > 0 {
		s.points = append(s.points, judge.Point{Metric: semconv.MetricModelDriftShare, Value: float64(drifted) / float64(judged)})
	}
	if importance > 0 {
		s.add(semconv.MetricModelDriftWeightedShare, nil, ofDrifted/importance)
	}
	return samples
}

// judgePrediction takes the first of what the model's task predicts that both the window and the profile have. Where there is neither
// a prediction nor a feature, only labels of earlier predictions came: that is worth saying, too.
func (s *sitting) judgePrediction(features bool) {
	count := uint64(0)
	each(s.window, semconv.MetricPredictions, func(x *summary.Series) { count += countOf(x) })
	var first *observed
	for _, c := range s.predictions() {
		o := c.gather()
		if o.n() == 0 {
			continue
		}
		count = max(count, o.n())
		if first == nil {
			first = o
			if !s.judge.cfg.Prediction.Ignore {
				s.variable(ofPrediction, c.key, o, s.judge.prediction)
			}
		}
	}
	if count > 0 || !features {
		s.samples(ofPrediction, count)
	}
}

// candidate is one way to see a subject.
type candidate struct {
	key    string // in the profile
	gather func() *observed
}

func (s *sitting) predictions() []candidate {
	p := s.profile
	if p == nil {
		return []candidate{
			{gather: func() *observed { return values(s.window, semconv.MetricPredictionValue, nil, nil) }},
			{gather: func() *observed { return values(s.window, semconv.MetricPredictionScore, nil, nil) }},
		}
	}
	var all []candidate
	for _, key := range p.Predictions() {
		v := p.Variable(key)
		all = append(all, candidate{key, func() *observed {
			switch key {
			case profile.KeyValue:
				return values(s.window, semconv.MetricPredictionValue, v, nil)
			case profile.KeyClass:
				return classes(s.window, semconv.MetricPredictions, semconv.AttrPredictionClass, v)
			}
			return values(s.window, semconv.MetricPredictionScore, v, func(x *summary.Series) bool {
				class := x.Attribute(semconv.AttrClass)
				return class == v.Name || class == ""
			})
		}})
	}
	return all
}

func (s *sitting) judgeGroundTruth() {
	var truth *observed
	key := ""
	if p := s.profile; p != nil {
		if p.TrueValue != nil {
			key, truth = profile.KeyTrueValue, values(s.window, semconv.MetricGroundTruthValue, p.TrueValue, nil)
		}
		if (truth == nil || truth.n() == 0) && p.TrueClass != nil {
			key, truth = profile.KeyTrueClass, classes(s.window, semconv.MetricOutcomes, semconv.AttrGroundTruthClass, p.TrueClass)
		}
	}
	if truth == nil || truth.n() == 0 {
		return
	}
	if !s.judge.cfg.GroundTruth.Ignore {
		s.variable(ofGroundTruth, key, truth, s.judge.groundTruth)
	}
	s.samples(ofGroundTruth, truth.n())
}
