package modelstatisticsprocessor

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"

	"github.com/leeway-ml/leeway/internal/configread"
	"github.com/leeway-ml/leeway/internal/window"
	"github.com/leeway-ml/leeway/judge/calibration"
	"github.com/leeway-ml/leeway/judge/change"
	"github.com/leeway-ml/leeway/judge/drift"
	"github.com/leeway-ml/leeway/judge/estimate"
	"github.com/leeway-ml/leeway/judge/multivariate"
	"github.com/leeway-ml/leeway/judge/quality"
)

// Config of the processor. Everything has a default.
type Config struct {
	// Profiles is the ID of the extension that serves the reference profiles. Default: the only one there is; without any,
	// there is nothing to drift from, and only what needs no reference is published.
	Profiles *component.ID `mapstructure:"profiles"`
	// Windows to judge.
	Windows []WindowConfig `mapstructure:"windows"`
	// AllowedLateness is how much event time a summary may be behind the latest one and still be in time.
	AllowedLateness time.Duration `mapstructure:"allowed_lateness"`
	// IdleTimeout is how long nothing may come of a model before its event time goes on with the wall clock.
	IdleTimeout time.Duration `mapstructure:"idle_timeout"`
	// MaxFuture is how far ahead of the wall clock a summary may be; what is further ahead is refused.
	MaxFuture time.Duration `mapstructure:"max_future"`
	// EmitInterval is how often the last values are sent again, so that nobody forgets them.
	EmitInterval time.Duration `mapstructure:"emit_interval"`
	// Storage is the ID of the storage extension that keeps the windows over a restart. Default: none.
	Storage *component.ID `mapstructure:"storage"`
	// CheckpointInterval is how often what has changed is stored; 0s: before each batch is acknowledged.
	CheckpointInterval time.Duration `mapstructure:"checkpoint_interval"`
	Limits             Limits        `mapstructure:"limits"`
	// Drift configures the drift judge.
	Drift drift.Config `mapstructure:"drift"`
	// Multivariate configures the judge of inputs taken together, and of vectors.
	Multivariate multivariate.Config `mapstructure:"multivariate"`
	// Calibration configures the calibration judge, and which window's calibrator is published.
	Calibration calibration.Config `mapstructure:"calibration"`
	// Estimate configures the judge of quality without labels.
	Estimate estimate.Config `mapstructure:"estimate"`
	// Quality configures the judge of quality by labels.
	Quality quality.Config `mapstructure:"quality"`
	// Change configures the judge of changes of the loss.
	Change change.Config `mapstructure:"change"`
}

// WindowConfig is one window.
type WindowConfig struct {
	// Name becomes the label ml.window.
	Name string `mapstructure:"name"`
	// Length of the window. Default: what the name says, as in 1h, 24h or 7d.
	Length time.Duration `mapstructure:"length"`
	// Every so often it is judged. Default: about two dozen times its length.
	Every time.Duration `mapstructure:"every"`
}

// Limits bound the memory. What is beyond is refused, and counted.
type Limits struct {
	// MaxModels is how many model versions without a profile there may be, and how many with one.
	MaxModels int `mapstructure:"max_models"`
	// MaxSeries that one version of a model may have; a numeric feature is one, a categorical feature one a category.
	MaxSeries int `mapstructure:"max_series"`
	// MaxGroups is how many segments and arms of experiments one version of a model may have.
	MaxGroups int `mapstructure:"max_groups"`
}

func createDefaultConfig() component.Config {
	c := &Config{
		AllowedLateness:    2 * time.Minute,
		IdleTimeout:        time.Minute,
		MaxFuture:          time.Minute,
		EmitInterval:       time.Minute,
		CheckpointInterval: 10 * time.Second,
		Limits:             Limits{MaxModels: 500, MaxSeries: 20_000, MaxGroups: 200},
		Drift:              *drift.DefaultConfig(),
		Multivariate:       *multivariate.DefaultConfig(),
		Calibration:        *calibration.DefaultConfig(),
		Estimate:           *estimate.DefaultConfig(),
		Quality:            *quality.DefaultConfig(),
		Change:             *change.DefaultConfig(),
	}
	for _, d := range window.Defaults() {
		c.Windows = append(c.Windows, WindowConfig{Name: d.Name, Length: d.Length, Every: d.Every})
	}
	return c
}

// Unmarshal reads the configuration. Its errors name key and value, and what would be right.
func (c *Config) Unmarshal(conf *confmap.Conf) error { return configread.Into(c, conf) }

// Validate names every key that is wrong, and what would be right.
func (c *Config) Validate() error {
	var errs []error
	if len(c.Windows) == 0 {
		errs = append(errs, errors.New("windows: empty; name at least one, as in [{name: 24h}]"))
	}
	seen := map[string]bool{}
	for i, w := range c.Windows {
		d, err := w.definition()
		if err == nil {
			err = d.Validate()
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("windows[%d]: %w", i, err))
		}
		if seen[w.Name] {
			errs = append(errs, fmt.Errorf("windows[%d]: name: %q is taken by an earlier window", i, w.Name))
		}
		seen[w.Name] = true
	}
	if name := c.Calibration.Window; name != "" && !seen[name] {
		errs = append(errs, fmt.Errorf("calibration::window: there is no window %q; name one of windows, or leave it out for the longest", name))
	}
	for _, d := range []struct {
		key   string
		value time.Duration
		least time.Duration
	}{
		{"allowed_lateness", c.AllowedLateness, 0},
		{"idle_timeout", c.IdleTimeout, time.Second},
		{"max_future", c.MaxFuture, 0},
		{"emit_interval", c.EmitInterval, time.Second},
		{"checkpoint_interval", c.CheckpointInterval, 0},
	} {
		if d.value < d.least {
			errs = append(errs, fmt.Errorf("%s: %v must be at least %v", d.key, d.value, d.least))
		}
	}
	for _, n := range []struct {
		key   string
		value int
	}{{"max_models", c.Limits.MaxModels}, {"max_series", c.Limits.MaxSeries}, {"max_groups", c.Limits.MaxGroups}} {
		if n.value < 1 {
			errs = append(errs, fmt.Errorf("limits::%s: %d must be at least 1", n.key, n.value))
		}
	}
	return errors.Join(errs...)
}

// settings is the configuration in the words of package window. It must be valid.
func (c *Config) settings() *window.Settings {
	s := &window.Settings{AllowedLateness: c.AllowedLateness, Limits: window.Limits{Series: c.Limits.MaxSeries, Groups: c.Limits.MaxGroups}}
	for _, w := range c.Windows {
		d, _ := w.definition()
		s.Windows = append(s.Windows, d)
	}
	return s
}

// definition fills in what was left out.
func (w WindowConfig) definition() (window.Definition, error) {
	d := window.Definition{Name: w.Name, Length: w.Length, Every: w.Every}
	if d.Length == 0 {
		var err error
		if d.Length, err = lengthOf(d.Name); err != nil {
			return d, err
		}
	}
	if d.Every == 0 {
		d.Every = window.SuggestEvery(d.Length)
	}
	return d, nil
}

// lengthOf reads a name that is a length: a duration, or a number of days.
func lengthOf(name string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(name, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n <= 3650 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	length, err := time.ParseDuration(name)
	if err != nil || length <= 0 {
		return 0, fmt.Errorf("length: not given, and the name %q is no length such as 1h, 24h or 7d", name)
	}
	return length, nil
}
