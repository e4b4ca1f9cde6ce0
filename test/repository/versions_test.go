package repository

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/test/leewaytest"
)

// All Collector modules are of one release: another version in between breaks the build, or the components' promises to
// each other.
const (
	beta   = "v0.155.0"
	stable = "v1.61.0"
)

// replaced are test-only modules of contrib that the module proxy does not have at that release.
var replaced = map[string]string{
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/golden":           "v0.154.0",
	"github.com/open-telemetry/opentelemetry-collector-contrib/internal/gopsutilenv": "v0.154.0",
}

type module struct{ Path, Version string }

type goMod struct {
	Require []module
	Replace []struct{ Old, New module }
}

func ofCollector(path string) bool {
	return strings.HasPrefix(path, "go.opentelemetry.io/collector") || strings.HasPrefix(path, "github.com/open-telemetry/opentelemetry-collector-contrib/")
}

func TestCollectorVersions(t *testing.T) {
	for _, folder := range []string{".", "tools"} {
		t.Run(folder, func(t *testing.T) {
			command := exec.CommandContext(t.Context(), "go", "mod", "edit", "-json")
			command.Dir = filepath.Join(leewaytest.Repository(t), folder)
			output, err := command.Output()
			require.NoError(t, err)
			var mod goMod
			require.NoError(t, json.Unmarshal(output, &mod))
			require.NotEmpty(t, mod.Require)
			found := 0
			for _, m := range mod.Require {
				if ofCollector(m.Path) {
					found++
					assert.Contains(t, []string{beta, stable}, m.Version, m.Path)
				}
			}
			assert.Positive(t, found)
			for _, r := range mod.Replace {
				if ofCollector(r.Old.Path) {
					assert.Equal(t, replaced[r.Old.Path], r.New.Version, "replace of %s", r.Old.Path)
				}
			}
		})
	}
}

func TestManifestVersions(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(leewaytest.Repository(t), "builder-config.yaml"))
	require.NoError(t, err)
	found := regexp.MustCompile(`gomod: (\S+) (\S+)`).FindAllStringSubmatch(string(text), -1)
	require.NotEmpty(t, found)
	for _, m := range found {
		if ofCollector(m[1]) {
			assert.Contains(t, []string{beta, stable}, m[2], m[1])
		}
	}
}
