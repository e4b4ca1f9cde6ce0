package change

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConfigErrors(t *testing.T) {
	require.NoError(t, DefaultConfig().Validate())
	for _, test := range []struct {
		change func(*Config)
		errors string
	}{
		{func(c *Config) { c.Losses = []string{"accuracy"} }, `losses[0]: unknown loss "accuracy"; use some of error, absolute, squared, log, brier`},
		{func(c *Config) { c.Losses = []string{"log", "log"} }, `losses[1]: "log" occurs twice; remove one`},
		{func(c *Config) { c.MinSamples = 0 }, "min_samples: must be 1 or more, is 0"},
		{func(c *Config) { c.RunLength = 0.05 }, "run_length: how many panes are to pass between false alarms must be 10 or more, is 0.05"},
		{func(c *Config) { c.RunLength = math.Inf(1) }, "run_length: how many panes are to pass between false alarms must be 10 or more, is +Inf"},
		{func(c *Config) { c.Tolerance = -0.1 }, "tolerance: must be 0 or more (0.1: 10 % more loss is no change), is -0.1"},
		{func(c *Config) { c.Factor = math.NaN() }, "factor: must be 0 (only the tolerance counts) or more, is NaN"},
		{func(c *Config) { c.MinChunks = 0; c.MinSamples = 0 }, "min_samples: must be 1 or more, is 0\nmin_chunks: must be 1 or more, is 0"},
	} {
		c := DefaultConfig()
		test.change(c)
		require.EqualError(t, c.Validate(), test.errors)
		_, err := New(c)
		assert.ErrorContains(t, err, "change: ")
	}
}
