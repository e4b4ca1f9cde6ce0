package modelstatisticsprocessor

import (
	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/judge/calibration"
	"github.com/leeway-ml/leeway/judge/drift"
	"github.com/leeway-ml/leeway/judge/estimate"
	"github.com/leeway-ml/leeway/judge/quality"
)

// newJudges makes the judges, each from its own part of the configuration. A new kind of statistic is a new judge here.
func newJudges(c *Config) ([]judge.Judge, error) {
	ofDrift, err := drift.New(&c.Drift)
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
	return []judge.Judge{ofDrift, estimated, calibrated, ofQuality}, nil
}
