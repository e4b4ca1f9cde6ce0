package drift

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
		`statistics[1]: unknown statistic "psy"; use "all", or some of psi, kl,`: func(c *Config) { c.Statistics = []string{"psi", "psy"} },
		`statistics[1]: "all" stands alone`:                                      func(c *Config) { c.Statistics = []string{"psi", "all"} },
		`primary: "ks_p_value" is not judged; use one of psi,`:                   func(c *Config) { c.Primary = "ks_p_value" },
		`primary: "" is not judged`:                                              func(c *Config) { c.Primary = "" },
		`min_samples: must be 1 or more, is 0`:                                   func(c *Config) { c.MinSamples = 0 },
		`min_expected: must be 0 (merge nothing) or more, is -1`:                 func(c *Config) { c.MinExpected = -1 },
		`floor: must be above 0 and at most 0.1, is 0`:                           func(c *Config) { c.Floor = 0 },
		`factor: must be 0 (only floors count) or more, is NaN`:                  func(c *Config) { c.Factor = math.NaN() },
		`min_chunks: must be 1 or more, is 0`:                                    func(c *Config) { c.MinChunks = 0 },
		`quantiles[0]: must be between 0 and 1, is 95`:                           func(c *Config) { c.Quantiles = []float64{95} },
		`limits::psi::floor: must be 0 or more, is -0.1`:                         func(c *Config) { c.Limits = map[string]Limit{"psi": {Floor: -0.1}} },
		`limits::mean: "mean" has no limit; use one of psi,`:                     func(c *Config) { c.Limits = map[string]Limit{"mean": {Floor: 1}} },
		`features::age::primary: "mean" is not judged`:                           func(c *Config) { c.Features = map[string]Override{"age": {Primary: "mean"}} },
		`features::age::limits::kl::constant: must be 0 or more, is +Inf`: func(c *Config) {
			c.Features = map[string]Override{"age": {Limits: map[string]Limit{"kl": {Constant: math.Inf(1)}}}}
		},
		`prediction::factor: must be 0 (only floors count) or more, is -1`:         func(c *Config) { x := -1.0; c.Prediction.Factor = &x },
		`prediction::primary: "PSI" is not judged; use one of psi, kl,`:            func(c *Config) { c.Prediction.Primary = "PSI" },
		`ground_truth::limits::nothing: "nothing" has no limit; use one of psi, k`: func(c *Config) { c.GroundTruth.Limits = map[string]Limit{"nothing": {}} },
	} {
		cfg := DefaultConfig()
		change(cfg)
		assert.ErrorContains(t, cfg.Validate(), want)
		_, err := New(cfg)
		assert.ErrorContains(t, err, "drift: ")
	}
}
