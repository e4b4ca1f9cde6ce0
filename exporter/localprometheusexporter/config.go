package localprometheusexporter

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/xconfmap"

	"github.com/leeway-ml/leeway/internal/configread"
)

// Config of the exporter.
type Config struct {
	// Server answers Prometheus' HTTP API and serves the page.
	Server confighttp.ServerConfig `mapstructure:",squash"`
	// Directory holds the store. One process a directory.
	Directory string `mapstructure:"directory"`
	// Retention says what is kept.
	Retention RetentionConfig `mapstructure:"retention"`
	// MaxSeries is how many series can have a sample in the last hours; samples of further ones are dropped.
	MaxSeries uint64 `mapstructure:"max_series"`
	// Query limits what a query may cost.
	Query QueryConfig `mapstructure:"query"`
	// Rules says which rules are evaluated.
	Rules RulesConfig `mapstructure:"rules"`
	// Alertmanagers get the alerts. None by default.
	Alertmanagers []confighttp.ClientConfig `mapstructure:"alertmanagers"`
	// OwnMetrics is where the collector's own metrics are read, for the rules about the collector.
	OwnMetrics configoptional.Optional[OwnMetricsConfig] `mapstructure:"own_metrics"`
}

// RetentionConfig says what is kept: what passes one of the two is removed, oldest first, a block at a time.
type RetentionConfig struct {
	// Time before the newest sample. Samples may arrive in any order within it.
	Time time.Duration `mapstructure:"time"`
	// Size in bytes.
	Size int64 `mapstructure:"size"`
}

// QueryConfig limits what a query may cost.
type QueryConfig struct {
	Timeout time.Duration `mapstructure:"timeout"`
	// MaxConcurrent queries of the API; further ones wait.
	MaxConcurrent int `mapstructure:"max_concurrent"`
	// MaxSamples that a query may hold in memory at once.
	MaxSamples int `mapstructure:"max_samples"`
	// Lookback is how old a series' last sample may be for the series to be there.
	Lookback time.Duration `mapstructure:"lookback"`
}

// RulesConfig says which rules are evaluated.
type RulesConfig struct {
	// Directory of *.rules.yaml files that stand in for the built-in ones. Empty: the built-in ones.
	Directory string `mapstructure:"directory"`
	// Fleet adds the built-in rules that recompute drift from the roll-ups of many collectors. They cost most of all, and say nothing
	// new of a pipeline that model_statistics judges.
	Fleet bool `mapstructure:"fleet"`
	// ReplayInterval is the step, in event time, at which rules are evaluated over a history that is being replayed.
	ReplayInterval time.Duration `mapstructure:"replay_interval"`
}

// OwnMetricsConfig is an endpoint of the collector's own metrics.
type OwnMetricsConfig struct {
	// Client reaches the endpoint, as in http://localhost:8888/metrics.
	Client confighttp.ClientConfig `mapstructure:",squash"`
	// Interval between two reads.
	Interval time.Duration `mapstructure:"interval"`
}

var _ xconfmap.Validator = (*Config)(nil)

func createDefaultConfig() component.Config {
	server := confighttp.NewDefaultServerConfig()
	server.NetAddr.Endpoint = "localhost:9090"
	server.WriteTimeout = 2 * time.Minute
	own := confighttp.NewDefaultClientConfig()
	own.Endpoint = "http://localhost:8888/metrics"
	own.Timeout = 10 * time.Second
	return &Config{
		Server:     server,
		Directory:  "./data/prometheus",
		Retention:  RetentionConfig{Time: 365 * 24 * time.Hour, Size: 1 << 30},
		MaxSeries:  500_000,
		Query:      QueryConfig{Timeout: time.Minute, MaxConcurrent: 8, MaxSamples: 20_000_000, Lookback: 5 * time.Minute},
		Rules:      RulesConfig{ReplayInterval: time.Hour},
		OwnMetrics: configoptional.Default(OwnMetricsConfig{Client: own, Interval: 30 * time.Second}),
	}
}

// Unmarshal reads the configuration. Its errors name key and value, and what would be right.
func (c *Config) Unmarshal(conf *confmap.Conf) error { return configread.Into(c, conf) }

// Validate says which key is wrong and what would be right.
func (c *Config) Validate() error {
	var errs []error
	if c.Server.NetAddr.Endpoint == "" {
		errs = append(errs, errors.New("endpoint: missing; name where to listen, as in localhost:9090"))
	}
	if c.Directory == "" {
		errs = append(errs, errors.New("directory: missing; name a folder for the store, as in ./data/prometheus"))
	}
	if c.MaxSeries < 1 {
		errs = append(errs, errors.New("max_series: 0 leaves no series; use at least 1"))
	}
	for i, client := range c.Alertmanagers {
		if err := httpURL(client.Endpoint, "http://localhost:9093"); err != nil {
			errs = append(errs, fmt.Errorf("alertmanagers[%d]: endpoint: %w", i, err))
		}
	}
	return errors.Join(errs...)
}

// Validate says which key is wrong and what would be right.
func (c *RetentionConfig) Validate() error {
	var errs []error
	if c.Time < 24*time.Hour {
		errs = append(errs, fmt.Errorf("time: %v is too short; use at least 24h", c.Time))
	}
	if c.Size < 64<<20 {
		errs = append(errs, fmt.Errorf("size: %d bytes are too few; use at least 67108864 (64 MiB)", c.Size))
	}
	return errors.Join(errs...)
}

// Validate says which key is wrong and what would be right.
func (c *QueryConfig) Validate() error {
	var errs []error
	if c.Timeout < time.Second {
		errs = append(errs, fmt.Errorf("timeout: %v is too short; use at least 1s", c.Timeout))
	}
	if c.MaxConcurrent < 1 {
		errs = append(errs, fmt.Errorf("max_concurrent: %d leaves no query; use at least 1", c.MaxConcurrent))
	}
	if c.MaxSamples < 1000 {
		errs = append(errs, fmt.Errorf("max_samples: %d is too few; use at least 1000", c.MaxSamples))
	}
	if c.Lookback < time.Minute {
		errs = append(errs, fmt.Errorf("lookback: %v is too short; use at least 1m: statistics are sent again once a minute", c.Lookback))
	}
	return errors.Join(errs...)
}

// Validate says which key is wrong and what would be right.
func (c *RulesConfig) Validate() error {
	var errs []error
	if c.ReplayInterval < time.Minute {
		errs = append(errs, fmt.Errorf("replay_interval: %v is too short; use at least 1m", c.ReplayInterval))
	}
	if c.Directory != "" {
		if info, err := os.Stat(c.Directory); err != nil {
			errs = append(errs, fmt.Errorf("directory: %w; name a folder of *.rules.yaml files, or leave it out for the built-in rules", err))
		} else if !info.IsDir() {
			errs = append(errs, fmt.Errorf("directory: %q is a file; name the folder that holds it", c.Directory))
		}
	}
	return errors.Join(errs...)
}

// Validate says which key is wrong and what would be right.
func (c *OwnMetricsConfig) Validate() error {
	var errs []error
	if err := httpURL(c.Client.Endpoint, "http://localhost:8888/metrics"); err != nil {
		errs = append(errs, fmt.Errorf("endpoint: %w", err))
	}
	if c.Interval < time.Second {
		errs = append(errs, fmt.Errorf("interval: %v is too short; use at least 1s", c.Interval))
	}
	return errors.Join(errs...)
}

// httpURL is an error where the endpoint is no HTTP URL.
func httpURL(endpoint, example string) error {
	if endpoint == "" {
		return fmt.Errorf("missing; write it as %s", example)
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		return err
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return fmt.Errorf("%q is no HTTP URL; write it as %s", endpoint, example)
	}
	return nil
}
