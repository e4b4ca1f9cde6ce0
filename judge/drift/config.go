package drift

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Config of the judge. docs/drift.md explains it.
type Config struct {
	// Statistics to publish, by the last part of their metric's name, or the one word "all". Empty: the default set, at most
	// 12 series a feature and window. Statistics that a variable's type doesn't have are left out.
	Statistics []string `mapstructure:"statistics"`
	// Primary is the statistic that says whether something drifted. It is always published, with threshold and noise.
	Primary string `mapstructure:"primary"`
	// MinSamples a window must hold of a variable before anything but their number is published.
	MinSamples uint64 `mapstructure:"min_samples"`
	// MinExpected is how many observations each bin of a divergence must expect, of the window and of the reference; thinner
	// ones are merged. 0 merges nothing.
	MinExpected float64 `mapstructure:"min_expected"`
	// Floor is what smaller shares count as in PSI and KL.
	Floor float64 `mapstructure:"floor"`
	// SameHours compares a window with the reference of the hours that its traffic fell on, where the profile has a rhythm.
	SameHours bool `mapstructure:"same_hours"`
	// BeyondNoise wants a value above the 99th percentile of its noise, and a share three standard errors away.
	BeyondNoise bool `mapstructure:"beyond_noise"`
	// Factor times how far the reference's own chunks stray is the limit, where that is more than the limit's floor.
	Factor float64 `mapstructure:"factor"`
	// MinChunks of a window's length the reference must have had; with fewer the limit is the constant.
	MinChunks int `mapstructure:"min_chunks"`
	// Limits by statistic; those not named keep their defaults.
	Limits map[string]Limit `mapstructure:"limits"`
	// Quantiles to publish where `statistics` has quantile.
	Quantiles []float64 `mapstructure:"quantiles"`
	// Features by name, for those that are to be judged otherwise.
	Features map[string]Override `mapstructure:"features"`
	// Prediction and GroundTruth likewise.
	Prediction  Override `mapstructure:"prediction"`
	GroundTruth Override `mapstructure:"ground_truth"`
}

// Limit is how large a statistic's excess over the noise to be expected (or the value itself, where no chi-square law holds;
// or a share's difference) may be. 0 keeps the default.
type Limit struct {
	// Floor is the least limit, whatever the chunks say.
	Floor float64 `mapstructure:"floor"`
	// Constant is the limit where there are no chunks to learn from.
	Constant float64 `mapstructure:"constant"`
}

// Override changes how one variable is judged. Zero values change nothing.
type Override struct {
	// Ignore leaves the variable out of every statistic.
	Ignore     bool             `mapstructure:"ignore"`
	Primary    string           `mapstructure:"primary"`
	MinSamples uint64           `mapstructure:"min_samples"`
	Limits     map[string]Limit `mapstructure:"limits"`
	// Factor is nil where the configuration's holds.
	Factor *float64 `mapstructure:"factor"`
}

// all is the word for every statistic.
const all = "all"

// DefaultConfig is what an empty configuration means.
func DefaultConfig() *Config {
	return &Config{
		Primary:     "psi",
		MinSamples:  100,
		MinExpected: 5,
		Floor:       1e-4,
		SameHours:   true,
		BeyondNoise: true,
		Factor:      1.2,
		MinChunks:   5,
		Quantiles:   []float64{0.05, 0.5, 0.95},
	}
}

// Validate refuses what can't be meant; the error names key and value.
func (c *Config) Validate() error {
	var errs []error
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	for i, name := range c.Statistics {
		if _, ok := find(name); !ok && name != all {
			refuse("statistics[%d]: unknown statistic %q; use %q, or some of %s", i, name, all, strings.Join(Statistics(), ", "))
		}
		if name == all && len(c.Statistics) > 1 {
			refuse("statistics[%d]: %q stands alone", i, all)
		}
	}
	refusePrimary := func(key, name string) {
		if !slices.Contains(Judged(), name) {
			refuse("%s: %q is not judged; use one of %s", key, name, strings.Join(Judged(), ", "))
		}
	}
	refuseLimits := func(prefix string, limits map[string]Limit) {
		for _, name := range slices.Sorted(maps.Keys(limits)) {
			s, ok := find(name)
			if !ok || table[s].limit == (Limit{}) {
				refuse("%slimits::%s: %q has no limit; use one of %s", prefix, name, name, strings.Join(limited(), ", "))
			}
			l := limits[name]
			for _, x := range []struct {
				key   string
				value float64
			}{{"floor", l.Floor}, {"constant", l.Constant}} {
				if !(x.value >= 0) || math.IsInf(x.value, 0) {
					refuse("%slimits::%s::%s: must be 0 or more, is %v", prefix, name, x.key, x.value)
				}
			}
		}
	}
	refusePrimary("primary", c.Primary)
	if c.MinSamples < 1 {
		refuse("min_samples: must be 1 or more, is %d", c.MinSamples)
	}
	if !(c.MinExpected >= 0) || math.IsInf(c.MinExpected, 0) {
		refuse("min_expected: must be 0 (merge nothing) or more, is %v", c.MinExpected)
	}
	if !(c.Floor > 0 && c.Floor <= 0.1) {
		refuse("floor: must be above 0 and at most 0.1, is %v", c.Floor)
	}
	refuseFactor := func(prefix string, x float64) {
		if !(x >= 0) || math.IsInf(x, 0) {
			refuse("%sfactor: must be 0 (only floors count) or more, is %v", prefix, x)
		}
	}
	refuseFactor("", c.Factor)
	if c.MinChunks < 1 {
		refuse("min_chunks: must be 1 or more, is %d", c.MinChunks)
	}
	for i, p := range c.Quantiles {
		if !(p > 0 && p < 1) {
			refuse("quantiles[%d]: must be between 0 and 1, is %v", i, p)
		}
	}
	refuseLimits("", c.Limits)
	override := func(prefix string, o Override) {
		if o.Primary != "" {
			refusePrimary(prefix+"primary", o.Primary)
		}
		if o.Factor != nil {
			refuseFactor(prefix, *o.Factor)
		}
		refuseLimits(prefix, o.Limits)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Features)) {
		override("features::"+name+"::", c.Features[name])
	}
	override("prediction::", c.Prediction)
	override("ground_truth::", c.GroundTruth)
	return errors.Join(errs...)
}

// limited lists the statistics that have a limit.
func limited() []string {
	var names []string
	for _, row := range table {
		if row.limit != (Limit{}) {
			names = append(names, row.name)
		}
	}
	return names
}
