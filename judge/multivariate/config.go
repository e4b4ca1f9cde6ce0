package multivariate

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Config of the judge. docs/multivariate-drift.md explains it.
type Config struct {
	// Statistics to publish, by the last part of their metric's name, or the one word "all". Empty: all. What is not published
	// is not judged.
	Statistics []string `mapstructure:"statistics"`
	// MinSamples a window must hold before anything is published.
	MinSamples uint64 `mapstructure:"min_samples"`
	// SameHours compares a window with the reference of the hours that its traffic fell on, where the profile has a rhythm.
	SameHours bool `mapstructure:"same_hours"`
	// BeyondNoise wants a value above the 99th percentile of its noise.
	BeyondNoise bool `mapstructure:"beyond_noise"`
	// Factor times how far the reference's own chunks stray is the limit, where that is more than the limit's floor.
	Factor float64 `mapstructure:"factor"`
	// MinChunks of a window's length the reference must have had; with fewer the limit is the constant.
	MinChunks int `mapstructure:"min_chunks"`
	// Limits by statistic; those not named keep their defaults.
	Limits map[string]Limit `mapstructure:"limits"`
}

// Limit is how large a statistic's excess over the noise to be expected may be. 0 keeps the default.
type Limit struct {
	// Floor is the least limit, whatever the chunks say.
	Floor float64 `mapstructure:"floor"`
	// Constant is the limit where there are no chunks to learn from.
	Constant float64 `mapstructure:"constant"`
}

// all is the word for every statistic.
const all = "all"

// DefaultConfig is what an empty configuration means.
func DefaultConfig() *Config {
	return &Config{MinSamples: 100, SameHours: true, BeyondNoise: true, Factor: 1.2, MinChunks: 5}
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
	if c.MinSamples < 1 {
		refuse("min_samples: must be 1 or more, is %d", c.MinSamples)
	}
	if !(c.Factor >= 0) || math.IsInf(c.Factor, 0) {
		refuse("factor: must be 0 (only floors count) or more, is %v", c.Factor)
	}
	if c.MinChunks < 1 {
		refuse("min_chunks: must be 1 or more, is %d", c.MinChunks)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Limits)) {
		if !slices.Contains(Judged(), name) {
			refuse("limits::%s: %q has no limit; use one of %s", name, name, strings.Join(Judged(), ", "))
			continue
		}
		l := c.Limits[name]
		for _, x := range []struct {
			key   string
			value float64
		}{{"floor", l.Floor}, {"constant", l.Constant}} {
			if !(x.value >= 0) || math.IsInf(x.value, 0) {
				refuse("limits::%s::%s: must be 0 (the default) or more, is %v", name, x.key, x.value)
			}
		}
	}
	return errors.Join(errs...)
}

// limits are the defaults with the configuration's.
func (c *Config) limits() (limits [statistics]Limit) {
	for s := range statistics {
		limits[s] = table[s].limit
		l := c.Limits[table[s].name]
		if l.Floor > 0 {
			limits[s].Floor = l.Floor
		}
		if l.Constant > 0 {
			limits[s].Constant = l.Constant
		}
	}
	return limits
}
