package falsealarms

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/test/leewaytest"
)

// model is the name of the model under test.
const model = "watched"

// pipeline is a running collector that judges every window twice: by our rule, with the configuration that users get, and
// against the whole reference, for the rules of others. Both go to files.
type pipeline struct {
	*leewaytest.Collector
	ours, whole string // paths
}

// startPipeline starts it. What is not needed is dropped before it is written: a month of summaries is gigabytes. Statistics
// move by event time alone: an idle stream stays where it is, and nothing is sent again.
func startPipeline(t *testing.T, profiles, window string) *pipeline {
	t.Helper()
	folder := t.TempDir()
	p := &pipeline{ours: filepath.Join(folder, "ours"), whole: filepath.Join(folder, "whole")}
	p.Collector = leewaytest.Start(t, strings.NewReplacer("PROFILES", profiles, "WINDOW", window, "OURS", p.ours, "WHOLE", p.whole).Replace(`
extensions:
  profiles: {directory: "PROFILES"}
receivers:
  otlp: {protocols: {grpc: {endpoint: "${leewaytest:otlp_grpc}"}}}
connectors:
  model_summary: {pane: 5m, flush_interval: 0s}
processors:
  model_statistics/ours: {windows: [{name: WINDOW}], idle_timeout: 24h, emit_interval: 24h}
  model_statistics/whole:
    windows: [{name: WINDOW}]
    idle_timeout: 24h
    emit_interval: 24h
    drift: {statistics: [psi, js_distance], same_hours: false, min_expected: 0}
  filter/ours: {metrics: {metric: ['not IsMatch(name, "^ml\\.(feature|prediction)\\.drift\\.(detected|psi|psi_threshold|psi_noise)$")']}}
  filter/whole: {metrics: {metric: ['not IsMatch(name, "^ml\\.(feature|prediction)\\.drift\\.(psi|js_distance)$")']}}
exporters:
  file/ours: {path: "OURS", format: proto}
  file/whole: {path: "WHOLE", format: proto}
service:
  extensions: [profiles]
  pipelines:
    logs: {receivers: [otlp], exporters: [model_summary]}
    metrics/ours: {receivers: [model_summary], processors: [model_statistics/ours, filter/ours], exporters: [file/ours]}
    metrics/whole: {receivers: [model_summary], processors: [model_statistics/whole, filter/whole], exporters: [file/whole]}
`))
	return p
}

// published ends the collector and reads what it has said.
func (p *pipeline) published(t *testing.T) history {
	t.Helper()
	p.Stop(t)
	h := history{}
	h.read(t, p.ours, (*judgement).setOurs)
	h.read(t, p.whole, (*judgement).setWhole)
	require.NotEmpty(t, h)
	return h
}

// ctl runs leewayctl.
func ctl(t *testing.T, args ...string) {
	t.Helper()
	out, err := exec.Command(leewaytest.Build(t).Leewayctl, args...).CombinedOutput()
	require.NoError(t, err, "leewayctl %s\n%s", strings.Join(args, " "), out)
}
