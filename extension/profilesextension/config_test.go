package profilesextension

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"
	"go.opentelemetry.io/collector/confmap/xconfmap"
)

func load(t *testing.T, conf *confmap.Conf) (*Config, error) {
	t.Helper()
	config := createDefaultConfig().(*Config)
	if err := conf.Unmarshal(config); err != nil {
		return nil, err
	}
	return config, xconfmap.Validate(config)
}

func TestConfigOfTheDocs(t *testing.T) {
	conf, err := confmaptest.LoadConf("testdata/config.yaml")
	require.NoError(t, err)
	for name, check := range map[string]func(c *Config){
		"profiles": func(c *Config) {
			assert.Equal(t, createDefaultConfig(), c)
			assert.Equal(t, "./profiles", c.Directory)
			assert.False(t, c.Server.HasValue() || c.Source.HasValue() || c.Learn.HasValue())
		},
		"profiles/gateway": func(c *Config) {
			assert.Equal(t, "localhost:4319", c.Server.Get().NetAddr.Endpoint)
			assert.Equal(t, component.MustNewID("file_storage"), *c.Storage)
			assert.Equal(t, uint64(0), c.Learn.Get().Observations)
			assert.Equal(t, []string{"1h", "24h", "7d"}, c.Learn.Get().Windows)
		},
		"profiles/agent": func(c *Config) {
			assert.Empty(t, c.Directory)
			assert.Equal(t, "http://gateway:4319", c.Source.Get().Client.Endpoint)
			assert.Equal(t, time.Minute, c.Source.Get().PollInterval)
			assert.Equal(t, 30*time.Second, c.Source.Get().Client.Timeout)
		},
		"profiles/first_week": func(c *Config) { assert.Equal(t, 168*time.Hour, c.Learn.Get().Duration) },
		"profiles/yesterday":  func(c *Config) { assert.Equal(t, 24*time.Hour, c.Learn.Get().Refresh) },
	} {
		t.Run(name, func(t *testing.T) {
			sub, err := conf.Sub(name)
			require.NoError(t, err)
			config, err := load(t, sub)
			require.NoError(t, err)
			check(config)
		})
	}
}

func TestWrongConfigIsRefused(t *testing.T) {
	for says, wrong := range map[string]map[string]any{
		"folder: unknown key":                                     {"folder": "x"},
		"rescan_interval: 1ms is too short":                       {"rescan_interval": "1ms"},
		"max_profiles: 0 leaves no profile":                       {"max_profiles": 0},
		"max_profile_size: no profile fits in 10 bytes":           {"max_profile_size": 10},
		"max_profile_size: 99999999 is more than":                 {"max_profile_size": 99999999},
		"source: endpoint: missing":                               {"source": map[string]any{}},
		`source: endpoint: "gateway:4319" is no HTTP URL`:         {"source": map[string]any{"endpoint": "gateway:4319"}},
		`source: endpoint: "http://g/?a=b" must end before`:       {"source": map[string]any{"endpoint": "http://g/?a=b"}},
		"source: poll_interval: 0s is too short":                  {"source": map[string]any{"endpoint": "http://g", "poll_interval": "0s"}},
		"source: timeout: 0s would wait for ever":                 {"source": map[string]any{"endpoint": "http://g", "timeout": "0s"}},
		"learn: observations and duration exclude each other":     {"learn": map[string]any{"observations": 1, "duration": "1h"}},
		"learn: duration: 1m30s must be whole hours":              {"learn": map[string]any{"duration": "90s"}},
		"learn: duration: 2000h0m0s must be whole hours, at most": {"learn": map[string]any{"duration": "2000h"}},
		"learn: refresh: needs duration":                          {"learn": map[string]any{"refresh": "24h"}},
		"learn: refresh: 1m0s must be whole hours":                {"learn": map[string]any{"refresh": "1m", "duration": "24h"}},
		"learn: min_observations: 0":                              {"learn": map[string]any{"min_observations": 0}},
		`learn: time_zone: "Mars" is not known`:                   {"learn": map[string]any{"time_zone": "Mars"}},
		`learn: windows[0]: "5m" is no window`:                    {"learn": map[string]any{"windows": []any{"5m"}}},
		"learn: max_models: 0":                                    {"learn": map[string]any{"max_models": 0}},
		"learn: max_features: 0":                                  {"learn": map[string]any{"max_features": 0}},
		"learn: max_model_size: 5 is too small":                   {"learn": map[string]any{"max_model_size": 5}},
		"learn: checkpoint_interval: 0s is too short":             {"learn": map[string]any{"checkpoint_interval": "0s"}},
	} {
		_, err := load(t, confmap.NewFromStringMap(wrong))
		assert.ErrorContains(t, err, says)
	}
}
