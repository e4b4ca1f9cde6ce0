// Package multivariate judges how far a window's inputs, taken together, are from the reference: what features one by one may
// hide. It does so for the features that the profile looks at jointly, and for inputs that are vectors.
//
// Three statistics of the features together: how far rows lie from the reference's principal components, the maximum mean
// discrepancy by random Fourier features, and the correlation that moved most. Two of a vector: the maximum mean discrepancy and the
// distance of the means. Each is judged by itself. docs/multivariate-drift.md explains them.
package multivariate

import (
	"fmt"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// Judge is safe for concurrent use.
type Judge struct {
	cfg      Config
	limits   [statistics]Limit
	wanted   [statistics]bool
	names    [subjects][statistics]names
	encoders encoders
}

var _ judge.Judge = (*Judge)(nil)

// New makes a judge. The configuration must be valid; it is not kept.
func New(cfg *Config) (*Judge, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("multivariate: %w", err)
	}
	j := &Judge{cfg: *cfg, limits: cfg.limits()}
	for s := range statistics {
		j.wanted[s] = len(cfg.Statistics) == 0 || cfg.Statistics[0] == all
		for about := range subjects {
			j.names[about][s] = newNames(about, s)
		}
	}
	for _, name := range cfg.Statistics {
		if s, ok := find(name); ok {
			j.wanted[s] = true
		}
	}
	return j, nil
}

// Name is the judge's key in the configuration.
func (j *Judge) Name() string { return "multivariate" }

// Wants reports whether the judge reads this summary metric.
func (j *Judge) Wants(metric string) bool {
	switch metric {
	case semconv.MetricJointPhase, semconv.MetricJointReconstructionError, semconv.MetricJointResidual, semconv.MetricJointProduct,
		semconv.MetricVectorPhase, semconv.MetricVectorComponent,
		semconv.MetricFeatureValue, semconv.MetricFeatureCategories, semconv.MetricFeatureInvalid:
		return true
	}
	return false
}

// Judge returns what drifted jointly in the window: nothing without a profile that has such a reference, of slices and arms
// of experiments, and where the summaries were not all made with this profile.
func (j *Judge) Judge(w *summary.Window, p *profile.Profile) []judge.Point {
	if p == nil || len(w.Series) == 0 || !w.Group.Whole() {
		return nil
	}
	s := &sitting{judge: j, window: w}
	if p.Joint != nil {
		if foreign(w, p.Joint) {
			return nil
		}
		s.joint(p)
	}
	for _, v := range p.Vectors {
		s.vector(v)
	}
	return s.points
}
