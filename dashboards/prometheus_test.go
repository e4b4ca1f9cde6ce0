//go:build integration

package dashboards

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/test/leewaytest"
	"github.com/leeway-ml/leeway/test/prometheustest"
	"github.com/leeway-ml/leeway/test/promnames"
)

const collectorConfig = `
extensions: {profiles: {directory: %q}}
receivers: {otlp: {protocols: {grpc: {endpoint: "${leewaytest:otlp_grpc}"}, http: {endpoint: "${leewaytest:otlp_http}"}}}}
connectors: {model_summary: {flush_interval: 1s, limits: {max_features: 1}}}
processors:
  calibrate:
  ground_truth: {time_to_live: 48h, idle_timeout: 1s}
  concept_drift: {idle_timeout: 1s, detectors: [{signal: error, method: page_hinkley, threshold: 5}, {signal: log_loss}, {signal: input/temperature}, {signal: input/nowhere}]}
  model_statistics:
    idle_timeout: 1s
    emit_interval: 1s
    drift: {statistics: [all]}
    quality: {statistics: [all], objectives: {accuracy: {at_least: 0.99}}}
    calibration: {statistics: [all]}
    multivariate: {beyond_noise: false, factor: 0, limits: {correlation_shift: {floor: 0.001}}}
  model_rollup: {emit_interval: 1s}
exporters: {prometheus: {endpoint: "${leewaytest:prometheus}", without_scope_info: true, metric_expiration: 10m}}
service:
  extensions: [profiles]
  pipelines:
    logs: {receivers: [otlp], processors: [calibrate, ground_truth, concept_drift], exporters: [model_summary]}
    metrics: {receivers: [model_summary], processors: [model_statistics, model_rollup], exporters: [prometheus]}
`

// silent are metrics that a collector has only after something that does not happen here, and what that is. Their queries
// are run; that they have no answer is right.
var silent = map[string]string{
	"otelcol_model_summary_events_lost":                 "the next component refuses summaries for long",
	"otelcol_model_summary_flush_failures":              "the next component refuses summaries",
	"otelcol_model_summary_early_flushes":               "more waits for a flush than max_memory_mib",
	"otelcol_model_statistics_models_evicted":           "nothing comes of a model for longer than its longest window",
	"otelcol_model_statistics_emit_failures":            "the next component refuses statistics",
	"otelcol_model_statistics_checkpoint_failures":      "the storage fails",
	"otelcol_model_statistics_checkpoint_corrupt":       "the storage has been damaged",
	"otelcol_model_rollup_emit_failures":                "the next component refuses roll-ups",
	"otelcol_model_rollup_series_evicted":               "nothing is added to a series for max_stale",
	"otelcol_model_rollup_points_rebinned":              "summaries come over other bins than the profile's",
	"otelcol_model_summary_classes_unseen":              "outcomes have classes that the profile does not know",
	"ml_loss_change_detected":                           "the loss rises, and in the last week of August it does not",
	"otelcol_concept_drift_checkpoint_corrupt":          "the storage has been damaged",
	"otelcol_concept_drift_checkpoint_failures":         "the storage fails",
	"otelcol_concept_drift_detectors_begun_anew":        "stored detectors are of another configuration",
	"otelcol_concept_drift_emit_failures":               "the next component refuses detections",
	"otelcol_concept_drift_events_dropped":              "the next component refuses detections for long",
	"otelcol_concept_drift_evicted":                     "nothing comes of a model for long",
	"otelcol_concept_drift_values_repeated":             "an event is delivered twice",
	"otelcol_concept_drift_values_early":                "more events wait for those before them than max_buffered",
	"otelcol_ground_truth_emit_failures":                "the next component refuses outcomes",
	"otelcol_ground_truth_events_future":                "an event's time is ahead of the clock",
	"otelcol_ground_truth_evicted":                      "a limit of ground_truth is reached",
	"otelcol_ground_truth_storage_corrupt":              "the storage has been damaged",
	"otelcol_ground_truth_storage_failures":             "the storage fails",
	"otelcol_ground_truth_storage_lost":                 "the storage fails for long",
	"otelcol_pebble_storage_commit_duration_bucket":     "there is a pebble_storage",
	"otelcol_pebble_storage_compaction_debt":            "there is a pebble_storage",
	"otelcol_pebble_storage_disk_size":                  "there is a pebble_storage",
	"otelcol_pebble_storage_failures":                   "there is a pebble_storage",
	"otelcol_pebble_storage_memory_size":                "there is a pebble_storage",
	"otelcol_pebble_storage_operations":                 "there is a pebble_storage",
	"model:ml_quality_burn:6h":                          "ten minutes pass",
	"model:ml_quality_burn:1d":                          "ten minutes pass",
	"model:ml_quality_burn:3d":                          "ten minutes pass",
	"otelcol_local_prometheus_samples_appended":         "there is an embedded Prometheus",
	"otelcol_local_prometheus_samples_dropped":          "there is an embedded Prometheus",
	"otelcol_local_prometheus_series":                   "there is an embedded Prometheus",
	"otelcol_local_prometheus_storage_size":             "there is an embedded Prometheus",
	"otelcol_local_prometheus_rule_evaluation_failures": "there is an embedded Prometheus",
	"otelcol_local_prometheus_notifications_dropped":    "there is an embedded Prometheus",
	"otelcol_profiles_source_age":                       "profiles come from another collector",
	"otelcol_profiles_source_failures":                  "the other collector is away",
	"otelcol_profiles_storage_failures":                 "the storage fails",
	"otelcol_profiles_learning_models":                  "profiles are learned",
	"otelcol_profiles_learning_ignored":                 "profiles are learned, and a limit is reached",
	"otelcol_exporter_queue_size":                       "an exporter has a queue",
	"otelcol_exporter_queue_capacity":                   "an exporter has a queue",
	"otelcol_exporter_enqueue_failed_metric_points":     "an exporter's queue is full",
	"otelcol_exporter_send_failed_metric_points":        "an exporter fails",
	"otelcol_receiver_accepted_spans":                   "predictions are spans",
	"otelcol_receiver_refused_spans":                    "predictions are spans",
	"otelcol_receiver_failed_spans":                     "predictions are spans",
	"otelcol_receiver_accepted_metric_points":           "agents send summaries",
	"otelcol_receiver_refused_metric_points":            "agents send summaries",
	"otelcol_receiver_failed_metric_points":             "agents send summaries",
}

// TestPrometheus: a real Prometheus scrapes a collector that is sent the quick start's flights, and some events that are
// wrong. Every query of every dashboard answers with data, and so does every variable.
func TestPrometheus(t *testing.T) {
	folder := t.TempDir()
	data := filepath.Join(leewaytest.Repository(t), "examples", "quickstart", "flights.csv.gz")
	truth := filepath.Join(leewaytest.Repository(t), "examples", "quickstart", "flights_truth.csv.gz")
	model := []string{"--model", "flight-delay", "--version", "1", "--id-column", "prediction_id", "--class-column", "predicted_class", "--score-column", "predicted_probability", "--quiet"}
	profiles := filepath.Join(folder, "profiles")
	require.NoError(t, os.Mkdir(profiles, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(profiles, "broken.json"), []byte("{}"), 0o600))
	importances := filepath.Join(folder, "importances.csv")
	require.NoError(t, os.WriteFile(importances, []byte("feature,importance\ntemperature,2\nhour,1\n"), 0o600))
	prometheustest.Leewayctl(t, append([]string{"profile", withVectors(t, data), "--importances", importances, "--time-column", "timestamp", "--truth", truth, "--where", "split=reference", "--positive-class", "late",
		"--time-zone", "America/New_York", "--output", filepath.Join(profiles, "flight-delay.json")}, model...)...)

	collector := leewaytest.Start(t, fmt.Sprintf(collectorConfig, profiles))
	p := prometheustest.Start(t, prometheustest.Config{Collector: collector, Rewrite: func(rules string) string {
		return regexp.MustCompile(`(?m)^( +for): \w+$`).ReplaceAllString(rules, "$1: 0s") // the replay does not take so long
	}})
	replay := func(from, to string) {
		prometheustest.Leewayctl(t, append([]string{"replay", data, truth, "--exclude", "split", "--from", from, "--to", to, "--endpoint", collector.OTLPGRPC}, model...)...)
	}
	replay("2013-08-01", "2013-08-28")
	p.Await(t, `ml_predictions_total`)
	sendVectors(t, collector, "2013-08-28T01:00:00Z")
	replay("2013-08-28", "2013-09-01")
	p.Await(t, `ml_statistics_samples{ml_window="7d"}`)
	// Counters must have been seen by two scrapes, so that their rates are something.
	sendWrong(t, collector, "f057225")
	p.Await(t, `otelcol_model_statistics_points_refused`)
	p.Await(t, `ml_feedback_score_count`)
	p.Await(t, `ml_ground_truth_joins_total{ml_join_result="orphan"}`)
	sendWrong(t, collector, "f057226")

	names := promnames.Exported(t)
	for _, record := range records(t) {
		names.Add(record)
	}
	var open []question
	excused := make(map[string]bool)
	add := func(q question) {
		used, err := names.Used(q.expressions[0])
		require.NoError(t, err)
		if slices.ContainsFunc(used, func(name string) bool { return silent[name] == "" }) {
			open = append(open, q)
			return
		}
		for _, name := range used {
			excused[name] = true
		}
		p.Query(t, q.expressions[0])
	}
	for file, d := range all(t) {
		for _, v := range d.Templating.List {
			if m := labelValues.FindStringSubmatch(v.Query); v.Type == "query" && m != nil {
				open = append(open, ask(file+", variable "+v.Name, having(m[2], m[1])))
			}
		}
		for _, panel := range d.Panels {
			for _, target := range panel.Targets {
				add(ask(fmt.Sprintf("%s, %s, %s", file, panel.Title, target.RefID), target.Expr))
			}
		}
		for _, a := range d.Annotations.List {
			if strings.Contains(a.Expr, "pipeline") {
				p.Query(t, ask(file, a.Expr).expressions[0]) // nothing is lost here
				continue
			}
			add(ask(file+", annotation", a.Expr))
		}
	}
	for name := range silent {
		assert.True(t, excused[name], "no query is about %s alone: not to be listed", name)
	}

	deadline := time.Now().Add(time.Minute)
	for len(open) > 0 && time.Now().Before(deadline) {
		open = slices.DeleteFunc(open, func(q question) bool {
			return slices.ContainsFunc(q.expressions, func(expression string) bool { return len(p.Query(t, expression)) > 0 })
		})
		time.Sleep(100 * time.Millisecond)
	}
	for _, q := range open {
		t.Errorf("%s: no data\n%s", q.where, strings.Join(q.expressions, "\n"))
	}
	p.RulesAreHealthy(t)
}

// question is answered if any of its expressions has an answer: panels are about numbers or categories.
type question struct {
	where       string
	expressions []string
}

func ask(where, query string) question {
	query = strings.ReplaceAll(query, " or vector(0)", "") // which would hide that there is nothing
	q := question{where: where}
	for _, feature := range []string{"temperature", "destination"} {
		q.expressions = append(q.expressions, strings.NewReplacer("$__rate_interval", "5m", "$__range", "1h", "$model", "flight-delay", "$version", "1", "$window", "7d",
			"$feature", feature, "${measure}", "accuracy", "$class", "late", "${segment:raw}", "", "$job", ".*", "$instance", ".*").Replace(query))
	}
	return q
}

// having narrows a selector to series that have the label.
func having(label, selector string) string {
	selector, matchers := strings.CutSuffix(selector, "}")
	if matchers {
		return fmt.Sprintf(`%s, %s!=""}`, selector, label)
	}
	return fmt.Sprintf(`%s{%s!=""}`, selector, label)
}
