package quality

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/semconv"
)

func TestDefaultConfig(t *testing.T) { require.NoError(t, DefaultConfig().Validate()) }

func TestValidate(t *testing.T) {
	for want, change := range map[string]func(*Config){
		`statistics[0]: unknown measure "auc"; use "all", or some of accuracy, `: func(c *Config) { c.Statistics = []string{"auc"} },
		`statistics[1]: "all" stands alone`:                                      func(c *Config) { c.Statistics = []string{"f1", "all"} },
		"min_samples: must be 1 or more, is 0":                                   func(c *Config) { c.MinSamples = 0 },
		"max_classes: must be 0 (no measures by class) or more, is -1":           func(c *Config) { c.MaxClasses = -1 },
		"beta: must be above 0, is 0":                                            func(c *Config) { c.Beta = 0 },
		"quantiles[0]: must be between 0 and 1, is 1":                            func(c *Config) { c.Quantiles = []float64{1} },
		"factor: must be 0 (only tolerances count) or more, is NaN":              func(c *Config) { c.Factor = math.NaN() },
		"min_chunks: must be 1 or more, is 0":                                    func(c *Config) { c.MinChunks = 0 },
		`judged[0]: "r2" can't be judged; use some of accuracy, `:                func(c *Config) { c.Judged = &[]string{"r2"} },
		`tolerances::x: "x" can't be judged; use some of accuracy, `:             func(c *Config) { c.Tolerances = map[string]float64{"x": 1} },
		"tolerances::f1: must be 0 or more, is -1":                               func(c *Config) { c.Tolerances = map[string]float64{"f1": -1} },
		"objectives::f1: must have at_least, and only that":                      func(c *Config) { c.Objectives = map[string]Objective{"f1": {AtMost: at(1)}} },
		"objectives::rmse: must have at_most, and only that":                     func(c *Config) { c.Objectives = map[string]Objective{"rmse": {}} },
		"objectives::rmse::at_most: must be a number, is NaN":                    func(c *Config) { c.Objectives = map[string]Objective{"rmse": {AtMost: at(math.NaN())}} },
		`models::fraud::objectives::mape: "mape" can't be judged; use one of accuracy, `: func(c *Config) {
			c.Models = map[string]Model{"fraud": {Objectives: map[string]Objective{"mape": {AtMost: at(1)}}}}
		},
	} {
		cfg := DefaultConfig()
		change(cfg)
		err := cfg.Validate()
		require.Error(t, err, want)
		assert.Contains(t, err.Error(), want)
		_, err = New(cfg)
		assert.ErrorContains(t, err, "quality: ")
	}
}

// Every measure has its name in the conventions.
func TestNames(t *testing.T) {
	for _, name := range Statistics() {
		assert.Equal(t, "ml.quality."+name, semconv.Quality(name))
		assert.NotNil(t, find(name))
	}
	assert.Nil(t, find("no"))
	assert.Subset(t, Statistics(), Judged())
	j := newJudge(t, nil)
	assert.Equal(t, "quality", j.Name())
	assert.True(t, j.Wants(semconv.MetricOutcomeOdds))
	assert.False(t, j.Wants(semconv.MetricFeatureValue))
}
