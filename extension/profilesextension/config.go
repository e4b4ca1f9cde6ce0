package profilesextension

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/xconfmap"

	"github.com/leeway-ml/leeway/internal/configread"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/learn"
)

// Config of the extension.
type Config struct {
	// Directory holds profiles as *.json files. Empty: none.
	Directory string `mapstructure:"directory"`
	// RescanInterval is how often the directory is looked through, beside the file system's own notifications.
	RescanInterval time.Duration `mapstructure:"rescan_interval"`
	// Server serves the profiles in force over HTTP.
	Server configoptional.Optional[confighttp.ServerConfig] `mapstructure:"server"`
	// Source is another Collector's Server to take profiles from.
	Source configoptional.Optional[SourceConfig] `mapstructure:"source"`
	// Learn makes profiles out of live traffic, for models that have none.
	Learn configoptional.Optional[LearnConfig] `mapstructure:"learn"`
	// Storage is the storage extension that keeps learned profiles, unfinished learning, calibrators, and what the source last had.
	Storage *component.ID `mapstructure:"storage"`
	// MaxProfiles is how many profiles can be in force.
	MaxProfiles int `mapstructure:"max_profiles"`
	// MaxProfileSize is how many bytes the JSON of one profile can have.
	MaxProfileSize int64 `mapstructure:"max_profile_size"`
	// MaxCalibrators is how many calibrators can be kept of those published here, and as many again of the source's.
	MaxCalibrators int `mapstructure:"max_calibrators"`
}

// SourceConfig is where profiles are taken from.
type SourceConfig struct {
	// Client reaches the other Collector; its endpoint is a URL without a path, as in http://gateway:4319.
	Client confighttp.ClientConfig `mapstructure:",squash"`
	// PollInterval is how often the source is asked for changes.
	PollInterval time.Duration `mapstructure:"poll_interval"`
}

// LearnConfig says what a learned profile is made of: whole hours of event time.
type LearnConfig struct {
	// Observations: the first hours that together have so many predictions.
	Observations uint64 `mapstructure:"observations"`
	// Duration: so much event time from the first prediction's hour on. Excludes Observations.
	Duration time.Duration `mapstructure:"duration"`
	// MinObservations is how many predictions a Duration must hold.
	MinObservations uint64 `mapstructure:"min_observations"`
	// Refresh makes the profile anew so often, out of the last Duration. 0: a profile once learned stays.
	Refresh time.Duration `mapstructure:"refresh"`
	// Windows, by name as in ml.window, whose length chunks of the reference are given, to learn how far each statistic
	// strays by itself. They should be those of model_statistics.
	Windows []string `mapstructure:"windows"`
	// TimeZone of the rhythm, as in the IANA database.
	TimeZone string `mapstructure:"time_zone"`
	// MaxModels is how many model versions can be learned at a time.
	MaxModels int `mapstructure:"max_models"`
	// MaxFeatures is how many features of a model are learned.
	MaxFeatures int `mapstructure:"max_features"`
	// MaxModelSize is how many bytes the unfinished learning of one model version can take.
	MaxModelSize int64 `mapstructure:"max_model_size"`
	// CheckpointInterval is how often unfinished learning goes into the storage extension.
	CheckpointInterval time.Duration `mapstructure:"checkpoint_interval"`
}

const defaultEndpoint = "localhost:4319"

var _ xconfmap.Validator = (*Config)(nil)

func createDefaultConfig() component.Config {
	server := confighttp.NewDefaultServerConfig()
	server.NetAddr.Endpoint = defaultEndpoint
	client := confighttp.NewDefaultClientConfig()
	client.Timeout = 30 * time.Second
	return &Config{
		Directory:      "./profiles",
		RescanInterval: 30 * time.Second,
		Server:         configoptional.Default(server),
		Source:         configoptional.Default(SourceConfig{Client: client, PollInterval: time.Minute}),
		Learn: configoptional.Default(LearnConfig{
			MinObservations:    1000,
			Windows:            []string{"1h", "24h", "7d"},
			MaxModels:          50,
			MaxFeatures:        1000,
			MaxModelSize:       32 << 20,
			CheckpointInterval: time.Minute,
		}),
		MaxProfiles:    1000,
		MaxProfileSize: 32 << 20,
		MaxCalibrators: 1000,
	}
}

// defaultObservations is what learn stands for where it says neither observations nor duration.
const defaultObservations = 10_000

// Unmarshal reads the configuration. Its errors name key and value, and what would be right.
func (c *Config) Unmarshal(conf *confmap.Conf) error { return configread.Into(c, conf) }

// Validate says which key is wrong and what would be right.
func (c *Config) Validate() error {
	var errs []error
	if c.RescanInterval < time.Second {
		errs = append(errs, fmt.Errorf("rescan_interval: %v is too short; use at least 1s", c.RescanInterval))
	}
	if c.MaxProfiles < 1 {
		errs = append(errs, fmt.Errorf("max_profiles: %d leaves no profile; use at least 1", c.MaxProfiles))
	}
	if c.MaxProfileSize < 1024 {
		errs = append(errs, fmt.Errorf("max_profile_size: no profile fits in %d bytes; a profile of 100 features has about 1 MB", c.MaxProfileSize))
	}
	if c.MaxProfileSize > profile.MaxSize {
		errs = append(errs, fmt.Errorf("max_profile_size: %d is more than any profile can have; use at most %d", c.MaxProfileSize, profile.MaxSize))
	}
	if c.MaxCalibrators < 1 {
		errs = append(errs, fmt.Errorf("max_calibrators: %d leaves no calibrator; use at least 1", c.MaxCalibrators))
	}
	return errors.Join(errs...)
}

// Validate says which key is wrong and what would be right.
func (c *SourceConfig) Validate() error {
	var errs []error
	u, err := url.Parse(c.Client.Endpoint)
	switch {
	case c.Client.Endpoint == "":
		errs = append(errs, errors.New("endpoint: missing; name the other Collector's profiles server, as in http://gateway:4319"))
	case err != nil:
		errs = append(errs, fmt.Errorf("endpoint: %w", err))
	case (u.Scheme != "http" && u.Scheme != "https") || u.Host == "":
		errs = append(errs, fmt.Errorf("endpoint: %q is no HTTP URL; write it as http://host:port or https://host:port", c.Client.Endpoint))
	case u.RawQuery != "" || u.Fragment != "":
		errs = append(errs, fmt.Errorf("endpoint: %q must end before the ? or #", c.Client.Endpoint))
	}
	if c.PollInterval < time.Second {
		errs = append(errs, fmt.Errorf("poll_interval: %v is too short; use at least 1s", c.PollInterval))
	}
	if c.Client.Timeout <= 0 {
		errs = append(errs, fmt.Errorf("timeout: %v would wait for ever; use a few seconds", c.Client.Timeout))
	}
	return errors.Join(errs...)
}

// Validate says which key is wrong and what would be right.
func (c *LearnConfig) Validate() error {
	var errs []error
	if c.Observations > 0 && c.Duration > 0 {
		errs = append(errs, errors.New("observations and duration exclude each other; keep one"))
	}
	if c.Duration < 0 || c.Duration%time.Hour != 0 || c.Duration > 8*7*24*time.Hour {
		errs = append(errs, fmt.Errorf("duration: %v must be whole hours, at most 1344h (eight weeks)", c.Duration))
	}
	if c.Refresh < 0 || c.Refresh%time.Hour != 0 {
		errs = append(errs, fmt.Errorf("refresh: %v must be whole hours, as in 24h", c.Refresh))
	}
	if c.Refresh > 0 && c.Duration == 0 {
		errs = append(errs, errors.New("refresh: needs duration, the length of the window that is the reference, as in 168h"))
	}
	if c.MinObservations < 1 {
		errs = append(errs, errors.New("min_observations: 0 would make a profile of nothing; use at least 1"))
	}
	if _, err := time.LoadLocation(c.TimeZone); err != nil || c.TimeZone == "Local" {
		errs = append(errs, fmt.Errorf("time_zone: %q is not known; write it as in the IANA database, like Europe/Berlin", c.TimeZone))
	}
	for i, window := range c.Windows {
		if _, err := learn.ParseWindow(window); err != nil {
			errs = append(errs, fmt.Errorf("windows[%d]: %w", i, err))
		}
	}
	if c.MaxModels < 1 {
		errs = append(errs, fmt.Errorf("max_models: %d leaves nothing to learn; use at least 1", c.MaxModels))
	}
	if c.MaxFeatures < 1 {
		errs = append(errs, fmt.Errorf("max_features: %d leaves nothing to learn; use at least 1", c.MaxFeatures))
	}
	if c.MaxModelSize < 1<<20 {
		errs = append(errs, fmt.Errorf("max_model_size: %d is too small; use at least 1048576 (1 MiB)", c.MaxModelSize))
	}
	if c.CheckpointInterval < time.Second {
		errs = append(errs, fmt.Errorf("checkpoint_interval: %v is too short; use at least 1s", c.CheckpointInterval))
	}
	return errors.Join(errs...)
}
