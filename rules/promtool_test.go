//go:build integration

package rules

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPromtool runs what a user would run before loading the rules, and their unit tests.
func TestPromtool(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	require.NoError(t, err, "promtool is Prometheus'; .ci/install-test-tools brings it, and make test-integration puts it into the PATH")
	for _, c := range []struct{ arguments, files string }{{"check", "*.rules.yaml"}, {"test", "*_test.yaml"}} {
		t.Run(c.arguments, func(t *testing.T) {
			files, err := filepath.Glob(c.files)
			require.NoError(t, err)
			require.NotEmpty(t, files)
			output, err := exec.CommandContext(t.Context(), promtool, append([]string{c.arguments, "rules"}, files...)...).CombinedOutput()
			require.NoError(t, err, string(output))
		})
	}
}
