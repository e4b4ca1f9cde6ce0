//go:build integration

package alerting

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDriftMutes: a real Alertmanager is sent alerts of four models. Harm mutes what says a half of it, and the harmless what is louder than
// it, of the same window only; many drifted features mute that they drifted together; a loss that rose mutes that a detector saw it.
func TestDriftMutes(t *testing.T) {
	alertmanager := startAlertmanager(t, receiveMessages(t).URL)
	of := func(alert, model, window string) map[string]string {
		labels := map[string]string{"alertname": alert, "ml_model_name": model, "ml_model_version": "1", "severity": "warning", "signal": "drift"}
		if window != "" {
			labels["ml_window"] = window
		}
		return labels
	}
	muted, heard := []map[string]string{
		of("LeewayDriftWidespread", "harmed", "24h"), of("LeewayFeatureDrift", "harmed", "7d"), of("LeewayJointDrift", "harmed", "24h"), of("LeewayEmbeddingDrift", "harmed", "24h"),
		of("LeewayPredictionDrift", "harmed", "24h"), of("LeewayEstimatedQualityDropped", "harmed", "24h"), of("LeewayQualityDegraded", "harmed", "24h"),
		of("LeewayDriftWidespread", "calm", "7d"), of("LeewayJointDrift", "calm", "7d"), of("LeewayPredictionDrift", "calm", "7d"),
		of("LeewayJointDrift", "wide", "7d"),
		of("LeewayConceptDriftDetected", "worse", ""),
	}, []map[string]string{
		of("LeewayHarmfulDrift", "harmed", "24h"), of("LeewayQualityDegraded", "harmed", "7d"), of("LeewayConceptDriftSuspected", "harmed", "24h"), of("LeewayFeatureInvalid", "harmed", "24h"),
		of("LeewayHarmlessDrift", "calm", "7d"), of("LeewayDriftWidespread", "calm", "24h"),
		of("LeewayDriftWidespread", "wide", "24h"),
		of("LeewayLossChanged", "worse", "24h"), of("LeewayConceptDriftDetected", "elsewhere", ""),
	}
	type alert struct {
		Labels map[string]string `json:"labels"`
	}
	var all []alert
	for _, labels := range append(append([]map[string]string{}, muted...), heard...) {
		all = append(all, alert{labels})
	}
	body, err := json.Marshal(all)
	require.NoError(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+alertmanager+"/api/v2/alerts", bytes.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)

	state := func(labels map[string]string) string {
		for _, a := range activeAlerts(t, alertmanager, labels["alertname"]) {
			if maps.Equal(a.Labels, labels) {
				return a.Status.State
			}
		}
		return "unknown"
	}
	for want, alerts := range map[string][]map[string]string{"suppressed": muted, "active": heard} {
		for _, labels := range alerts {
			await(func() bool { return state(labels) == want })
			assert.Equal(t, want, state(labels), "%v", labels)
		}
	}
}
