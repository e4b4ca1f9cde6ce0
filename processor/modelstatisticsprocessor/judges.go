package modelstatisticsprocessor

import (
	"slices"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/judge/calibration"
	"github.com/leeway-ml/leeway/judge/change"
	"github.com/leeway-ml/leeway/judge/drift"
	"github.com/leeway-ml/leeway/judge/estimate"
	"github.com/leeway-ml/leeway/judge/multivariate"
	"github.com/leeway-ml/leeway/judge/quality"
)

// byPane says which metrics some judge wants pane by pane, nil where no judge wants any.
func byPane(judges []judge.Judge) func(metric string) bool {
	var some []judge.ByPane
	for _, j := range judges {
		if j, ok := j.(judge.ByPane); ok {
			some = append(some, j)
		}
	}
	if len(some) == 0 {
		return nil
	}
	return func(metric string) bool {
		return slices.ContainsFunc(some, func(j judge.ByPane) bool { return j.WantsPanes(metric) })
	}
}

// newJudges makes the judges, each from its own part of the configuration. A new kind of statistic is a new judge here.
func newJudges(c *Config) ([]judge.Judge, error) {
	ofDrift, err := drift.New(&c.Drift)
	if err != nil {
		return nil, err
	}
	jointly, err := multivariate.New(&c.Multivariate)
	if err != nil {
		return nil, err
	}
	estimated, err := estimate.New(&c.Estimate)
	if err != nil {
		return nil, err
	}
	calibrated, err := calibration.New(&c.Calibration)
	if err != nil {
		return nil, err
	}
	ofQuality, err := quality.New(&c.Quality)
	if err != nil {
		return nil, err
	}
	changes, err := change.New(&c.Change)
	if err != nil {
		return nil, err
	}
	return []judge.Judge{ofDrift, jointly, estimated, calibrated, ofQuality, changes}, nil
}
