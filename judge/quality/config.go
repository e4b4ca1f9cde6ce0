package quality

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Config of the judge. docs/quality.md explains it.
type Config struct {
	// Measures to publish, by the last part of their metric's name, or the one word "all". Empty: the default set of the
	// model's task. Those that a task doesn't have are left out.
	Statistics []string `mapstructure:"statistics"`
	// MinSamples of outcomes a window must hold before anything but their number is published.
	MinSamples uint64 `mapstructure:"min_samples"`
	// MaxClasses is how many classes a multiclass model may have for measures to be published for each; those of all classes
	// together are always.
	MaxClasses int `mapstructure:"max_classes"`
	// Beta is how much more recall weighs than precision in f_beta.
	Beta float64 `mapstructure:"beta"`
	// Quantiles that pinball_loss is published for.
	Quantiles []float64 `mapstructure:"quantiles"`
	// Objectives by measure, for all models. They go before those that follow from the reference.
	Objectives map[string]Objective `mapstructure:"objectives"`
	// Judged are the measures that get an objective from the reference where they have none; an empty list is none.
	// Default: a few of each task.
	Judged *[]string `mapstructure:"judged"`
	// Tolerances by measure: how much worse than the reference is still good. For losses it is relative (0.1 = 10 % more).
	Tolerances map[string]float64 `mapstructure:"tolerances"`
	// Factor times how much worse than the whole the reference's worst chunk was is tolerated, where that is more.
	Factor float64 `mapstructure:"factor"`
	// MinChunks of a window's length the reference must have had for that.
	MinChunks int `mapstructure:"min_chunks"`
	// Models by name, for those that have objectives of their own.
	Models map[string]Model `mapstructure:"models"`
}

// Objective is how good a measure must be. One of both is set.
type Objective struct {
	AtLeast *float64 `mapstructure:"at_least"`
	AtMost  *float64 `mapstructure:"at_most"`
}

// Model has its own objectives.
type Model struct {
	Objectives map[string]Objective `mapstructure:"objectives"`
}

// all is the word for every measure.
const all = "all"

// DefaultConfig is what an empty configuration means.
func DefaultConfig() *Config {
	return &Config{MinSamples: 100, MaxClasses: 10, Beta: 2, Quantiles: []float64{0.9}, Factor: 1.2, MinChunks: 5}
}

// Validate refuses what can't be meant; the error names key and value.
func (c *Config) Validate() error {
	var errs []error
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	for i, name := range c.Statistics {
		if find(name) == nil && name != all {
			refuse("statistics[%d]: unknown measure %q; use %q, or some of %s", i, name, all, strings.Join(Statistics(), ", "))
		}
		if name == all && len(c.Statistics) > 1 {
			refuse("statistics[%d]: %q stands alone", i, all)
		}
	}
	if c.MinSamples < 1 {
		refuse("min_samples: must be 1 or more, is %d", c.MinSamples)
	}
	if c.MaxClasses < 0 {
		refuse("max_classes: must be 0 (no measures by class) or more, is %d", c.MaxClasses)
	}
	if !(c.Beta > 0) || math.IsInf(c.Beta, 0) {
		refuse("beta: must be above 0, is %v", c.Beta)
	}
	for i, q := range c.Quantiles {
		if !(q > 0 && q < 1) {
			refuse("quantiles[%d]: must be between 0 and 1, is %v", i, q)
		}
	}
	if !(c.Factor >= 0) || math.IsInf(c.Factor, 0) {
		refuse("factor: must be 0 (only tolerances count) or more, is %v", c.Factor)
	}
	if c.MinChunks < 1 {
		refuse("min_chunks: must be 1 or more, is %d", c.MinChunks)
	}
	if c.Judged != nil {
		for i, name := range *c.Judged {
			if m := find(name); m == nil || !m.judged() {
				refuse("judged[%d]: %q can't be judged; use some of %s", i, name, strings.Join(Judged(), ", "))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Tolerances)) {
		if m := find(name); m == nil || !m.judged() {
			refuse("tolerances::%s: %q can't be judged; use some of %s", name, name, strings.Join(Judged(), ", "))
		}
		if x := c.Tolerances[name]; !(x >= 0) || math.IsInf(x, 0) {
			refuse("tolerances::%s: must be 0 or more, is %v", name, x)
		}
	}
	errs = append(errs, validateObjectives("objectives::", c.Objectives)...)
	for _, model := range slices.Sorted(maps.Keys(c.Models)) {
		errs = append(errs, validateObjectives("models::"+model+"::objectives::", c.Models[model].Objectives)...)
	}
	return errors.Join(errs...)
}

func validateObjectives(prefix string, objectives map[string]Objective) []error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(objectives)) {
		m, o := find(name), objectives[name]
		key := prefix + name
		if m == nil || !m.judged() {
			errs = append(errs, fmt.Errorf("%s: %q can't be judged; use one of %s", key, name, strings.Join(Judged(), ", ")))
			continue
		}
		want, other := "at_least", o.AtMost
		value := o.AtLeast
		if m.less {
			want, other, value = "at_most", o.AtLeast, o.AtMost
		}
		switch {
		case other != nil || value == nil:
			errs = append(errs, fmt.Errorf("%s: must have %s, and only that", key, want))
		case math.IsNaN(*value) || math.IsInf(*value, 0):
			errs = append(errs, fmt.Errorf("%s::%s: must be a number, is %v", key, want, *value))
		}
	}
	return errs
}

// value of the objective, which must be valid.
func (o Objective) value() float64 {
	if o.AtLeast != nil {
		return *o.AtLeast
	}
	return *o.AtMost
}
