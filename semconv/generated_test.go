package semconv

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestGenerated: constants and documentation are those of the registry.
func TestGenerated(t *testing.T) {
	folder := t.TempDir()
	written := map[string]string{"names.go": filepath.Join(folder, "names.go"), "../docs/semconv.md": filepath.Join(folder, "semconv.md")}
	command := exec.CommandContext(t.Context(), "go", "run", "./internal/generate", "-registry", "registry.yaml",
		"-go", written["names.go"], "-docs", written["../docs/semconv.md"])
	output, err := command.CombinedOutput()
	require.NoError(t, err, string(output))
	for committed, generated := range written {
		want, err := os.ReadFile(generated)
		require.NoError(t, err)
		got, err := os.ReadFile(committed)
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got), "%s is not what registry.yaml says; run make generate", committed)
	}
}
