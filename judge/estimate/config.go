package estimate

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/leeway-ml/leeway/stats/estimate"
)

// Config of the judge. docs/estimated-quality.md explains it.
type Config struct {
	// Statistics to publish, by the last part of their metric's name, or the one word "all". Empty: the default set. Those that the
	// model's task does not have are left out.
	Statistics []string `mapstructure:"statistics"`
	// MinSamples a window must hold of predictions, and the reference of outcomes, before anything is estimated.
	MinSamples uint64 `mapstructure:"min_samples"`
	// Calibrator is how the reference's outcomes make probabilities of scores: auto, isotonic, platt, or none.
	Calibrator string `mapstructure:"calibrator"`
}

// all is the word for every statistic.
const all = "all"

// DefaultConfig is what an empty configuration means.
func DefaultConfig() *Config {
	return &Config{MinSamples: 100, Calibrator: estimate.Auto}
}

// Validate refuses what can't be meant; the error names key and value.
func (c *Config) Validate() error {
	var errs []error
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	for i, name := range c.Statistics {
		if name != all && !slices.Contains(Statistics(), name) {
			refuse("statistics[%d]: %q can't be estimated; use %q, or some of %s", i, name, all, strings.Join(Statistics(), ", "))
		}
		if name == all && len(c.Statistics) > 1 {
			refuse("statistics[%d]: %q stands alone", i, all)
		}
	}
	if c.MinSamples < 1 {
		refuse("min_samples: must be 1 or more, is %d", c.MinSamples)
	}
	if !slices.Contains(estimate.Methods(), c.Calibrator) {
		refuse("calibrator: unknown calibrator %q; use one of %s", c.Calibrator, strings.Join(estimate.Methods(), ", "))
	}
	return errors.Join(errs...)
}
