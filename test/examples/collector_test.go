//go:build integration

package examples

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"

	"github.com/leeway-ml/leeway/test/leewaytest"
)

const (
	deadline     = time.Minute
	pollInterval = 100 * time.Millisecond
)

// window is that of examples/seconds.yaml. The tests take less, so that it holds everything that was sent.
const window = "5m"

// collector is the default one, with examples/seconds.yaml on top, as the READMEs say, at addresses of its own.
type collector struct {
	*leewaytest.Collector
	// events is a file of all log records that came in, in OTLP JSON.
	events string
}

// overrides are what the tests need beside the default.
const overrides = `
extensions:
  profiles: {directory: PROFILES}
  health_check: {endpoint: "${leewaytest:health_check}"}
receivers:
  otlp: {protocols: {grpc: {endpoint: "${leewaytest:otlp_grpc}"}, http: {endpoint: "${leewaytest:otlp_http}"}}}
exporters:
  prometheus: {endpoint: "${leewaytest:prometheus}"}
  local_prometheus: {endpoint: "${leewaytest:local_prometheus}"}
  file: {path: EVENTS}
service:
  pipelines:
    logs: {exporters: [model_summary, file]}
`

// startCollector with the profiles of a folder, and further configurations on top.
func startCollector(t *testing.T, profiles string, more ...string) *collector {
	t.Helper()
	events := filepath.Join(t.TempDir(), "events.json")
	root := leewaytest.Repository(t)
	parts := []string{read(t, filepath.Join(root, "config", "leeway.yaml")), read(t, filepath.Join(root, "examples", "seconds.yaml")),
		strings.NewReplacer("PROFILES", profiles, "EVENTS", events).Replace(overrides)}
	merged := confmap.New()
	for _, part := range append(parts, more...) {
		raw := map[string]any{}
		require.NoError(t, yaml.Unmarshal([]byte(part), &raw))
		require.NoError(t, merged.Merge(confmap.NewFromStringMap(raw)))
	}
	config := merged.ToStringMap()
	delete(config["service"].(map[string]any), "telemetry") // at a port of its own
	text, err := yaml.Marshal(config)
	require.NoError(t, err)
	return &collector{leewaytest.Start(t, string(text)), events}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(content)
}

// metrics are what a collector says at a moment.
type metrics map[string]*dto.MetricFamily

// awaitSamples polls until the window holds as many predictions of the model as were sent, with inputs and outputs, and returns
// what the collector says then. It fails if they never are as many.
func (c *collector) awaitSamples(t *testing.T, model string, count int, subjects ...string) metrics {
	t.Helper()
	complete := func(m metrics) bool {
		for _, subject := range subjects {
			if n, ok := m.find("ml_statistics_samples", "ml_model_name", model, "ml_subject", subject, "ml_window", window); !ok || n != float64(count) {
				return false
			}
		}
		return true
	}
	for end := time.Now().Add(deadline); ; time.Sleep(pollInterval) {
		m := metrics(c.Scrape(t, c.Prometheus))
		if complete(m) {
			// The exporter takes a batch in point by point: what belongs to these samples is all there a poll later.
			time.Sleep(pollInterval)
			m = c.Scrape(t, c.Prometheus)
			require.True(t, complete(m), "the samples of %s went on: more came than were sent", model)
			return m
		}
		if time.Now().After(end) {
			t.Fatalf("after %v the window of %s does not hold %d samples of %v, but: %v", deadline, model, count, subjects, m["ml_statistics_samples"].GetMetric())
		}
	}
}

// find returns the value of the first series that has the labels, given as names and values.
func (m metrics) find(family string, labels ...string) (float64, bool) {
	for _, series := range m[family].GetMetric() {
		if has(series, labels) {
			return value(series), true
		}
	}
	return 0, false
}

// by returns the values of the series that have the labels, by one further label.
func (m metrics) by(label, family string, labels ...string) map[string]float64 {
	found := map[string]float64{}
	for _, series := range m[family].GetMetric() {
		if has(series, labels) {
			found[labelsOf(series)[label]] += value(series)
		}
	}
	return found
}

// drifted is by feature and statistic what was judged: 1 where it is too far.
func (m metrics) drifted(model, statistic string) map[string]float64 {
	return m.by("ml_feature_name", "ml_feature_drift_detected", "ml_model_name", model, "ml_drift_statistic", statistic)
}

func has(series *dto.Metric, labels []string) bool {
	of := labelsOf(series)
	for i := 0; i < len(labels); i += 2 {
		if of[labels[i]] != labels[i+1] {
			return false
		}
	}
	return true
}

func labelsOf(series *dto.Metric) map[string]string {
	labels := map[string]string{}
	for _, l := range series.GetLabel() {
		labels[l.GetName()] = l.GetValue()
	}
	return labels
}

func value(series *dto.Metric) float64 {
	switch {
	case series.Gauge != nil:
		return series.Gauge.GetValue()
	case series.Counter != nil:
		return series.Counter.GetValue()
	}
	return series.Untyped.GetValue()
}

// keysOf are those whose value is 1.
func keysOf(detected map[string]float64) map[string]bool {
	keys := map[string]bool{}
	for name := range maps.Keys(detected) {
		if detected[name] == 1 {
			keys[name] = true
		}
	}
	return keys
}

// requireNothingRefused checks the collector's own telemetry: as many events as were sent, and nothing of them lost. Ground truths
// are not counted as they come, but as the outcomes that they make.
func (c *collector) requireNothingRefused(t *testing.T, events, truths int) {
	t.Helper()
	own := metrics(c.Scrape(t, c.Telemetry))
	counted, _ := own.find("otelcol_model_summary_events")
	require.InDelta(t, events, counted, 0)
	ignored := map[string]float64{}
	if truths > 0 {
		ignored["ml.ground_truth"] = float64(truths)
	}
	require.Equal(t, ignored, own.by("event_name", "otelcol_model_summary_events_ignored"))
	for _, name := range []string{"model_summary_events_refused", "model_summary_events_lost", "model_summary_values_refused",
		"model_summary_attributes_dropped", "model_summary_overflowed", "model_summary_flush_failures", "model_statistics_points_refused",
		"model_statistics_emit_failures", "model_rollup_points_refused", "receiver_refused_log_records"} {
		for _, series := range own["otelcol_"+name].GetMetric() {
			require.Zero(t, value(series), "otelcol_%s %v", name, series.GetLabel())
		}
	}
	for reason, n := range own.by("reason", "otelcol_model_summary_inputs_invalid") {
		require.Equal(t, "out_of_range", reason, "%v inputs", n)
	}
}
