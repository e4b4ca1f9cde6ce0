//go:build integration

package dashboards

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/test/leewaytest"
	"github.com/leeway-ml/leeway/test/prometheustest"
)

const collectorConfig = `
extensions: {profiles: {directory: %q}}
receivers: {otlp: {protocols: {grpc: {endpoint: "${leewaytest:otlp_grpc}"}}}}
connectors: {model_summary: {flush_interval: 1s}}
processors: {model_statistics: {}, model_rollup: {}}
exporters: {prometheus: {endpoint: "${leewaytest:prometheus}", without_scope_info: true, metric_expiration: 10m}}
service:
  extensions: [profiles]
  pipelines:
    logs: {receivers: [otlp], exporters: [model_summary]}
    metrics: {receivers: [model_summary], processors: [model_statistics, model_rollup], exporters: [prometheus]}
`

// TestPrometheus: a real Prometheus scrapes a collector that is sent the quick start's flights. Every query of every dashboard
// answers with data, the rules evaluate, and the alerts that this drift is for are on their way.
func TestPrometheus(t *testing.T) {
	folder := t.TempDir()
	data := filepath.Join(leewaytest.Repository(t), "examples", "quickstart", "flights.csv.gz")
	model := []string{"--model", "flight-delay", "--version", "1", "--id-column", "prediction_id", "--class-column", "predicted_class", "--score-column", "predicted_probability", "--quiet"}
	require.NoError(t, os.Mkdir(filepath.Join(folder, "profiles"), 0o755))
	prometheustest.Leewayctl(t, append([]string{"profile", data, "--time-column", "timestamp", "--where", "split=reference", "--positive-class", "late",
		"--time-zone", "America/New_York", "--output", filepath.Join(folder, "profiles", "flight-delay.json")}, model...)...)

	collector := leewaytest.Start(t, fmt.Sprintf(collectorConfig, filepath.Join(folder, "profiles")))
	p := prometheustest.Start(t, prometheustest.Config{Collector: collector})
	replay := func(from, to string) {
		prometheustest.Leewayctl(t, append([]string{"replay", data, "--exclude", "split", "--from", from, "--to", to, "--endpoint", collector.OTLPGRPC}, model...)...)
	}
	// Counters must have grown between two scrapes, so that their rates are something.
	replay("2013-08-01", "2013-08-28")
	p.Await(t, `ml_predictions_total`)
	replay("2013-08-28", "2013-09-01")

	variables := strings.NewReplacer("$__rate_interval", "5m", "$__range", "1h", "$model", "flight-delay", "$version", "1", "$window", "7d", "$feature", "temperature", "${segment:raw}", "")
	for file, d := range all(t) {
		for _, v := range d.Templating.List {
			if m := labelValues.FindStringSubmatch(v.Query); v.Type == "query" && m != nil {
				p.Await(t, having(m[2], variables.Replace(m[1])))
			}
		}
		for _, panel := range d.Panels {
			for _, q := range panel.Targets {
				t.Run(file+"/"+panel.Title+"/"+q.RefID, func(t *testing.T) { p.Await(t, variables.Replace(q.Expr)) })
			}
		}
	}
	for _, series := range []string{
		`ALERTS{alertname="LeewayDriftWidespread",ml_window="7d"}`,
		`ALERTS{alertname="LeewayFeatureDrift",ml_feature_name="temperature",ml_window="7d"}`,
		`ALERTS{alertname="LeewayFeatureInvalid",ml_feature_name="temperature",ml_drift_statistic="out_of_range_share"}`,
		`feature:ml_feature_drift_detected:fleet1h == 1`,
	} {
		p.Await(t, series)
	}
	p.RulesAreHealthy(t)
}

// having narrows a selector to series that have the label.
func having(label, selector string) string {
	selector, matchers := strings.CutSuffix(selector, "}")
	if matchers {
		return fmt.Sprintf(`%s, %s!=""}`, selector, label)
	}
	return fmt.Sprintf(`%s{%s!=""}`, selector, label)
}
