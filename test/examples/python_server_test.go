//go:build integration

package examples

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/test/leewaytest"
)

// TestPythonModelServer does what the README of the example says, by each protocol.
func TestPythonModelServer(t *testing.T) {
	interpreter := python(t)
	folder := filepath.Join(leewaytest.Repository(t), "examples", "python-model-server")
	file := func(name string) string { return filepath.Join(folder, name) }
	const model = "breast-cancer"
	reference := filepath.Join(t.TempDir(), "reference.csv")
	run(t, nil, interpreter, file("model.py"), reference)
	profiles := profile(t, reference, model, "1", "malignant")

	for _, protocol := range []string{"grpc", "http/protobuf"} {
		t.Run(protocol, func(t *testing.T) {
			c := startCollector(t, profiles)
			endpoint := map[string]string{"grpc": c.OTLPGRPC, "http/protobuf": c.OTLPHTTP}[protocol]
			began := time.Now()
			environment := []string{"OTEL_EXPORTER_OTLP_PROTOCOL=" + protocol, "OTEL_EXPORTER_OTLP_ENDPOINT=http://" + endpoint}
			server := startServer(t, environment, interpreter, file("server.py"), "--port", "0")
			ask := func(args ...string) map[string]float64 {
				return classesIn(t, run(t, nil, interpreter, append([]string{file("client.py"), reference, "--url", server.URL}, args...)...))
			}

			before := ask("--count", "500")
			m := c.awaitSamples(t, model, 500, "feature", "prediction")
			psi := m.drifted(model, "psi")
			require.Len(t, psi, 30)
			assert.Empty(t, keysOf(psi))
			assert.Empty(t, keysOf(m.drifted(model, "missing_share")))

			diagnoses := filepath.Join(t.TempDir(), "diagnoses.csv")
			after := ask("--count", "1500", "--traffic", "drifted", "--diagnoses", diagnoses)
			m = c.awaitSamples(t, model, 2000, "feature", "prediction")
			for feature, detected := range m.drifted(model, "psi") {
				magnified := strings.Contains(feature, "radius") || strings.Contains(feature, "perimeter") || strings.Contains(feature, "area")
				assert.Equal(t, magnified, detected == 1, feature)
			}
			assert.Equal(t, map[string]bool{"mean_concavity": true}, keysOf(m.drifted(model, "missing_share")))
			missing := m.by("ml_feature_name", "ml_feature_missing_share_ratio", "ml_model_name", model)
			for feature, share := range missing {
				want := 0.0
				if feature == "mean_concavity" {
					want = 300.0 / 2000
				}
				assert.InDelta(t, want, share, 1e-12, feature)
			}
			share, _ := m.find("ml_model_drift_share_ratio", "ml_model_name", model)
			assert.InDelta(t, 10.0/30, share, 1e-12, "nine magnified features, and the missing one")

			assert.Equal(t, map[string]float64{"benign": before["benign"] + after["benign"], "malignant": before["malignant"] + after["malignant"]},
				m.by("ml_prediction_class", "ml_predictions_total", "ml_model_name", model))
			for feature, n := range m.by("ml_feature_name", "ml_feature_bins_total", "ml_model_name", model) {
				assert.InDelta(t, 2000*(1-missing[feature]), n, 1e-9, feature)
			}
			server.stop(t)

			known, right := truths(t, run(t, environment, interpreter, file("ground_truth.py"), diagnoses))
			require.InDelta(t, 1350, known, 0)
			m = c.awaitSamples(t, model, int(known), "outcome")
			c.requireOutcomes(t, m, model, known, right)
			c.requireNothingRefused(t, 2000, int(known))
			c.Stop(t)
			c.requireEvents(t, 2000, model, "1", began)
		})
	}
}
