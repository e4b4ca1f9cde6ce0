//go:build integration

package ownbuild

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/internal/replay"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/test/leewaytest"
)

// TestOwnCollector does what docs/build-your-own.md says, from outside of the repository: builds the example's manifest, runs
// the example's configuration, and sends one prediction.
func TestOwnCollector(t *testing.T) {
	root := leewaytest.Repository(t)
	example := filepath.Join(root, "examples", "own-collector")
	folder := t.TempDir()
	manifest := read(t, filepath.Join(example, "builder-config.yaml"))
	require.Equal(t, 2, strings.Count(manifest, "path: ../.."), "two components of ours")
	require.Equal(t, 1, strings.Count(manifest, "gomod: github.com/open-telemetry/opentelemetry-collector-contrib/"), "and one of contrib's")
	manifest = strings.ReplaceAll(manifest, "path: ../..", "path: "+root)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "builder-config.yaml"), []byte(manifest), 0o600))

	builder := filepath.Join(folder, "builder")
	run(t, root, "go", "build", "-modfile=tools/go.mod", "-o", builder, "go.opentelemetry.io/collector/cmd/builder")
	run(t, folder, builder, "--config", "builder-config.yaml")
	assertVersions(t, filepath.Join(folder, "own-collector"))

	config := read(t, filepath.Join(example, "collector.yaml"))
	require.Contains(t, config, "endpoint: localhost:4317")
	config = strings.Replace(config, "endpoint: localhost:4317", `endpoint: "${leewaytest:otlp_grpc}"`, 1)
	collector := leewaytest.StartBinary(t, filepath.Join(folder, "own-collector", "own-collector"), config)
	sendPrediction(t, collector.OTLPGRPC)

	for _, want := range []string{
		"-> Name: " + semconv.MetricPredictions,           // model_summary
		"-> " + semconv.AttrModelVersion + ": Str(7)",     // attributes
		"-> Name: " + semconv.MetricStatisticsSamples,     // model_statistics
		"-> " + semconv.AttrFeatureName + ": Str(amount)", // what was sent
	} {
		require.Eventually(t, func() bool { return strings.Contains(collector.Logs(), want) }, 30*time.Second, 50*time.Millisecond, want)
	}
	collector.Stop(t)
}

// assertVersions: the go.mod that OCB wrote and tidied has no other release of the Collector than the manifest.
func assertVersions(t *testing.T, folder string) {
	t.Helper()
	var mod struct {
		Require []struct{ Path, Version string }
	}
	require.NoError(t, json.Unmarshal([]byte(run(t, folder, "go", "mod", "edit", "-json")), &mod))
	found := 0
	for _, m := range mod.Require {
		if strings.HasPrefix(m.Path, "go.opentelemetry.io/collector") || strings.HasPrefix(m.Path, "github.com/open-telemetry/opentelemetry-collector-contrib/") {
			found++
			assert.Contains(t, []string{"v0.155.0", "v1.61.0"}, m.Version, m.Path)
		}
	}
	assert.Greater(t, found, 5)
}

func sendPrediction(t *testing.T, endpoint string) {
	t.Helper()
	client, err := replay.Connect(t.Context(), replay.Target{Endpoint: endpoint, Protocol: "grpc", Timeout: 30 * time.Second, GiveUp: 30 * time.Second}, zap.NewNop())
	require.NoError(t, err)
	defer client.Close(context.Background())
	logs := plog.NewLogs()
	record := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	record.SetEventName(semconv.EventPrediction)
	record.SetTimestamp(pcommon.NewTimestampFromTime(time.Now()))
	record.Attributes().PutStr(semconv.AttrModelName, "fraud")
	record.Attributes().PutDouble(semconv.AttrInputPrefix+"amount", 12.5)
	require.NoError(t, client.Send(t.Context(), logs))
}

func run(t *testing.T, folder, name string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Dir = folder
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s\n%s", command, output)
	return string(output)
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}
