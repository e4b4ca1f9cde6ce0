package change

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Config of the judge. docs/concept-drift.md explains it.
type Config struct {
	// Losses to watch, by ml.loss.name; error is the share of wrong classes. Those that a model doesn't have are left out.
	Losses []string `mapstructure:"losses"`
	// MinSamples of outcomes that a window must hold, and what is before a change where there is no reference.
	MinSamples uint64 `mapstructure:"min_samples"`
	// RunLength is how many panes pass until a false alarm, on average and at least.
	RunLength float64 `mapstructure:"run_length"`
	// Tolerance is how much more than the reference's a mean loss may be, as a share of it; twice that where the reference has too few chunks to say
	// how far it strays.
	Tolerance float64 `mapstructure:"tolerance"`
	// Factor times how much more than the whole's the loss of the reference's worst chunk was is tolerated, where that is more.
	Factor float64 `mapstructure:"factor"`
	// MinChunks of a length the reference must have had for that.
	MinChunks int `mapstructure:"min_chunks"`
}

// DefaultConfig is what an empty configuration means.
func DefaultConfig() *Config {
	return &Config{Losses: []string{"error", "absolute"}, MinSamples: 100, RunLength: 10_000, Tolerance: 0.1, Factor: 1.2, MinChunks: 5}
}

// Validate refuses what can't be meant; the error names key and value.
func (c *Config) Validate() error {
	var errs []error
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	for i, name := range c.Losses {
		if find(name) == nil {
			refuse("losses[%d]: unknown loss %q; use some of %s", i, name, strings.Join(Losses(), ", "))
		} else if slices.Contains(c.Losses[:i], name) {
			refuse("losses[%d]: %q occurs twice; remove one", i, name)
		}
	}
	if c.MinSamples < 1 {
		refuse("min_samples: must be 1 or more, is %d", c.MinSamples)
	}
	if !(c.RunLength >= 10) || math.IsInf(c.RunLength, 0) {
		refuse("run_length: how many panes are to pass between false alarms must be 10 or more, is %v", c.RunLength)
	}
	if !(c.Tolerance >= 0) || math.IsInf(c.Tolerance, 0) {
		refuse("tolerance: must be 0 or more (0.1: 10 %% more loss is no change), is %v", c.Tolerance)
	}
	if !(c.Factor >= 0) || math.IsInf(c.Factor, 0) {
		refuse("factor: must be 0 (only the tolerance counts) or more, is %v", c.Factor)
	}
	if c.MinChunks < 1 {
		refuse("min_chunks: must be 1 or more, is %d", c.MinChunks)
	}
	return errors.Join(errs...)
}
