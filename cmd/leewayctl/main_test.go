package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRoot(t *testing.T) {
	out, _, err := leewayctl(t, "--version")
	require.NoError(t, err)
	assert.Contains(t, out, "leewayctl version ")

	out, _, err = leewayctl(t, "--help")
	require.NoError(t, err)
	for _, command := range []string{"profile", "replay", "report", "completion"} {
		assert.Contains(t, out, "\n  "+command+" ")
	}

	out, errOut, err := leewayctl(t, "proflie")
	assert.ErrorContains(t, err, `unknown command "proflie"`)
	assert.Empty(t, out+errOut, "an error is printed once, by main, without the usage")
}
