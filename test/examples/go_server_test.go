//go:build integration

package examples

import (
	"compress/gzip"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/test/leewaytest"
)

// TestGoModelServer does what the README of the example says.
func TestGoModelServer(t *testing.T) {
	root := leewaytest.Repository(t)
	program := filepath.Join(t.TempDir(), "go-model-server")
	run(t, nil, "go", "build", "-C", root, "-o", program, "./examples/go-model-server")
	const model = "flight-delay"
	flights := filepath.Join(root, "examples", "quickstart", "flights.csv.gz")
	reference := filepath.Join(t.TempDir(), "reference.csv")
	require.NoError(t, os.WriteFile(reference, []byte(run(t, nil, program, "reference", "-flights", flights)), 0o600))

	c := startCollector(t, profile(t, reference, model, "march", "late"))
	began := time.Now()
	server := startServer(t, nil, program, "serve", "-address", "127.0.0.1:0", "-otlp", "http://"+c.OTLPGRPC)
	ask := func(month string, count int) map[string]float64 {
		return classesIn(t, run(t, nil, program, "traffic", "-flights", flights, "-url", server.URL, "-month", month, "-count", strconv.Itoa(count)))
	}

	before := ask("2013-04", 500)
	m := c.awaitSamples(t, model, 500, "feature", "prediction")
	require.Len(t, m.drifted(model, "psi"), 9)
	assert.Empty(t, keysOf(m.drifted(model, "psi")))

	after := ask("2013-07", 1500)
	m = c.awaitSamples(t, model, 2000, "feature", "prediction")
	psi := m.drifted(model, "psi")
	for feature, want := range map[string]float64{"temperature": 1, "distance": 0, "hour": 0, "carrier": 0} {
		assert.InDelta(t, want, psi[feature], 0, feature)
	}
	absent := missingIn(t, flights, "pressure", "2013-04", 500) + missingIn(t, flights, "pressure", "2013-07", 1500)
	require.Positive(t, absent)
	share, _ := m.find("ml_feature_missing_share_ratio", "ml_model_name", model, "ml_feature_name", "pressure")
	assert.InDelta(t, float64(absent)/2000, share, 1e-12)
	assert.Equal(t, map[string]float64{"late": before["late"] + after["late"], "on_time": before["on_time"] + after["on_time"]},
		m.by("ml_prediction_class", "ml_predictions_total", "ml_model_name", model))

	server.stop(t)
	c.requireNothingRefused(t, 2000, 0)
	c.Stop(t)
	c.requireEvents(t, 2000, model, "march", began)
}

// missingIn counts how many of the flights that the example asks about, spread evenly over the month, lack the column.
func missingIn(t *testing.T, path, column, month string, count int) int {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	require.NoError(t, err)
	rows, err := csv.NewReader(unzipped).ReadAll()
	require.NoError(t, err)
	when, what := slices.Index(rows[0], "timestamp"), slices.Index(rows[0], column)
	var values []string
	for _, row := range rows[1:] {
		if strings.HasPrefix(row[when], month) {
			values = append(values, row[what])
		}
	}
	missing := 0
	for i := range count {
		if values[i*len(values)/count] == "" {
			missing++
		}
	}
	return missing
}
