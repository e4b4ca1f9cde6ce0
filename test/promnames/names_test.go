package promnames

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCheck(t *testing.T) {
	names := Exported(t)
	names.Add("model:ml_feature_drift_detected:count")
	for _, good := range []string{
		`ml_feature_drift_psi{ml_model_name="m", ml_window="24h", ml_feature_name=~"a|b"} > ml_feature_drift_psi_threshold`,
		`ml_prediction_drift_js_distance_noise`,
		`ml_model_drift_share_ratio{ml_segment_country="DE"}`,
		`ml_feature_missing_share_reference_ratio`,
		`sum by (ml_prediction_class) (rate(ml_predictions_total[5m]))`,
		`sum without (ml_bin_index) (ml_feature_bins_total) * ignoring (ml_bin_range) ml_feature_reference_share_ratio`,
		`otelcol_model_statistics_points_refused{reason="future"}`,
		`rate(otelcol_model_statistics_judge_duration_sum[5m])`,
		`otelcol_profiles_rejected{reason="invalid"}`,
		`label_replace({__name__=~"ml_feature_(missing|unseen)_share_ratio"}, "mine", "$1", "__name__", "(.+)") and on (mine) ml_model_info`,
		`histogram_quantile(0.95, sum without (instance) (rate(ml_prediction_duration_seconds_bucket[5m])))`,
		`otelcol_receiver_refused_log_records{transport="grpc"}`,
		`model:ml_feature_drift_detected:count`,
		`{__name__=~"ml_quality_.+", __name__!~".+_(lower|upper)"}`,
		`sum(ml_outcome_loss_sum) / sum(ml_outcome_loss_count)`,
	} {
		assert.Empty(t, names.Check(good), good)
	}
	for bad, problem := range map[string]string{
		`ml_feature_drift_psy`:                                     "no metric is called ml_feature_drift_psy",
		`ml_model_drift_share`:                                     "no metric is called ml_model_drift_share", // _ratio
		`ml_predictions`:                                           "no metric is called ml_predictions",       // _total
		`ml_feature_value_bucket`:                                  "no metric is called ml_feature_value_bucket",
		`ml_feature_drift_detected_threshold`:                      "no metric is called ml_feature_drift_detected_threshold",
		`otelcol_model_summary_events_total`:                       "no metric is called otelcol_model_summary_events_total",
		`{__name__=~"ml_features_.+"}`:                             "no metric is called ml_features_.+",
		`model:other:count`:                                        "no metric is called model:other:count",
		`{__name__=~"ml_quality_mcc", __name__!~".+_mcc"}`:         "no metric is called ml_quality_mcc",
		`ml_feature_drift_psi{feature="a"}`:                        "no metric of ours has the label feature",
		`sum by (version) (ml_feature_drift_psi)`:                  "no metric of ours has the label version",
		`ml_model_info * on (mine) group_left () ml_model_info`:    "no metric of ours has the label mine",
		`ml_model_info * on () group_left (version) ml_model_info`: "no metric of ours has the label version",
		`sum by (`: "parse error: unclosed left parenthesis",
	} {
		errs := names.Check(bad)
		if assert.Len(t, errs, 1, bad) {
			assert.ErrorContains(t, errs[0], problem)
		}
	}
}

func TestUsed(t *testing.T) {
	names := Exported(t)
	used, err := names.Used(`sum(ml_feature_drift_psi) / on () {__name__=~"ml_feature_(missing|unseen)_share_ratio"}`)
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"ml_feature_drift_psi", "ml_feature_missing_share_ratio", "ml_feature_unseen_share_ratio"}, used)
	assert.Subset(t, names.Metrics(), used)
	used, err = names.Used(`{__name__=~"ml_feature_(missing|unseen)_share_ratio", __name__!~".+unseen.+"}`)
	require.NoError(t, err)
	assert.Equal(t, []string{"ml_feature_missing_share_ratio"}, used)
	_, err = names.Used("sum(")
	assert.Error(t, err)
}
