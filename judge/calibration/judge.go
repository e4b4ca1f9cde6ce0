// Package calibration judges how well a model's scores are probabilities, fits calibrators that would make them so, and says
// which of those helps.
//
// What is said of the model's own scores is of all outcomes of the window. Calibrators are fitted on the earlier panes of the
// window and judged on the later ones, as they would have been used. docs/calibration.md explains both.
package calibration

import (
	"fmt"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// Judge is safe for concurrent use.
type Judge struct {
	cfg        Config
	chosen     []statistic
	references references
}

var (
	_ judge.ByPane = (*Judge)(nil)
	_ judge.Fitter = (*Judge)(nil)
)

// New makes a judge. The configuration must be valid; it is not kept.
func New(cfg *Config) (*Judge, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("calibration: %w", err)
	}
	return &Judge{cfg: *cfg, chosen: choose(cfg.Statistics), references: references{minSamples: float64(cfg.MinSamples)}}, nil
}

// Name is the judge's key in the configuration.
func (j *Judge) Name() string { return "calibration" }

// Wants reports whether the judge reads this summary metric.
func (j *Judge) Wants(metric string) bool {
	return metric == semconv.MetricOutcomeOdds || metric == semconv.MetricOutcomeCalibration || metric == semconv.MetricOutcomeLoss
}

// WantsPanes reports whether the judge reads this summary metric by pane.
func (j *Judge) WantsPanes(metric string) bool {
	return metric == semconv.MetricOutcomeOdds && len(j.cfg.Calibrators) > 0
}

// Judge returns the calibration of the window's scores; nothing where too few outcomes came.
func (j *Judge) Judge(w *summary.Window, p *profile.Profile) []judge.Point {
	subjects := j.subjects(w)
	var points []judge.Point
	for _, s := range subjects {
		if s.samples() < float64(j.cfg.MinSamples) {
			continue
		}
		points = j.appendStatistics(points, s, w.Group.Whole())
		points = j.appendVerdict(points, s, p)
		if w.Group.Whole() && j.cfg.Diagram && s.main {
			points = appendDiagram(points, s)
		}
	}
	if len(subjects) > 0 && w.Group.Whole() {
		points = j.appendCalibrators(points, w, subjects[0])
	}
	return points
}

// wanted are the window's series that the judge reads.
func wanted(w *summary.Window) []summary.Series {
	var series []summary.Series
	for _, metric := range []string{semconv.MetricOutcomeCalibration, semconv.MetricOutcomeLoss, semconv.MetricOutcomeOdds} {
		series = append(series, w.Of(metric)...)
	}
	return series
}
