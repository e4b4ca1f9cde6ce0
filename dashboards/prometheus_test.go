//go:build integration

package dashboards

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/rules"
	"github.com/leeway-ml/leeway/test/leewaytest"
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

const prometheusConfig = `
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: ["*.rules.yaml"]
scrape_configs:
  - {job_name: leeway-models, honor_labels: true, static_configs: [{targets: [%q]}]}
  - {job_name: leeway, static_configs: [{targets: [%q]}]}
`

// TestPrometheus: a real Prometheus scrapes a collector that is sent the quick start's flights. Every query of every dashboard
// answers with data, the rules evaluate, and the alerts that this drift is for are on their way.
func TestPrometheus(t *testing.T) {
	folder := t.TempDir()
	data := filepath.Join(leewaytest.Repository(t), "examples", "quickstart", "flights.csv.gz")
	model := []string{"--model", "flight-delay", "--version", "1", "--id-column", "prediction_id", "--class-column", "predicted_class", "--score-column", "predicted_probability", "--quiet"}
	require.NoError(t, os.Mkdir(filepath.Join(folder, "profiles"), 0o755))
	ctl(t, append([]string{"profile", data, "--time-column", "timestamp", "--where", "split=reference", "--positive-class", "late",
		"--time-zone", "America/New_York", "--output", filepath.Join(folder, "profiles", "flight-delay.json")}, model...)...)

	collector := leewaytest.Start(t, fmt.Sprintf(collectorConfig, filepath.Join(folder, "profiles")))
	p := startPrometheus(t, filepath.Join(folder, "prometheus"), collector)
	replay := func(from, to string) {
		ctl(t, append([]string{"replay", data, "--exclude", "split", "--from", from, "--to", to, "--endpoint", collector.OTLPGRPC}, model...)...)
	}
	// Counters must have grown between two scrapes, so that their rates are something.
	replay("2013-08-01", "2013-08-28")
	p.await(t, `ml_predictions_total`)
	replay("2013-08-28", "2013-09-01")

	variables := strings.NewReplacer("$__rate_interval", "5m", "$__range", "1h", "$model", "flight-delay", "$version", "1", "$window", "7d", "$feature", "temperature", "${segment:raw}", "")
	for file, d := range all(t) {
		for _, v := range d.Templating.List {
			if m := labelValues.FindStringSubmatch(v.Query); v.Type == "query" && m != nil {
				p.await(t, having(m[2], variables.Replace(m[1])))
			}
		}
		for _, panel := range d.Panels {
			for _, q := range panel.Targets {
				t.Run(file+"/"+panel.Title+"/"+q.RefID, func(t *testing.T) { p.await(t, variables.Replace(q.Expr)) })
			}
		}
	}
	for _, series := range []string{
		`ALERTS{alertname="LeewayDriftWidespread",ml_window="7d"}`,
		`ALERTS{alertname="LeewayFeatureDrift",ml_feature_name="temperature",ml_window="7d"}`,
		`ALERTS{alertname="LeewayFeatureInvalid",ml_feature_name="temperature",ml_drift_statistic="out_of_range_share"}`,
		`feature:ml_feature_drift_detected:fleet1h == 1`,
	} {
		p.await(t, series)
	}
	p.rulesAreHealthy(t)
}

// having narrows a selector to series that have the label.
func having(label, selector string) string {
	selector, matchers := strings.CutSuffix(selector, "}")
	if matchers {
		return fmt.Sprintf(`%s, %s!=""}`, selector, label)
	}
	return fmt.Sprintf(`%s{%s!=""}`, selector, label)
}

func ctl(t *testing.T, args ...string) {
	out, err := exec.CommandContext(t.Context(), leewaytest.Build(t).Leewayctl, args...).CombinedOutput()
	require.NoError(t, err, "leewayctl %s\n%s", strings.Join(args, " "), out)
}

// prometheus is a running server.
type prometheus struct{ url string }

func startPrometheus(t *testing.T, folder string, scraped *leewaytest.Collector) *prometheus {
	binary, err := exec.LookPath("prometheus")
	require.NoError(t, err, "a Prometheus is needed; .ci/install-test-tools brings it, and make test-integration puts it into the PATH")
	require.NoError(t, os.Mkdir(folder, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "prometheus.yml"), fmt.Appendf(nil, prometheusConfig, scraped.Prometheus, scraped.Telemetry), 0o600))
	files, err := fs.Glob(rules.Files, "*")
	require.NoError(t, err)
	for _, file := range files {
		text, err := fs.ReadFile(rules.Files, file)
		require.NoError(t, err)
		often := strings.NewReplacer("interval: 1m", "interval: 1s", "interval: 2m", "interval: 1s").Replace(string(text))
		require.NoError(t, os.WriteFile(filepath.Join(folder, file), []byte(often), 0o600))
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())

	log, err := os.Create(filepath.Join(folder, "log"))
	require.NoError(t, err)
	command := exec.Command(binary, "--config.file=prometheus.yml", "--storage.tsdb.path=data", "--web.listen-address="+address)
	command.Dir, command.Stdout, command.Stderr = folder, log, log
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		_ = command.Wait()
		if text, err := os.ReadFile(log.Name()); t.Failed() && err == nil {
			t.Logf("Prometheus' log:\n%s", text)
		}
		log.Close()
	})
	return &prometheus{url: "http://" + address}
}

func (p *prometheus) get(ctx context.Context, path string, to any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+path, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct {
		Status, Error string
		Data          json.RawMessage
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	if answer.Status != "success" {
		return fmt.Errorf("%s: %s", path, answer.Error)
	}
	return json.Unmarshal(answer.Data, to)
}

// await fails the test if the query has no answer for two minutes, the time that idle windows and a few scrapes take at most.
func (p *prometheus) await(t *testing.T, query string) {
	t.Helper()
	var last error
	answered := func() bool {
		var data struct{ Result []any }
		last = p.get(t.Context(), "/api/v1/query?"+url.Values{"query": {query}}.Encode(), &data)
		return last == nil && len(data.Result) > 0
	}
	deadline := time.Now().Add(2 * time.Minute)
	for !answered() {
		if time.Now().After(deadline) {
			t.Fatalf("no data (%v): %s", last, query)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

func (p *prometheus) rulesAreHealthy(t *testing.T) {
	var data struct {
		Groups []struct {
			Rules []struct{ Name, Health, LastError string }
		}
	}
	require.NoError(t, p.get(t.Context(), "/api/v1/rules", &data))
	require.NotEmpty(t, data.Groups)
	for _, group := range data.Groups {
		for _, r := range group.Rules {
			assert.Equal(t, "ok", r.Health, "%s: %s", r.Name, r.LastError)
		}
	}
}
