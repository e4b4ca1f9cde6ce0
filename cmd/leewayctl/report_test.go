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

const scrapedQuality = `# TYPE ml_quality_accuracy gauge
ml_quality_accuracy{ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.7
ml_quality_accuracy{ml_model_name="fraud",ml_model_version="3",ml_window="1h"} 0.1
# TYPE ml_quality_accuracy_lower gauge
ml_quality_accuracy_lower{ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.68
# TYPE ml_quality_accuracy_upper gauge
ml_quality_accuracy_upper{ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.72
# TYPE ml_quality_accuracy_threshold gauge
ml_quality_accuracy_threshold{ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.75
# TYPE ml_quality_reference_accuracy gauge
ml_quality_reference_accuracy{ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.8
# TYPE ml_quality_estimated_accuracy gauge
ml_quality_estimated_accuracy{ml_model_name="fraud",ml_model_version="3",ml_population="all",ml_window="24h"} 0.79
ml_quality_estimated_accuracy{ml_model_name="fraud",ml_model_version="3",ml_population="labelled",ml_window="24h"} 0.5
# TYPE ml_quality_degraded gauge
ml_quality_degraded{ml_model_name="fraud",ml_model_version="3",ml_quality_metric="accuracy",ml_window="24h"} 1
# TYPE ml_quality_recall gauge
ml_quality_recall{ml_class="a",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.3
ml_quality_recall{ml_class="b",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.5
ml_quality_recall{ml_class="macro",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.4
# TYPE ml_quality_recall_threshold gauge
ml_quality_recall_threshold{ml_class="a",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.35
ml_quality_recall_threshold{ml_class="macro",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.35
# TYPE ml_quality_mcc gauge
ml_quality_mcc{ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.4
# TYPE ml_calibration_ece gauge
ml_calibration_ece{ml_calibrator_name="none",ml_class="1",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.2
ml_calibration_ece{ml_calibrator_name="platt",ml_class="1",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.01
# TYPE ml_calibration_ece_threshold gauge
ml_calibration_ece_threshold{ml_class="1",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.05
# TYPE ml_calibration_degraded gauge
ml_calibration_degraded{ml_class="1",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 1
# TYPE ml_ground_truth_coverage_ratio gauge
ml_ground_truth_coverage_ratio{ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.975
`

func TestReportQuality(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(scrapedQuality)) }))
	defer server.Close()
	command := newReportCommand()
	var out bytes.Buffer
	command.SetOut(&out)
	command.SetArgs([]string{server.URL, "--window", "24h"})
	require.NoError(t, command.Execute())
	assert.Equal(t, `model fraud, version 3, window 24h
                               quality            95 %  objective  reference  estimated
  degraded           accuracy    0.700  0.680 to 0.720      0.750      0.800      0.790
                       recall    0.400               -      0.350          -          -
  degraded  calibration error    0.200               -      0.050          -          -
  labels came for 97.5 % of predictions
`, out.String())
}

const scrapedJoint = `# TYPE ml_joint_drift_detected gauge
ml_joint_drift_detected{ml_drift_statistic="mmd",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 1
ml_joint_drift_detected{ml_drift_statistic="reconstruction_shift",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0
ml_joint_drift_detected{ml_drift_statistic="mmd",ml_model_name="fraud",ml_model_version="3",ml_window="1h"} 0
# TYPE ml_joint_drift_mmd gauge
ml_joint_drift_mmd{ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.25
# TYPE ml_joint_drift_mmd_threshold gauge
ml_joint_drift_mmd_threshold{ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.125
# TYPE ml_joint_drift_mmd_noise gauge
ml_joint_drift_mmd_noise{ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.05
# TYPE ml_joint_drift_reconstruction_shift gauge
ml_joint_drift_reconstruction_shift{ml_model_name="fraud",ml_model_version="3",ml_window="24h"} -0.1
# TYPE ml_joint_drift_contribution_ratio gauge
ml_joint_drift_contribution_ratio{ml_feature_name="age",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.2
ml_joint_drift_contribution_ratio{ml_feature_name="amount",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.4
ml_joint_drift_contribution_ratio{ml_feature_name="balance",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.38
ml_joint_drift_contribution_ratio{ml_feature_name="country",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.02
# TYPE ml_joint_drift_pair_shift gauge
ml_joint_drift_pair_shift{ml_feature_name="age",ml_feature_other="amount",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.5
ml_joint_drift_pair_shift{ml_feature_name="amount",ml_feature_other="balance",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} -1.25
ml_joint_drift_pair_shift{ml_feature_name="age",ml_feature_other="balance",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.05
# TYPE ml_joint_drift_correlation_shift_threshold gauge
ml_joint_drift_correlation_shift_threshold{ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.2
# TYPE ml_vector_drift_detected gauge
ml_vector_drift_detected{ml_drift_statistic="mmd",ml_feature_name="text",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 1
# TYPE ml_vector_drift_mmd gauge
ml_vector_drift_mmd{ml_feature_name="text",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.5
# TYPE ml_model_drift_weighted_share_ratio gauge
ml_model_drift_weighted_share_ratio{ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.125
ml_model_drift_weighted_share_ratio{ml_model_name="fraud",ml_model_version="3",ml_window="1h"} 0
# TYPE ml_loss_change_detected gauge
ml_loss_change_detected{ml_loss_name="error",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 1
ml_loss_change_detected{ml_loss_name="log",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0
# TYPE ml_loss_change_before gauge
ml_loss_change_before{ml_loss_name="error",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.1
# TYPE ml_loss_change_after gauge
ml_loss_change_after{ml_loss_name="error",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 0.25
# TYPE ml_loss_change_age_seconds gauge
ml_loss_change_age_seconds{ml_loss_name="error",ml_model_name="fraud",ml_model_version="3",ml_window="24h"} 7200
# TYPE ml_concept_drifts_total counter
ml_concept_drifts_total{ml_detector_level="drift",ml_detector_name="error/adwin",ml_detector_signal="error",ml_model_name="fraud",ml_model_version="3"} 2
ml_concept_drifts_total{ml_detector_level="warning",ml_detector_name="error/adwin",ml_detector_signal="error",ml_model_name="fraud",ml_model_version="3"} 5
ml_concept_drifts_total{ml_detector_level="drift",ml_detector_name="loss",ml_detector_signal="log_loss",ml_model_name="fraud",ml_model_version="3",ml_segment_country="DE"} 1
ml_concept_drifts_total{ml_detector_level="warning",ml_detector_name="error/adwin",ml_detector_signal="error",ml_model_name="calm",ml_model_version="3"} 5
`

// TestReportInWords: what drifted together and what it is due to, how much of the importance, whether the loss rose, and what detectors found.
func TestReportInWords(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(scrapedJoint)) }))
	defer server.Close()
	command := newReportCommand()
	var out bytes.Buffer
	command.SetOut(&out)
	command.SetArgs([]string{server.URL, "--window", "24h"})
	require.NoError(t, command.Execute())
	assert.Equal(t, `model fraud, version 3, window 24h
                                       statistic   value  limit  noise
  drifted             text                   mmd   0.500      -      -
  drifted  inputs together                   mmd   0.250  0.125  0.050
           inputs together  reconstruction_shift  -0.100      -      -
  the inputs drifted together, mostly due to amount (40 %), balance (38 %), age (20 %)
  the correlation of amount and balance moved by -1.25
  the correlation of age and amount moved by +0.50
  the features that drifted have 12.5 % of the importance of all
  the mean loss (error) rose from 0.100 to 0.250, 2h0m0s before the window's end
model fraud, version 3
  concept drift: error has changed 2 times since the collector started (detector error/adwin)
model fraud, version 3, country=DE
  concept drift: log_loss has changed once since the collector started (detector loss)
`, out.String())
}
