package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const scraped = `# TYPE ml_feature_drift_detected gauge
ml_feature_drift_detected{ml_drift_statistic="psi",ml_feature_name="amount",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0
ml_feature_drift_detected{ml_drift_statistic="psi",ml_feature_name="country",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 1
ml_feature_drift_detected{ml_drift_statistic="missing_share",ml_feature_name="country",ml_model_name="fraud",ml_model_version="3",ml_window="1h"} 1
ml_feature_drift_detected{ml_drift_statistic="missing_share",ml_feature_name="amount",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 1
ml_feature_drift_detected{ml_drift_statistic="missing_share",ml_feature_name="country",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0
# TYPE ml_feature_missing_share_ratio gauge
ml_feature_missing_share_ratio{ml_feature_name="amount",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.25
# TYPE ml_feature_missing_share_threshold_ratio gauge
ml_feature_missing_share_threshold_ratio{ml_feature_name="amount",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.02
# TYPE ml_feature_drift_psi gauge
ml_feature_drift_psi{ml_feature_name="amount",ml_model_name="fraud",ml_model_version="3",ml_window="1h"} 7
ml_feature_drift_psi{ml_feature_name="amount",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.05
ml_feature_drift_psi{ml_feature_name="country",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.5
# TYPE ml_feature_drift_psi_threshold gauge
ml_feature_drift_psi_threshold{ml_feature_name="country",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.125
# TYPE ml_prediction_drift_detected gauge
ml_prediction_drift_detected{ml_drift_statistic="psi",ml_model_name="fraud",ml_model_version="3",ml_segment_country="DE",ml_window="24h"} 0
# TYPE ml_prediction_drift_psi gauge
ml_prediction_drift_psi{ml_model_name="fraud",ml_model_version="3",ml_segment_country="DE",ml_window="24h"} 0.01
`

func TestReport(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(scraped)) }))
	defer server.Close()
	command := newReportCommand()
	var out bytes.Buffer
	command.SetOut(&out)
	command.SetArgs([]string{server.URL, "--window", "24h"})
	require.NoError(t, command.Execute())
	assert.Equal(t, `model fraud, version 3, country=DE, window 24h
                statistic  value  limit  noise
    prediction        psi  0.010      -      -
model fraud, version 3, window 24h
                        statistic  value  limit  noise
  drifted  country            psi  0.500  0.125      -
  drifted   amount  missing_share  0.250  0.020      -
            amount            psi  0.050      -      -
`, out.String())
}

func TestReportNothing(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	command := newReportCommand()
	command.SilenceUsage, command.SilenceErrors = true, true
	var out bytes.Buffer
	command.SetOut(&out)
	command.SetArgs([]string{server.URL})
	require.NoError(t, command.Execute())
	assert.Contains(t, out.String(), "no window has been judged yet")
	server.Close()
	assert.ErrorContains(t, command.Execute(), "is a collector running")
}
