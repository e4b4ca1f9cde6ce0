package modelsummaryconnector

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"
)

func load(t *testing.T, text string) (*Config, error) {
	var raw map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &raw))
	cfg := config(nil)
	if err := confmap.NewFromStringMap(raw).Unmarshal(cfg); err != nil {
		return nil, err
	}
	return cfg, cfg.Validate()
}

func TestConfig(t *testing.T) {
	cfg, err := load(t, ``)
	require.NoError(t, err)
	require.Equal(t, createDefaultConfig(), cfg)

	cfg, err = load(t, `
profiles: profiles/fleet
pane: 5m
flush_interval: 0s
segments: [[country], [country, device]]
limits: {max_models: 7}
fields:
  logs: {score: 'log.attributes["p"]'}
`)
	require.NoError(t, err)
	id := component.MustNewIDWithName("profiles", "fleet")
	require.Equal(t, &id, cfg.Profiles)
	require.Equal(t, 5*time.Minute, cfg.Pane)
	require.Zero(t, cfg.FlushInterval)
	require.Equal(t, [][]string{{"country"}, {"country", "device"}}, cfg.Segments)
	require.Equal(t, 7, cfg.Limits.MaxModels)
	require.Equal(t, 100, cfg.Limits.MaxSegments)

	cfg, err = load(t, `{top_k: [], ranking_k: [5, 20]}`)
	require.NoError(t, err)
	require.Empty(t, cfg.TopK)
	require.Equal(t, []int{5, 20}, cfg.RankingK)
}

// What is wrong is refused with its key, its value and what would be right.
func TestConfigThatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		`panes: 1m`:                      "panes",
		`pane: 7m`:                       "pane: 7m0s must divide an hour and be at least 1s, as in 10s, 1m or 5m",
		`pane: 100ms`:                    "pane: 100ms must divide an hour",
		`pane: 0s`:                       "pane: 0s must divide an hour",
		`flush_interval: -1s`:            "flush_interval: -1s must not be negative; 0s summarises each batch by itself",
		`segments: [[]]`:                 "segments[0]: empty; name the attributes of the slice, as in [country, device]",
		`segments: [[a], [b, ""]]`:       "segments[1]: an empty key",
		`segments: [[a, a]]`:             `segments[0]: "a" occurs twice; remove one`,
		`segments: [[a, b], [b, a]]`:     "segments[1]: the same slice as segments[0]; remove one",
		`segments: [[ml.prediction.id]]`: "segments[0]: ml.prediction.id differs in every event",
		`top_k: [0, 1]`:                  "top_k[0]: 0 must be from 1 to 1000",
		`ranking_k: [5, 5]`:              "ranking_k[1]: 5 occurs twice; remove one",
		`top_k: [1,2,3,4,5,6,7,8,9]`:     "top_k: 9 numbers, and each is a series of every model; at most 8",
		`limits: {max_confusions: -1}`:   "limits::max_confusions: -1 must be at least 0",
		`limits: {max_models: 0}`:        "limits::max_models: 0 must be at least 1",
		`limits: {max_memory_mib: -3, max_features: -1}`: "limits::max_features: -1 must be at least 0\nlimits::max_memory_mib: -3 must be at least 1",
		`fields: {logs: {modelname: '"m"'}}`:             "fields: logs::modelname: no such field; there are attributions",
		`fields: {traces: {score: 'log.body'}}`:          `fields: traces::score: "log.body" is no OTTL value expression`,
	} {
		_, err := load(t, text)
		require.ErrorContains(t, err, want, text)
	}
}
