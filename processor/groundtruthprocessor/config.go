package groundtruthprocessor

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/internal/configread"
	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/internal/join"
	"github.com/leeway-ml/leeway/semconv"
)

// Config of the processor. Everything has a default.
type Config struct {
	// TimeToLive is how long, in event time, a prediction waits for its truth, and a truth for its prediction.
	TimeToLive time.Duration `mapstructure:"time_to_live"`
	// Settle is how long, from the first truth on, another one may take its place; 0s: the first to come counts.
	Settle time.Duration `mapstructure:"settle"`
	// AllowedLateness is how much event time an event may be behind the latest one of its model and still be in time.
	AllowedLateness time.Duration `mapstructure:"allowed_lateness"`
	// IdleTimeout is how long nothing may come of a model before its event time goes on with the wall clock.
	IdleTimeout time.Duration `mapstructure:"idle_timeout"`
	// MaxFuture is how far ahead of the wall clock an event may be and still move event time.
	MaxFuture time.Duration `mapstructure:"max_future"`
	// Segments are the slices whose keys outcomes carry: attributes of the prediction, or inputs. As in model_summary.
	Segments [][]string `mapstructure:"segments"`
	// Inputs are the names of the inputs that outcomes carry; ["*"]: all.
	Inputs []string `mapstructure:"inputs"`
	// Storage is the ID of the storage extension that keeps what waits. Default: memory.
	Storage *component.ID `mapstructure:"storage"`
	Limits  Limits        `mapstructure:"limits"`
	// Fields says where telemetry that is not by our names keeps what an event must carry.
	Fields event.FieldsConfig `mapstructure:"fields"`
}

// Limits bound what is held.
type Limits struct {
	// MaxWaiting is how many prediction ids are remembered; beyond, the oldest of the model with the most are let go.
	MaxWaiting int `mapstructure:"max_waiting"`
	// MaxMemoryMiB likewise, for what is held in memory.
	MaxMemoryMiB int `mapstructure:"max_memory_mib"`
	// MaxEventBytes is how large what is remembered under one prediction id may be; more is passed on, not remembered.
	MaxEventBytes int `mapstructure:"max_event_bytes"`
	// MaxModels of which something is remembered.
	MaxModels int `mapstructure:"max_models"`
}

// allInputs stands for every input.
const allInputs = "*"

func createDefaultConfig() component.Config {
	return &Config{
		TimeToLive:      7 * 24 * time.Hour,
		AllowedLateness: 2 * time.Minute,
		IdleTimeout:     time.Minute,
		MaxFuture:       time.Minute,
		Limits: Limits{
			MaxWaiting:    10_000_000,
			MaxMemoryMiB:  512,
			MaxEventBytes: 4096,
			MaxModels:     500,
		},
	}
}

// Unmarshal reads the configuration. Its errors name key and value, and what would be right.
func (c *Config) Unmarshal(conf *confmap.Conf) error { return configread.Into(c, conf) }

// maxTimeToLive keeps sums of times within 63 bits.
const maxTimeToLive = 10 * 366 * 24 * time.Hour

// Validate names every key that is wrong, and what would be right.
func (c *Config) Validate() error {
	var errs error
	bad := func(format string, args ...any) { errs = errors.Join(errs, fmt.Errorf(format, args...)) }
	if c.TimeToLive < time.Second || c.TimeToLive > maxTimeToLive {
		bad("time_to_live: %v must be from 1s to %v: how long after its prediction a truth may be, as in 168h", c.TimeToLive, maxTimeToLive)
	}
	if c.Settle < 0 || c.Settle > c.TimeToLive {
		bad("settle: %v must be from 0s (the first truth counts) to time_to_live, which is %v", c.Settle, c.TimeToLive)
	}
	for _, d := range []struct {
		key   string
		value time.Duration
	}{{"allowed_lateness", c.AllowedLateness}, {"idle_timeout", c.IdleTimeout}, {"max_future", c.MaxFuture}} {
		if d.value < 0 {
			bad("%s: %v must not be negative", d.key, d.value)
		}
	}
	for i, keys := range c.Segments {
		for _, key := range keys {
			if key == "" || key == semconv.AttrPredictionID {
				bad("segments[%d]: %q can't be a key of a slice; name an attribute of the prediction, or an input", i, key)
			}
		}
		if len(keys) == 0 {
			bad("segments[%d]: empty; name the attributes of the slice, as in [country, device]", i)
		}
	}
	if slices.Contains(c.Inputs, "") {
		bad(`inputs: an empty name; name inputs, or "*" for all of them`)
	}
	for _, limit := range []struct {
		key          string
		value, least int
	}{
		{"max_waiting", c.Limits.MaxWaiting, 1},
		{"max_memory_mib", c.Limits.MaxMemoryMiB, 1},
		{"max_event_bytes", c.Limits.MaxEventBytes, 256},
		{"max_models", c.Limits.MaxModels, 1},
	} {
		if limit.value < limit.least {
			bad("limits::%s: %d must be at least %d", limit.key, limit.value, limit.least)
		}
	}
	if _, err := c.Fields.Compile(component.TelemetrySettings{Logger: zap.NewNop()}); err != nil {
		bad("fields: %w", err)
	}
	return errs
}

func (c *Config) rules() join.Rules {
	return join.Rules{TimeToLive: int64(c.TimeToLive), Settle: int64(c.Settle)}
}

// segmentKeys are the keys of all slices, each once.
func (c *Config) segmentKeys() []string {
	var keys []string
	for _, list := range c.Segments {
		for _, key := range list {
			if !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys
}
