package multivariate

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDefaultConfigIsValid(t *testing.T) {
	require.NoError(t, DefaultConfig().Validate())
}

func TestValidate(t *testing.T) {
	for want, change := range map[string]func(*Config){
		`statistics[1]: unknown statistic "mmd2"; use "all", or some of reconstruction_shift, mmd,`: func(c *Config) { c.Statistics = []string{"mmd", "mmd2"} },
		`statistics[0]: "all" stands alone`:                                             func(c *Config) { c.Statistics = []string{"all", "mmd"} },
		`min_samples: must be 1 or more, is 0`:                                          func(c *Config) { c.MinSamples = 0 },
		`factor: must be 0 (only floors count) or more, is NaN`:                         func(c *Config) { c.Factor = math.NaN() },
		`factor: must be 0 (only floors count) or more, is -1`:                          func(c *Config) { c.Factor = -1 },
		`min_chunks: must be 1 or more, is -3`:                                          func(c *Config) { c.MinChunks = -3 },
		`limits::mmd::floor: must be 0 (the default) or more, is -0.1`:                  func(c *Config) { c.Limits = map[string]Limit{"mmd": {Floor: -0.1}} },
		`limits::mean_distance::constant: must be 0 (the default) or more, is +Inf`:     func(c *Config) { c.Limits = map[string]Limit{"mean_distance": {Constant: math.Inf(1)}} },
		`limits::cosine_distance: "cosine_distance" has no limit; use one of reconstru`: func(c *Config) { c.Limits = map[string]Limit{"cosine_distance": {Floor: 1}} },
	} {
		cfg := DefaultConfig()
		change(cfg)
		assert.ErrorContains(t, cfg.Validate(), want)
		_, err := New(cfg)
		assert.ErrorContains(t, err, "multivariate: ")
	}
}

func TestLimits(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Limits = map[string]Limit{"mmd": {Floor: 0.3}, "correlation_shift": {Constant: 0.5}}
	limits := cfg.limits()
	assert.Equal(t, Limit{Floor: 0.3, Constant: 0.06}, limits[mmd])
	assert.Equal(t, Limit{Floor: 0.1, Constant: 0.5}, limits[correlationShift])
	assert.Equal(t, Limit{Floor: 0.1, Constant: 0.2}, limits[reconstructionShift])
}
