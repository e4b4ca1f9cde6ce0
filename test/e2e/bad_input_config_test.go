package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/test/leewaytest"
)

// TestWrongConfigurations: the default configuration with one mistake in it. The collector does not start, and says where the
// mistake is, what stands there, and what would be right.
func TestWrongConfigurations(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(leewaytest.Repository(t), "config", "leeway.yaml"))
	require.NoError(t, err)
	const summary, concept, statistics, rollup, profiles, store = "  model_summary:\n", "  concept_drift:\n", "  model_statistics:\n", "  model_rollup:\n", "    directory: ./profiles\n", "    directory: ./data/prometheus\n"
	for _, mistake := range []struct {
		instead, of string
		says        []string
	}{
		{"  model_statistics: {allowed_latenes: 2m}\n", statistics, []string{`"model_statistics"`, "allowed_latenes: unknown key; did you mean allowed_lateness?"}},
		{"  model_statistics: {allowed_lateness: 2}\n", statistics, []string{`"model_statistics"`, "allowed_lateness: 2 must be a duration with its unit, as in 10s"}},
		{"  model_statistics: {allowed_lateness: -2m}\n", statistics, []string{"processors::model_statistics", "allowed_lateness: -2m0s must be at least 0s"}},
		{"  model_statistics: {windows: [{name: abc}]}\n", statistics, []string{"processors::model_statistics", `windows[0]: length: not given, and the name "abc" is no length such as 1h`}},
		{"  model_statistics: {windows: [1h]}\n", statistics, []string{`windows[0]: "1h" must be written as {every: ..., length: ..., name: ...}`}},
		{"  model_statistics: {drift: {primary: PSI}}\n", statistics, []string{"processors::model_statistics::drift", `primary: "PSI" is not judged; use one of psi`}},
		{"  model_statistics: {storage: file_storage}\n", statistics, []string{`"model_statistics"`, `storage: no extension "file_storage" is running`, "service::extensions"}},
		{"  concept_drift: {detectors: [{signal: log_loss, method: eddm}]}\n", concept, []string{"processors::concept_drift", "detectors[0]::method: eddm takes only 0 (right) and 1 (wrong), which log_loss is not; use one of"}},
		{"  concept_drift: {detectors: [{signal: error, treshold: 5}]}\n", concept, []string{`"concept_drift"`, "detectors[0]::treshold: unknown key; did you mean threshold?"}},
		{"  model_summary: {flush_interval: 10}\n", summary, []string{`"model_summary"`, "flush_interval: 10 must be a duration with its unit, as in 10s"}},
		{"  model_summary: {segments: country}\n", summary, []string{`"model_summary"`, `segments: "country" must be written as [[a], [a, b]]`}},
		{"  model_summary: {fields: {logs: {model_name: \"foo(\"}}}\n", summary, []string{"connectors::model_summary", `logs::model_name: "foo("`, "OTTL"}},
		{"  model_rollup: {limits: {max_serie: 5}}\n", rollup, []string{`"model_rollup"`, "limits::max_serie: unknown key; did you mean max_series?"}},
		{"    learn: {observations: -1}\n", profiles, []string{`"profiles"`, "learn::observations: -1 must be a whole number, 0 or more"}},
		{"    source: {endpoint: gateway:4319}\n", profiles, []string{"extensions::profiles::source", `"gateway:4319" is no HTTP URL; write it as http://host:port`}},
		{"    directory: \"\"\n", store, []string{"exporters::local_prometheus", "directory: missing; name a folder for the store"}},
		{"    retention: {time: 15}\n", store, []string{`"local_prometheus"`, "retention::time: 15 must be a duration with its unit, as in 10s"}},
		{"  model_summaries:\n", summary, []string{`unknown type: "model_summaries"`, "valid values", "model_summary"}},
	} {
		t.Run(strings.TrimSpace(mistake.instead), func(t *testing.T) {
			t.Parallel()
			require.Equal(t, 1, strings.Count(string(text), mistake.of))
			said := refusal(t, strings.NewReplacer(mistake.of, mistake.instead, ":4317", ":0", ":4318", ":0", ":9464", ":0", ":9090", ":0", ":13133", ":0", "port: 8888", "port: 0").Replace(string(text)))
			for _, want := range mistake.says {
				assert.Contains(t, said, want)
			}
		})
	}
}

// refusal is what the collector says of a configuration that it must refuse.
func refusal(t *testing.T, config string) string {
	t.Helper()
	folder := t.TempDir()
	path := filepath.Join(folder, "config.yaml")
	require.NoError(t, os.WriteFile(path, []byte(config), 0o600))
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	command := exec.CommandContext(ctx, leewaytest.Build(t).Leeway, "--config", path)
	command.Dir = folder
	output, err := command.CombinedOutput()
	require.NoError(t, ctx.Err(), "it runs\n%s", output)
	require.Error(t, err, "%s", output)
	return string(output)
}
