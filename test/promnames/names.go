// Package promnames knows what Leeway's metrics and labels are called in Prometheus, so that tests find the rule or the
// dashboard that asks for one that nobody sends.
package promnames

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/otlptranslator"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/test/leewaytest"
)

// Names are those of metrics and labels that exist.
type Names struct {
	metrics map[string]bool
	labels  map[string]bool
}

// Exported are the names that a Prometheus gets from a Leeway with its default configuration: statistics, roll-ups and running
// totals by the exporter's translation, and the collectors' own metrics.
func Exported(t testing.TB) *Names {
	n := &Names{metrics: map[string]bool{}, labels: map[string]bool{}}
	n.addSemconv(t)
	n.addTelemetry(t)
	for _, metric := range collectorMetrics {
		n.metrics[metric] = true
	}
	for _, label := range collectorLabels {
		n.labels[label] = true
	}
	// What Prometheus and a scrape configuration add: targets, and states of alerts.
	n.metrics["ALERTS"] = true
	for _, label := range []string{"job", "instance", "pod", "container", "endpoint", "service", "node", "alertname", "alertstate", "severity", "signal"} {
		n.labels[label] = true
	}
	return n
}

// Metrics are the names of all metrics, sorted.
func (n *Names) Metrics() []string { return slices.Sorted(maps.Keys(n.metrics)) }

// Add is for what others define, as recording rules do.
func (n *Names) Add(metric string) { n.metrics[metric] = true }

func (n *Names) addSemconv(t testing.TB) {
	namer := otlptranslator.NewMetricNamer("", otlptranslator.UnderscoreEscapingWithSuffixes)
	n.addAttributes(t, semconv.AttrModelName, semconv.AttrModelVersion, semconv.AttrWindow, semconv.AttrExperimentName, semconv.AttrExperimentVariant)
	for _, m := range semconv.All() {
		n.addAttributes(t, m.Attributes...)
		translated := otlptranslator.Metric{Name: m.Name, Unit: m.Unit}
		switch m.Instrument {
		case "gauge":
			translated.Type = otlptranslator.MetricTypeGauge
		case "sum":
			if m.Name == semconv.MetricJointProduct || m.Name == semconv.MetricVectorComponent {
				continue // signed sums, which no counter can hold, end at the judges
			}
			translated.Type = otlptranslator.MetricTypeMonotonicCounter
		default: // binned histograms do not go to Prometheus; their roll-ups do, and what is in no other series
			if !slices.Contains(histograms, m.Name) {
				continue
			}
			translated.Type = otlptranslator.MetricTypeHistogram
		}
		name, err := namer.Build(translated)
		require.NoError(t, err)
		if translated.Type == otlptranslator.MetricTypeHistogram {
			n.addHistogram(name)
		} else {
			n.metrics[name] = true
		}
	}
}

// histograms are those that model_rollup sends on.
var histograms = []string{semconv.MetricPredictionDuration, semconv.MetricOutcomeLoss, semconv.MetricGroundTruthDelay, semconv.MetricFeedbackScore}

func (n *Names) addHistogram(name string) {
	n.metrics[name+"_bucket"], n.metrics[name+"_sum"], n.metrics[name+"_count"] = true, true, true
	n.labels["le"] = true
}

// collectorMetrics and collectorLabels are of those that every collector has of its own, the ones that rules and dashboards
// ask for. The rules' integration test sees them on a collector's endpoint.
var (
	collectorMetrics = []string{
		"otelcol_exporter_enqueue_failed_metric_points", "otelcol_exporter_queue_capacity", "otelcol_exporter_queue_size",
		"otelcol_exporter_send_failed_metric_points", "otelcol_exporter_sent_metric_points",
		"otelcol_process_cpu_seconds", "otelcol_process_memory_rss", "otelcol_process_runtime_heap_alloc_bytes", "otelcol_process_uptime",
		"otelcol_receiver_accepted_log_records", "otelcol_receiver_accepted_metric_points", "otelcol_receiver_accepted_spans",
		"otelcol_receiver_failed_log_records", "otelcol_receiver_failed_metric_points", "otelcol_receiver_failed_spans",
		"otelcol_receiver_refused_log_records", "otelcol_receiver_refused_metric_points", "otelcol_receiver_refused_spans",
	}
	collectorLabels = []string{"exporter", "receiver", "processor", "transport", "data_type"}
)

// addTelemetry reads what the components' metadata says. A collector's own endpoint adds no _total and no unit to its counters.
func (n *Names) addTelemetry(t testing.TB) {
	var files []string
	for _, folders := range []string{"*/*", "extension/storage/*"} {
		found, err := filepath.Glob(filepath.Join(leewaytest.Repository(t), filepath.FromSlash(folders), "metadata.yaml"))
		require.NoError(t, err)
		require.NotEmpty(t, found, folders)
		files = append(files, found...)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var metadata struct {
			Attributes map[string]struct {
				Name string `yaml:"name_override"`
			}
			Telemetry struct {
				Metrics map[string]struct {
					Histogram  any
					Attributes []string
				}
			}
		}
		require.NoError(t, yaml.Unmarshal(text, &metadata), file)
		for name, m := range metadata.Telemetry.Metrics {
			name = "otelcol_" + name
			if m.Histogram == nil {
				n.metrics[name] = true
			} else {
				n.addHistogram(name)
			}
			for _, key := range m.Attributes {
				if override := metadata.Attributes[key].Name; override != "" {
					key = override
				}
				n.labels[key] = true
			}
		}
	}
}

func (n *Names) addAttributes(t testing.TB, names ...string) {
	namer := otlptranslator.LabelNamer{}
	for _, name := range names {
		label, err := namer.Build(name)
		require.NoError(t, err)
		n.labels[label] = true
	}
}

func (n *Names) hasLabel(name string) bool {
	return n.labels[name] || strings.HasPrefix(name, "ml_segment_")
}
