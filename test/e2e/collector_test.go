package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/test/leewaytest"
)

// options fill in the configurations below.
type options struct {
	profiles string // folder
	out      string // file of the statistics, as OTLP JSON
	storage  string // folder; "" = no checkpoints
	lateness string // "" = 2m
	segments string // one attribute; "" = none
	flush    string // "" = 0s
	// statistics is what else stands under model_statistics, indented by four.
	statistics string
}

// single is the configuration of one collector that does everything. Statistics move by event time alone: nothing is
// re-emitted, and an idle stream stays where it is.
func single(o options) string {
	return o.fill(`
extensions:
  profiles: {directory: PROFILES}
receivers:
  otlp: {protocols: {grpc: {endpoint: "${leewaytest:otlp_grpc}"}}}
connectors:
  model_summary:
    flush_interval: FLUSH
    SEGMENTS
processors:
  model_statistics:
    allowed_lateness: LATENESS
    idle_timeout: 1h
    emit_interval: 1h
    STATISTICS
  model_rollup: {}
exporters:
  file: {path: OUT, append: true}
  prometheus: {endpoint: "${leewaytest:prometheus}", without_scope_info: true}
service:
  extensions: [profiles]
  pipelines:
    logs: {receivers: [otlp], exporters: [model_summary]}
    metrics: {receivers: [model_summary], processors: [model_statistics, model_rollup], exporters: [file, prometheus]}
`)
}

func (o options) fill(config string) string {
	set := func(value, otherwise string) string {
		if value == "" {
			return otherwise
		}
		return value
	}
	segments := ""
	if o.segments != "" {
		segments = "segments: [[" + o.segments + "]]"
	}
	return strings.NewReplacer("PROFILES", o.profiles, "OUT", o.out, "STORAGE", o.storage, "FLUSH", set(o.flush, "0s"), "LATENESS", set(o.lateness, "2m"),
		"SEGMENTS", segments, "STATISTICS", o.statistics).Replace(config)
}

// agentConfig summarises and sends to the gateway. It waits for nothing: a batch is acknowledged when the gateway has it,
// unless flush is set.
func agentConfig(o options, gateway string) string {
	return strings.ReplaceAll(o.fill(`
extensions:
  profiles: {directory: PROFILES}
receivers:
  otlp: {protocols: {grpc: {endpoint: "${leewaytest:otlp_grpc}"}}}
connectors:
  model_summary:
    flush_interval: FLUSH
    SEGMENTS
exporters:
  otlp_grpc:
    endpoint: GATEWAY
    tls: {insecure: true}
    timeout: 5m # a request that is given up, and sent again, may count twice
    sending_queue: {enabled: false}
    retry_on_failure: {initial_interval: 100ms, max_interval: 500ms, max_elapsed_time: 2m}
service:
  extensions: [profiles]
  pipelines:
    logs: {receivers: [otlp], exporters: [model_summary]}
    metrics: {receivers: [model_summary], exporters: [otlp_grpc]}
`), "GATEWAY", gateway)
}

// gatewayConfig judges summaries, keeps its windows, and takes events as well. Where the endpoint is empty, it gets a free one.
func gatewayConfig(o options, endpoint string) string {
	if endpoint == "" {
		endpoint = "${leewaytest:otlp_grpc}"
	}
	return strings.ReplaceAll(o.fill(`
extensions:
  profiles: {directory: PROFILES}
  file_storage: {directory: STORAGE, create_directory: true}
receivers:
  otlp: {protocols: {grpc: {endpoint: "ENDPOINT"}}}
connectors:
  model_summary:
    flush_interval: 0s
    SEGMENTS
processors:
  model_statistics:
    allowed_lateness: LATENESS
    idle_timeout: 1h
    emit_interval: 1h
    storage: file_storage
    STATISTICS
  model_rollup: {}
exporters:
  file: {path: OUT, append: true}
  prometheus: {endpoint: "${leewaytest:prometheus}", without_scope_info: true}
service:
  extensions: [profiles, file_storage]
  pipelines:
    logs: {receivers: [otlp], exporters: [model_summary]}
    metrics: {receivers: [otlp, model_summary], processors: [model_statistics, model_rollup], exporters: [file, prometheus]}
`), "ENDPOINT", endpoint)
}

func start(t *testing.T, config string) *leewaytest.Collector {
	t.Helper()
	if os.Getenv("LEEWAY_NO_ROLLUP") != "" {
		config = strings.NewReplacer("  model_rollup: {}\n", "", ", model_rollup]", "]").Replace(config)
	}
	return leewaytest.Start(t, config)
}

// ctl runs leewayctl.
func ctl(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command(leewaytest.Build(t).Leewayctl, args...).CombinedOutput()
	require.NoError(t, err, "leewayctl %s\n%s", strings.Join(args, " "), out)
	return string(out)
}

func quickstartFile(name string) string {
	path, err := filepath.Abs(filepath.Join("..", "..", "examples", "quickstart", name))
	if err != nil {
		panic(err) // there is no working directory
	}
	return path
}

// sharedFolder finds the data and golden numbers that lie beside the repository; without them the test is skipped.
func sharedFolder(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "..", "shared"))
	require.NoError(t, err)
	if _, err := os.Stat(filepath.Join(path, "golden")); err != nil {
		t.Skip("needs ../shared beside the repository: real data, and other people's numbers for it")
	}
	return path
}

// flightProfile is a folder with the profile of the quick start's model, of its reference rows.
func flightProfile(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	ctl(t, "profile", quickstartFile("flights.csv.gz"), "--model", "flight-delay", "--where", "split=reference", "--time-column", "timestamp",
		"--id-column", "prediction_id", "--class-column", "predicted_class", "--score-column", "predicted_probability", "--positive-class", "late",
		"--segment", "carrier", "--time-zone", "America/New_York", "--quiet", "--output", filepath.Join(folder, "flight-delay.json"))
	return folder
}

// assertRollups compares what the roll-ups count with what was sent: nothing may be lost, nothing counted twice.
func assertRollups(t *testing.T, c *leewaytest.Collector, events int) {
	t.Helper()
	families := c.Scrape(t, c.Prometheus)
	sums := map[string]float64{}
	for _, m := range families["ml_feature_bins_total"].GetMetric() {
		feature, whole := "", true
		for _, l := range m.GetLabel() {
			if l.GetName() == "ml_feature_name" {
				feature = l.GetValue()
			}
			whole = whole && !strings.HasPrefix(l.GetName(), "ml_segment_")
		}
		if whole {
			sums[feature] += m.GetCounter().GetValue()
		}
	}
	for _, m := range families["ml_feature_invalid_total"].GetMetric() {
		feature, whole, missing := "", true, false
		for _, l := range m.GetLabel() {
			switch l.GetName() {
			case "ml_feature_name":
				feature = l.GetValue()
			case "ml_invalid_reason":
				missing = l.GetValue() == "missing"
			}
			whole = whole && !strings.HasPrefix(l.GetName(), "ml_segment_")
		}
		if whole && missing {
			sums[feature] += m.GetCounter().GetValue()
		}
	}
	if assert.NotEmpty(t, sums) {
		for feature, sum := range sums {
			assert.InDelta(t, events, sum, 0, feature)
		}
	}
}
