package modelrollupprocessor

import (
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"

	"github.com/leeway-ml/leeway/internal/configread"
)

// Config of the processor. Everything has a default.
type Config struct {
	// Profiles is the ID of the extension that serves the reference profiles. Default: the only one there is; without any,
	// there are no bins, only plain totals.
	Profiles *component.ID `mapstructure:"profiles"`
	// Histograms sends running totals of the summaries' histograms, too, under their own names and with all of their bins.
	Histograms bool `mapstructure:"histograms"`
	// EmitInterval is how often everything is sent again, so that nobody forgets it.
	EmitInterval time.Duration `mapstructure:"emit_interval"`
	// MaxStale is how long a series is kept to which nothing is added.
	MaxStale time.Duration `mapstructure:"max_stale"`
	// MaxFuture is how far ahead of the wall clock a summary may be; what is further ahead is refused.
	MaxFuture time.Duration `mapstructure:"max_future"`
	Limits    Limits        `mapstructure:"limits"`
}

// Limits bound the memory, and what a metrics store is charged with. What is beyond is refused, and counted.
type Limits struct {
	// MaxModels is how many model versions without a profile there may be, and how many with one.
	MaxModels int `mapstructure:"max_models"`
	// MaxSeries is how many series one version of a model may have, counting each bin.
	MaxSeries int `mapstructure:"max_series"`
}

func createDefaultConfig() component.Config {
	return &Config{
		EmitInterval: time.Minute,
		MaxStale:     24 * time.Hour,
		MaxFuture:    time.Minute,
		Limits:       Limits{MaxModels: 500, MaxSeries: 50_000},
	}
}

// Unmarshal reads the configuration. Its errors name key and value, and what would be right.
func (c *Config) Unmarshal(conf *confmap.Conf) error { return configread.Into(c, conf) }

// Validate names every key that is wrong, and what would be right.
func (c *Config) Validate() error {
	var errs error
	for _, d := range []struct {
		key          string
		value, least time.Duration
	}{
		{"emit_interval", c.EmitInterval, time.Second},
		{"max_stale", c.MaxStale, time.Minute},
		{"max_future", c.MaxFuture, 0},
	} {
		if d.value < d.least {
			errs = errors.Join(errs, fmt.Errorf("%s: %v must be at least %v", d.key, d.value, d.least))
		}
	}
	for _, n := range []struct {
		key   string
		value int
	}{{"max_models", c.Limits.MaxModels}, {"max_series", c.Limits.MaxSeries}} {
		if n.value < 1 {
			errs = errors.Join(errs, fmt.Errorf("limits::%s: %d must be at least 1", n.key, n.value))
		}
	}
	return errs
}
