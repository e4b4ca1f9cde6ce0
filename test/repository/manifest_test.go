package repository

import (
	"os"
	"path"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/test/leewaytest"
)

// TestManifestHasAllComponents: a component of ours that is not in the distribution was forgotten there.
func TestManifestHasAllComponents(t *testing.T) {
	root := leewaytest.Repository(t)
	manifest, err := os.ReadFile(filepath.Join(root, "builder-config.yaml"))
	require.NoError(t, err)
	components, err := os.ReadFile(filepath.Join(root, "cmd", "leeway", "components.go"))
	require.NoError(t, err)
	found, err := filepath.Glob(filepath.Join(root, "*", "*", "metadata.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, found)
	for _, file := range found {
		folder, err := filepath.Rel(root, filepath.Dir(file))
		require.NoError(t, err)
		name := path.Join("github.com/leeway-ml/leeway", filepath.ToSlash(folder))
		assert.Contains(t, string(manifest), "import: "+name+"\n", "builder-config.yaml lacks a component")
		assert.Contains(t, string(components), name, "cmd/leeway lacks a component; run make generate")
	}
}
