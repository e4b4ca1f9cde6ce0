//go:build integration

package examples

import (
	"encoding/csv"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/test/leewaytest"
)

const sdkMetrics = "service: {pipelines: {metrics: {receivers: [otlp, model_summary]}}}"

// TestSDKHistograms: an application may record its features with the SDK's own histograms, and send no events. Over the
// profile's bins that gives the same statistics.
func TestSDKHistograms(t *testing.T) {
	interpreter := python(t)
	const count = 1000
	random := rand.New(rand.NewPCG(1, 1))
	reference := writePayments(t, random, 5000, 1, "DE", "FR", "IT")
	rows := writePayments(t, random, count, 2, "DE", "DE", "FR", "US")
	profiles := t.TempDir()
	models := []string{"events", "profile_bins", "exponential", "cumulative"}
	for _, model := range models {
		run(t, nil, leewaytest.Build(t).Leewayctl, "profile", reference, "--model", model, "--class-column", "class", "--score-column", "score",
			"--positive-class", "fraud", "--output", filepath.Join(profiles, model+".json"))
	}

	c := startCollector(t, profiles, sdkMetrics)
	run(t, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://" + c.OTLPGRPC}, interpreter, "testdata/histograms.py", filepath.Join(profiles, "events.json"), rows)

	var m metrics
	for _, model := range models[:3] {
		m = c.awaitSamples(t, model, count, "feature", "prediction")
	}
	want := m.statistics("events")
	require.Len(t, keysOf(m.drifted("events", "psi")), 2)
	got := m.statistics("profile_bins")
	for key, value := range want {
		if outOfRange(key) {
			continue // only the application knows: it must count these as ml.feature.invalid
		}
		if assert.Contains(t, got, key) {
			assert.InDelta(t, value, got[key], 1e-9, key)
		}
		if strings.HasPrefix(key, "ml_feature_drift_psi ") {
			assert.InDelta(t, value, m.statistics("exponential")[key], 0.01, key)
		}
	}
	assert.Equal(t, m.by("ml_prediction_class", "ml_predictions_total", "ml_model_name", "events"),
		m.by("ml_prediction_class", "ml_predictions_total", "ml_model_name", "profile_bins"))

	refused, _ := metrics(c.Scrape(t, c.Telemetry)).find("otelcol_model_statistics_points_refused", "model", "cumulative", "reason", "not_delta")
	assert.Positive(t, refused)
	assert.Contains(t, c.Logs(), "set the SDK's temporality to delta")
}

// statistics are all that is said of a model's features and predictions, by metric and labels.
func (m metrics) statistics(model string) map[string]float64 {
	found := map[string]float64{}
	for family := range m {
		if !strings.HasPrefix(family, "ml_feature_") && !strings.HasPrefix(family, "ml_prediction_") {
			continue
		}
		for _, series := range m[family].GetMetric() {
			labels := labelsOf(series)
			if labels["ml_model_name"] == model && labels["ml_window"] == window {
				found[family+" "+labels["ml_feature_name"]+" "+labels["ml_drift_statistic"]] = value(series)
			}
		}
	}
	return found
}

func outOfRange(key string) bool { return strings.Contains(key, "out_of_range_share") }

// writePayments makes rows of a lognormal amount, now and then missing, a country, a score and a class.
func writePayments(t *testing.T, random *rand.Rand, count int, scale float64, countries ...string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "payments.csv")
	file, err := os.Create(path)
	require.NoError(t, err)
	defer file.Close()
	out := csv.NewWriter(file)
	require.NoError(t, out.Write([]string{"amount", "country", "score", "class"}))
	for range count {
		amount := ""
		if random.IntN(20) > 0 {
			amount = strconv.FormatFloat(scale*math.Exp(random.NormFloat64()), 'g', -1, 64)
		}
		score, class := random.Float64()*random.Float64(), "honest"
		if score > 0.5 {
			class = "fraud"
		}
		require.NoError(t, out.Write([]string{amount, countries[random.IntN(len(countries))], strconv.FormatFloat(score, 'g', -1, 64), class}))
	}
	out.Flush()
	require.NoError(t, out.Error())
	return path
}
