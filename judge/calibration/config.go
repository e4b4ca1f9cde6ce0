package calibration

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/leeway-ml/leeway/stats/calibration"
)

// Config of the judge. docs/calibration.md explains it.
type Config struct {
	// Statistics to publish of the model's own scores, by the last part of their metric's name, or the one word "all". Empty: the default set.
	Statistics []string `mapstructure:"statistics"`
	// MinSamples is how many outcomes a window must hold before anything is published, and each of the two parts that calibrators are
	// fitted and judged on.
	MinSamples uint64 `mapstructure:"min_samples"`
	// Diagram publishes the reliability diagram.
	Diagram bool `mapstructure:"diagram"`
	// Classwise also judges each class of a multiclass model against all others, beside the predicted class.
	Classwise bool `mapstructure:"classwise"`
	// MaxClasses is how many classes are judged so, at most: the first by name.
	MaxClasses int `mapstructure:"max_classes"`
	// Floor is the least limit of ECE, whatever the reference says.
	Floor float64 `mapstructure:"floor"`
	// Factor times the reference's own ECE is the limit, where that is more than the floor.
	Factor float64 `mapstructure:"factor"`
	// MaxECE, where it is above 0, is the limit instead.
	MaxECE float64 `mapstructure:"max_ece"`
	// BeyondNoise wants ECE above the 99th percentile of its noise, too.
	BeyondNoise bool `mapstructure:"beyond_noise"`
	// Calibrators to fit and to judge, by name. Empty: none.
	Calibrators []string `mapstructure:"calibrators"`
	// Publish hands the best calibrator to the extension that serves profiles.
	Publish bool `mapstructure:"publish"`
	// Window whose best calibrator is published, by name. Empty: the longest.
	Window string `mapstructure:"window"`
}

// all is the word for every statistic.
const all = "all"

// DefaultConfig is what an empty configuration means.
func DefaultConfig() *Config {
	return &Config{
		MinSamples:  100,
		Diagram:     true,
		MaxClasses:  20,
		Floor:       0.05,
		Factor:      1.2,
		BeyondNoise: true,
		Calibrators: calibration.Names(),
		Publish:     true,
	}
}

// Validate refuses what can't be meant; the error names key and value.
func (c *Config) Validate() error {
	var errs []error
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	for i, name := range c.Statistics {
		if !slices.Contains(Statistics(), name) && name != all {
			refuse("statistics[%d]: unknown statistic %q; use %q, or some of %s", i, name, all, strings.Join(Statistics(), ", "))
		}
		if name == all && len(c.Statistics) > 1 {
			refuse("statistics[%d]: %q stands alone", i, all)
		}
	}
	if c.MinSamples < 1 {
		refuse("min_samples: must be 1 or more, is %d", c.MinSamples)
	}
	if c.MaxClasses < 1 {
		refuse("max_classes: must be 1 or more, is %d", c.MaxClasses)
	}
	for _, x := range []struct {
		key   string
		value float64
	}{{"floor", c.Floor}, {"max_ece", c.MaxECE}} {
		if !(x.value >= 0 && x.value <= 1) {
			refuse("%s: must be within 0 and 1, is %v", x.key, x.value)
		}
	}
	if !(c.Factor >= 0) || math.IsInf(c.Factor, 0) {
		refuse("factor: must be 0 (only the floor counts) or more, is %v", c.Factor)
	}
	for i, name := range c.Calibrators {
		if !slices.Contains(calibration.Names(), name) {
			refuse("calibrators[%d]: unknown calibrator %q; use some of %s", i, name, strings.Join(calibration.Names(), ", "))
		}
		if slices.Contains(c.Calibrators[:i], name) {
			refuse("calibrators[%d]: %q occurs twice; remove one", i, name)
		}
	}
	return errors.Join(errs...)
}
