package localprometheusexporter

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
		"local_prometheus": func(c *Config) {
			assert.Equal(t, createDefaultConfig(), c)
			assert.Equal(t, "localhost:9090", c.Server.NetAddr.Endpoint)
			assert.False(t, c.OwnMetrics.HasValue() || c.Server.CORS.HasValue() || c.Server.TLS.HasValue())
			assert.Empty(t, c.Alertmanagers)
			assert.Greater(t, c.Server.WriteTimeout, c.Query.Timeout, "else a query ends without an answer")
		},
		"local_prometheus/all": func(c *Config) {
			assert.Equal(t, 720*time.Hour, c.Retention.Time)
			assert.Equal(t, int64(10<<30), c.Retention.Size)
			assert.Equal(t, "http://localhost:8888/metrics", c.OwnMetrics.Get().Client.Endpoint)
			assert.Equal(t, "http://localhost:9093", c.Alertmanagers[0].Endpoint)
			assert.Equal(t, 5*time.Minute, c.Rules.ReplayInterval)
		},
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
	nested := func(key string, value map[string]any) map[string]any { return map[string]any{key: value} }
	for says, wrong := range map[string]map[string]any{
		"folder: unknown key":                                {"folder": "x"},
		"endpoint: missing":                                  {"endpoint": ""},
		"directory: missing":                                 {"directory": ""},
		"max_series: 0 leaves no series":                     {"max_series": 0},
		"retention: time: 1h0m0s is too short":               nested("retention", map[string]any{"time": "1h"}),
		"retention: size: 1000 bytes are too few":            nested("retention", map[string]any{"size": 1000}),
		"query: timeout: 0s is too short":                    nested("query", map[string]any{"timeout": "0s"}),
		"query: max_concurrent: 0 leaves no query":           nested("query", map[string]any{"max_concurrent": 0}),
		"query: max_samples: 1 is too few":                   nested("query", map[string]any{"max_samples": 1}),
		"query: lookback: 1s is too short":                   nested("query", map[string]any{"lookback": "1s"}),
		"rules: replay_interval: 1s is too short":            nested("rules", map[string]any{"replay_interval": "1s"}),
		"rules: directory: stat ./nowhere":                   nested("rules", map[string]any{"directory": "./nowhere"}),
		`rules: directory: "config.go" is a file`:            nested("rules", map[string]any{"directory": "config.go"}),
		"own_metrics: interval: 1ms is too short":            nested("own_metrics", map[string]any{"interval": "1ms"}),
		`own_metrics: endpoint: "localhost:8888" is no HTTP`: nested("own_metrics", map[string]any{"endpoint": "localhost:8888"}),
		`alertmanagers[0]: endpoint: missing`:                {"alertmanagers": []any{map[string]any{"timeout": "1s"}}},
		`alertmanagers[0]: endpoint: "am:9093" is no HTTP`:   {"alertmanagers": []any{map[string]any{"endpoint": "am:9093"}}},
	} {
		t.Run(says, func(t *testing.T) {
			_, err := load(t, confmap.NewFromStringMap(wrong))
			assert.ErrorContains(t, err, says)
		})
	}
}
