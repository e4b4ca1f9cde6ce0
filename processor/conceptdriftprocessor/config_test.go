package conceptdriftprocessor

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"
	"go.yaml.in/yaml/v3"

	"github.com/leeway-ml/leeway/stats/conceptdrift"
)

func read(t *testing.T, text string) (*Config, error) {
	t.Helper()
	var raw map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(text), &raw))
	cfg := createDefaultConfig().(*Config)
	if err := confmap.NewFromStringMap(raw).Unmarshal(cfg); err != nil {
		return nil, err
	}
	return cfg, cfg.Validate()
}

func TestDefaultConfig(t *testing.T) {
	cfg, err := read(t, `{}`)
	require.NoError(t, err)
	require.Equal(t, createDefaultConfig(), cfg)
	p, err := cfg.plan()
	require.NoError(t, err)
	require.False(t, p.chosen)
	require.Len(t, p.lanes[ofOutcome].detections, 2)
	for i, kind := range []conceptdrift.Signal{conceptdrift.ErrorSignal, conceptdrift.LossSignal} {
		d := p.lanes[ofOutcome].detections[i]
		require.Equal(t, conceptdrift.Recommended(kind), d.new())
		require.Equal(t, d.signal.name+"/adwin", d.name)
	}
}

func TestLoadConfig(t *testing.T) {
	conf, err := confmaptest.LoadConf(filepath.Join("testdata", "config.yaml"))
	require.NoError(t, err)
	sub, err := conf.Sub("concept_drift")
	require.NoError(t, err)
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, sub.Unmarshal(cfg))
	require.NoError(t, cfg.Validate())

	id, profiles := component.MustNewIDWithName("file_storage", "drift"), component.MustNewID("profiles")
	require.Equal(t, 5*time.Minute, cfg.AllowedLateness)
	require.Equal(t, 30*time.Second, cfg.IdleTimeout)
	require.Equal(t, 2*time.Minute, cfg.MaxFuture)
	require.Equal(t, time.Duration(0), cfg.CheckpointInterval)
	require.Equal(t, &id, cfg.Storage)
	require.Equal(t, &profiles, cfg.Profiles)
	require.Equal(t, [][]string{{"country"}, {"country", "device"}}, cfg.Segments)
	require.Equal(t, Limits{MaxModels: 10, MaxSegments: 20, MaxBuffered: 1000, MaxBufferMiB: 8}, cfg.Limits)
	p, err := cfg.plan()
	require.NoError(t, err)
	require.True(t, p.chosen)
	var made []conceptdrift.Detector
	var names []string
	for _, l := range p.lanes {
		for _, d := range l.detections {
			made, names = append(made, d.new()), append(names, d.name)
		}
	}
	want := func(d conceptdrift.Detector, err error) conceptdrift.Detector {
		require.NoError(t, err)
		return d
	}
	kswin := conceptdrift.KSWINConfig{Alpha: 1e-4, Window: 200, Recent: 50, Seed: 7}
	adwin := conceptdrift.RecommendedADWIN(conceptdrift.LossSignal)
	adwin.Delta, adwin.Direction = 0.05, conceptdrift.Both
	hddmw := conceptdrift.HDDMWConfig{HDDMConfig: conceptdrift.HDDMConfig{Drift: 0.002, Warning: 0.01, Direction: conceptdrift.Decrease}, Lambda: 0.1, FromFirst: true}
	require.Equal(t, []string{"score/kswin", "input/amount/adwin", "error/hddm_a", "error/hddm_w", "error/ddm", "error/eddm", "error/stepd", "loss", "log_loss/page_hinkley", "log_loss/cusum", "feedback/helpful/hddm_a"}, names)
	require.Equal(t, []conceptdrift.Detector{
		want(conceptdrift.NewKSWIN(kswin)),
		want(conceptdrift.NewADWIN(conceptdrift.ADWINConfig{Delta: 0.1, Clock: 16, MaxBuckets: 8, MinWindow: 6, Grace: 20, ScaleFree: true, Direction: conceptdrift.Both})),
		want(conceptdrift.NewHDDMA(conceptdrift.DefaultHDDMA())),
		want(conceptdrift.NewHDDMW(hddmw)),
		want(conceptdrift.NewDDM(conceptdrift.DDMConfig{WarmUp: 40, Warning: 2.5, Drift: 3.5})),
		want(conceptdrift.NewEDDM(conceptdrift.EDDMConfig{WarmUp: 40, Warning: 0.8, Drift: 0.75})),
		want(conceptdrift.NewSTEPD(conceptdrift.STEPDConfig{Window: 40, Warning: 0.01, Drift: 0.001, Direction: conceptdrift.Increase})),
		want(conceptdrift.NewADWIN(adwin)),
		want(conceptdrift.NewPageHinkley(conceptdrift.PageHinkleyConfig{WarmUp: 50, Delta: 0.01, Threshold: 20, Alpha: 0.999, Direction: conceptdrift.Increase})),
		want(conceptdrift.NewCUSUM(conceptdrift.CUSUMConfig{WarmUp: 50, Delta: 0.01, Threshold: 20, Direction: conceptdrift.Both})),
		want(conceptdrift.NewHDDMA(conceptdrift.DefaultHDDMA())),
	}, made)
}

// Errors name key and value, and what would be right.
func TestConfigRefused(t *testing.T) {
	for text, want := range map[string]string{
		`detector: []`:                  "detector: unknown key; did you mean detectors?",
		`detectors: []`:                 "detectors: empty; name what to watch, as in [{signal: error}], or leave the key out for error and absolute_error",
		`detectors: [x]`:                `detectors[0]: "x" must be written as {alpha: ..., clock: ..., delta: ...`,
		`detectors: [{method: ddm}]`:    "detectors[0]::signal: missing; what is it to watch? One of error, absolute_error,",
		`detectors: [{signal: errors}]`: `detectors[0]::signal: "errors" must be one of error, absolute_error, squared_error, log_loss, brier, score, value, input/<feature> or feedback/<name>`,
		`detectors: [{signal: input/}]`: `detectors[0]::signal: "input/" must be one of`,
		`detectors: [{signal: feedback/<name>}, {signal: feedback}]`:      `detectors[1]::signal: "feedback" must be one of`,
		`detectors: [{signal: error, method: adwim}]`:                     `detectors[0]::method: "adwim" must be one of page_hinkley, cusum, ddm, eddm, adwin, stepd, hddm_a, hddm_w, kswin; without, it is the recommended one`,
		`detectors: [{signal: log_loss, method: eddm}]`:                   "detectors[0]::method: eddm takes only 0 (right) and 1 (wrong), which log_loss is not; use one of page_hinkley, cusum, adwin, kswin",
		`detectors: [{signal: score, method: stepd}]`:                     "detectors[0]::method: stepd takes only 0 (right) and 1 (wrong), which score is not; use one of page_hinkley, cusum, ddm, adwin, hddm_a, hddm_w, kswin",
		`detectors: [{signal: absolute_error, method: hddm_a}]`:           "detectors[0]::method: hddm_a takes only values from 0 to 1, which absolute_error is not; use one of page_hinkley, cusum, adwin, kswin",
		`detectors: [{signal: brier, method: ddm}]`:                       "detectors[0]::method: ddm takes only values from 0 to 1, which brier is not",
		`detectors: [{signal: error}, {signal: error}]`:                   `detectors[1]::name: "error/adwin" is the name of detectors[0], too; give one of them another`,
		`detectors: [{signal: error, name: a}, {signal: value, name: a}]`: `detectors[1]::name: "a" is the name of detectors[0], too`,
		`detectors: [{signal: error, threshold: 3}]`:                      "detectors[0]::threshold: 3 is no option of adwin; it has delta, clock, max_buckets, min_window, grace, scale_free, direction",
		`detectors: [{signal: error, method: ddm, direction: both}]`:      "detectors[0]::direction: both is no option of ddm; it has warm_up, warning, drift",
		`detectors: [{signal: error, treshold: 3}]`:                       "detectors[0]::treshold: unknown key; did you mean threshold?",
		`detectors: [{signal: error, delta: much}]`:                       `detectors[0]::delta: "much" must be a number`,
		`detectors: [{signal: error, direction: up}]`:                     `detectors[0]::direction: "up" must be increase, decrease or both`,
		`detectors: [{signal: error, delta: 0}]`:                          "detectors[0]::delta: 0 must be from 1e-300 to 1",
		`detectors: [{signal: error, max_buckets: 1}]`:                    "detectors[0]::max_buckets: 1 must be from 2 to 16",
		`detectors: [{signal: error, min_window: 0}]`:                     "detectors[0]::min_window: 0 must be from 1 to 1e+09",
		`detectors: [{signal: error, method: ddm, warm_up: 0}]`:           "detectors[0]::warm_up: 0 must be from 1 to 1e+09",
		`detectors: [{signal: error, method: ddm, warning: 4}]`:           "detectors[0]::warning: 4 must be from 1 to 3",
		`detectors: [{signal: error, method: kswin, recent: 60}]`:         "detectors[0]::recent: 60 must be from 2 to 50",
		`segments: [[]]`:                           "segments[0]: empty; name the attributes of the slice, as in [country, device]",
		`segments: [[a, ""]]`:                      "segments[0]: an empty key",
		`segments: [[a, a]]`:                       `segments[0]: "a" occurs twice; remove one`,
		`segments: [[a, b], [b, a]]`:               "segments[1]: the same slice as segments[0]; remove one",
		`segments: [[ml.prediction.id]]`:           "segments[0]: ml.prediction.id differs in every event",
		`allowed_lateness: -1s`:                    "allowed_lateness: -1s must be from 0s to 8784h0m0s",
		`checkpoint_interval: 10`:                  "checkpoint_interval: 10 must be a duration with its unit, as in 10s, 5m or 24h",
		`limits: {max_models: 0}`:                  "limits::max_models: 0 must be at least 1",
		`limits: {max_buffered: 0}`:                "limits::max_buffered: 0 must be at least 1",
		`fields: {logs: {model: 'attributes[1]'}}`: "fields: ",
	} {
		_, err := read(t, text)
		assert.ErrorContains(t, err, want, text)
	}
	var many []string
	for i := range 33 {
		many = append(many, fmt.Sprintf("{signal: input/%d}", i))
	}
	_, err := read(t, "detectors: ["+strings.Join(many, ", ")+"]")
	require.ErrorContains(t, err, "detectors: 33, but each takes every event; at most 32")
}

// What a signal gives is known to the methods that may watch it.
func TestSuits(t *testing.T) {
	for _, name := range []string{"error", "absolute_error", "squared_error", "log_loss", "brier", "score", "value", "input/x", "feedback/x"} {
		s, err := parseSignal(name)
		require.NoError(t, err)
		require.Equal(t, name, s.name)
		taken := 0
		for _, m := range conceptdrift.Methods() {
			if s.suits(m) == nil {
				taken++
			}
		}
		want := map[string]int{"error": 9, "score": 7, "input/x": 9, "feedback/x": 9}[name]
		if want == 0 {
			want = 4
		}
		require.Equal(t, want, taken, name)
	}
}
