//go:build integration

package ui

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/test/leewaytest"
)

// run is a program of Node's, in this folder.
func run(t *testing.T, env []string, name string, args ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Env = append(os.Environ(), env...)
	output, err := command.CombinedOutput()
	t.Logf("%s", output)
	require.NoError(t, err, "%s %v; .ci/install-test-tools installs what is needed", name, args)
}

// TestBundle: dist is what the sources and the lock file make.
func TestBundle(t *testing.T) {
	run(t, nil, "node", "node_modules/typescript/bin/tsc", "--noEmit")
	made := filepath.Join(t.TempDir(), "dist")
	run(t, nil, "node", "build.mjs", "--to", made)
	contents := func(folder string) map[string]string {
		found := make(map[string]string)
		require.NoError(t, filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			name, _ := filepath.Rel(folder, path)
			found[name] = string(text)
			return err
		}))
		return found
	}
	want, got := contents(made), contents("dist")
	for name, text := range want {
		assert.True(t, got[name] == text, "dist/%s is not what src makes: run make ui and commit what it writes", name)
	}
	assert.Len(t, got, len(want), "dist has files that src does not make: run make ui")
}

// TestUnits are the unit tests beside the sources.
func TestUnits(t *testing.T) {
	run(t, nil, "npm", "test", "--silent")
}

const collectorConfig = `
extensions: {profiles: {directory: %q}}
receivers: {otlp: {protocols: {grpc: {endpoint: "${leewaytest:otlp_grpc}"}}}}
connectors: {model_summary: {flush_interval: 0s}}
processors: {model_statistics: {}, model_rollup: {}}
exporters: {local_prometheus: {endpoint: %q, directory: %q}}
service:
  extensions: [profiles]
  pipelines:
    logs: {receivers: [otlp], exporters: [model_summary]}
    metrics: {receivers: [model_summary], processors: [model_statistics, model_rollup], exporters: [local_prometheus]}
`

// TestBrowser opens the page in Chromium, on what two replayed models left in the collector's own store.
func TestBrowser(t *testing.T) {
	folder := t.TempDir()
	data := filepath.Join(leewaytest.Repository(t), "examples", "quickstart", "flights.csv.gz")
	columns := []string{"--time-column", "timestamp", "--id-column", "prediction_id", "--class-column", "predicted_class", "--score-column", "predicted_probability", "--quiet"}
	profiles := filepath.Join(folder, "profiles")
	require.NoError(t, os.Mkdir(profiles, 0o755))
	address, err := leewaytest.FreeAddress()
	require.NoError(t, err)
	collector := leewaytest.Start(t, fmt.Sprintf(collectorConfig, profiles, address, filepath.Join(folder, "store")))
	for _, model := range []string{"flight-delay", "other-airport"} {
		ctl(t, append([]string{"profile", data, "--model", model, "--where", "split=reference", "--positive-class", "late",
			"--time-zone", "America/New_York", "--output", filepath.Join(profiles, model+".json")}, columns...)...)
	}
	replay := func(model, version, from string) {
		ctl(t, append([]string{"replay", data, "--model", model, "--version", version, "--exclude", "split",
			"--from", from, "--to", "2013-09-01", "--rebase", "--endpoint", collector.OTLPGRPC}, columns...)...)
	}
	replay("flight-delay", "1", "2013-08-15")
	replay("other-airport", "7", "2013-08-27")

	run(t, []string{"LEEWAY_PAGE=http://" + address}, "node", "--test", "--test-reporter=spec", "test/browser.test.mjs")
}

func ctl(t *testing.T, args ...string) {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), leewaytest.Build(t).Leewayctl, args...).CombinedOutput()
	require.NoError(t, err, "leewayctl %v\n%s", args, output)
}
