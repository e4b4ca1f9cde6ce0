package configread

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"
)

type sample struct {
	Interval time.Duration                  `mapstructure:"flush_interval"`
	Segments [][]string                     `mapstructure:"segments"`
	Names    []string                       `mapstructure:"names"`
	Windows  []window                       `mapstructure:"windows"`
	Limits   map[string]limit               `mapstructure:"limits"`
	Learn    configoptional.Optional[learn] `mapstructure:"learn"`
	Storage  *component.ID                  `mapstructure:"storage"`
	Same     bool                           `mapstructure:"same_hours"`
	Factor   *float64                       `mapstructure:"factor"`
	Inner    inner                          `mapstructure:",squash"`
}

type window struct {
	Name  string        `mapstructure:"name"`
	Every time.Duration `mapstructure:"every"`
}

type limit struct {
	Floor float64 `mapstructure:"floor"`
}

type learn struct {
	Observations uint64 `mapstructure:"observations"`
}

type inner struct {
	Endpoint string              `mapstructure:"endpoint"`
	Password configopaque.String `mapstructure:"password"`
}

func read(t *testing.T, text string) (sample, error) {
	t.Helper()
	var raw map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &raw))
	config := sample{Learn: configoptional.Default(learn{Observations: 1}), Windows: []window{{Name: "7d", Every: time.Hour}}}
	err := Into(&config, confmap.NewFromStringMap(raw))
	return config, err
}

func TestRight(t *testing.T) {
	config, err := read(t, `{flush_interval: 3s, segments: [[a], [a, b]], windows: [{name: 1h}], limits: {psi: {floor: 1}}, learn: {}, storage: file_storage, endpoint: x}`)
	require.NoError(t, err)
	assert.Equal(t, 3*time.Second, config.Interval)
	assert.Equal(t, []window{{Name: "1h"}}, config.Windows)
	assert.EqualValues(t, 1, config.Learn.Get().Observations)
	assert.Equal(t, "x", config.Inner.Endpoint)
	for _, text := range []string{`{}`, `flush_interval: 0`, `windows: []`} {
		_, err = read(t, text)
		require.NoError(t, err, text)
	}
}

func TestWrong(t *testing.T) {
	for text, want := range map[string]string{
		`flush_intervall: 3s`:                 "flush_intervall: unknown key; did you mean flush_interval?",
		`endpoints: x`:                        "endpoints: unknown key; did you mean endpoint?",
		`something: 1`:                        "something: unknown key; there are endpoint, factor, flush_interval, learn, limits, names, password, same_hours, segments, storage, windows",
		`flush_interval: soon`:                `flush_interval: "soon" must be a duration with its unit, as in 10s, 5m or 24h`,
		`flush_interval: 10`:                  "flush_interval: 10 must be a duration with its unit, as in 10s, 5m or 24h",
		`windows: [{name: 1h, every: 1.5}]`:   "windows[0]::every: 1.5 must be a duration with its unit, as in 10s, 5m or 24h",
		`segments: {a: b}`:                    "segments: a map must be written as [[a], [a, b]]",
		`windows: [1h]`:                       `windows[0]: "1h" must be written as {every: ..., name: ...}`,
		`windows: 1h`:                         `windows: "1h" must be written as [{every: ..., name: ...}, ...]`,
		`windows: [{name: 1h}, {nam: 1h}]`:    "windows[1]::nam: unknown key; did you mean name?",
		`windows: [{name: 1h, every: often}]`: `windows[0]::every: "often" must be a duration with its unit, as in 10s, 5m or 24h`,
		`limits: {psi: 0.2}`:                  "limits::psi: 0.2 must be written as {floor: ...}",
		`limits: {psi: {flor: 0.2}}`:          "limits::psi::flor: unknown key; did you mean floor?",
		`limits: {psi: {floor: much}}`:        `limits::psi::floor: "much" must be a number`,
		`learn: {observations: -1}`:           "learn::observations: -1 must be a whole number, 0 or more",
		`learn: {observation: 1}`:             "learn::observation: unknown key; did you mean observations?",
		`learn: 1000`:                         "learn: 1000 must be written as {observations: ...}",
		`storage: "a b/"`:                     `storage: "a b/" must be the ID of a component, as in file_storage or file_storage/windows`,
		`same_hours: sometimes`:               `same_hours: "sometimes" must be true or false`,
		`password: {a: secret}`:               "password: a map must be a text",
		`password: [secret]`:                  "password: a list must be a text",
		`factor: x`:                           `factor: "x" must be a number`,
		`{windows: 1, factor: x}`:             "factor: \"x\" must be a number\nwindows: 1 must be written as [{every: ..., name: ...}, ...]",
	} {
		_, err := read(t, text)
		assert.EqualError(t, err, want, text)
	}
}
