//go:build integration

package alerting

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/leeway-ml/leeway/rules"
	"github.com/leeway-ml/leeway/test/leewaytest"
)

// alert is one of rules/, as far as routing asks.
type alert struct {
	Alert  string
	Labels struct{ Severity, Signal string }
}

func alerts(t *testing.T) []alert {
	t.Helper()
	files, err := rules.Files.ReadDir(".")
	require.NoError(t, err)
	var found []alert
	for _, file := range files {
		text, err := rules.Files.ReadFile(file.Name())
		require.NoError(t, err)
		var content struct {
			Groups []struct{ Rules []alert }
		}
		require.NoError(t, yaml.Unmarshal(text, &content))
		for _, group := range content.Groups {
			for _, r := range group.Rules {
				if r.Alert != "" {
					found = append(found, r)
				}
			}
		}
	}
	require.NotEmpty(t, found)
	return found
}

// receiver is who gets an alert, as alertmanager/README.md says.
func (a alert) receiver() string {
	whose := "model"
	if a.Labels.Signal == "pipeline" || a.Labels.Signal == "telemetry" {
		whose = "platform"
	}
	return map[string]string{
		"critical": "leeway-" + whose + "-pager", "warning": "leeway-" + whose + "-tickets", "info": "leeway-channel",
	}[a.Labels.Severity]
}

func amtool(t *testing.T, args ...string) string {
	t.Helper()
	binary, err := exec.LookPath("amtool")
	require.NoError(t, err, "amtool is Alertmanager's; .ci/install-test-tools brings it, and make test-integration puts it into the PATH")
	var out, errors strings.Builder
	command := exec.CommandContext(t.Context(), binary, args...)
	command.Stdout, command.Stderr = &out, &errors
	require.NoError(t, command.Run(), "amtool %s\n%s%s", strings.Join(args, " "), &out, &errors)
	return out.String()
}

func configFile(t *testing.T) string {
	return filepath.Join(leewaytest.Repository(t), "alertmanager", "alertmanager.yml")
}

func TestConfigIsSound(t *testing.T) {
	out := amtool(t, "check-config", configFile(t))
	assert.Contains(t, out, "1 templates")
}

func TestEachAlertHasItsReceiver(t *testing.T) {
	for _, a := range alerts(t) {
		t.Run(a.Alert, func(t *testing.T) {
			out := amtool(t, "config", "routes", "test", "--config.file="+configFile(t),
				"alertname="+a.Alert, "severity="+a.Labels.Severity, "signal="+a.Labels.Signal, "ml_model_name=fraud")
			assert.Equal(t, a.receiver(), strings.TrimSpace(out))
		})
	}
}

// TestMutesNameAlerts: whatever alert the configuration or its README names is one of ours.
func TestMutesNameAlerts(t *testing.T) {
	existing := map[string]bool{}
	for _, a := range alerts(t) {
		existing[a.Alert] = true
	}
	for _, file := range []string{"alertmanager.yml", "README.md"} {
		text, err := os.ReadFile(filepath.Join(leewaytest.Repository(t), "alertmanager", file))
		require.NoError(t, err)
		names := alertName.FindAllString(string(text), -1)
		require.NotEmpty(t, names)
		for _, name := range names {
			assert.True(t, existing[name], "%s: there is no alert %s", file, name)
		}
	}
}
