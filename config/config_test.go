// Package config tests the configurations that come with Leeway.
package config

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/test/leewaytest"
)

func TestValid(t *testing.T) {
	files, err := filepath.Glob("*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	binary := leewaytest.Build(t).Leeway
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			path, err := filepath.Abs(file)
			require.NoError(t, err)
			command := exec.CommandContext(t.Context(), binary, "validate", "--config", path)
			command.Dir = t.TempDir() // where file_storage may make its folder
			output, err := command.CombinedOutput()
			assert.NoError(t, err, string(output))
		})
	}
}
