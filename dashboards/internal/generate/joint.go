package main

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

// modelJoint has what single features don't show: whether inputs go together as they did; and vectors, which are one input of
// many numbers.
func modelJoint(b *dashboard.DashboardBuilder) {
	const none = "the profile has no joint reference"
	b.WithPanel(jointStatistic("mmd", "Joint distribution (MMD)", "Maximum mean discrepancy of all inputs together: 0 where they are as in the reference, in their values and in how they go together.").NoValue(none)).
		WithPanel(jointStatistic("reconstruction_shift", "Reconstruction error", "How much further rows lie from the directions in which the reference varies (its principal components), in standard deviations of the reference. Above 0: combinations that the reference did not have. Below 0: fewer of its rare ones.").
			NoValue(none).
			OverrideByName("-threshold", append(dashed(bad), set("custom.hideFrom", map[string]any{"legend": true, "tooltip": true, "viz": false})...)).
			WithTarget(over("D", fmt.Sprintf("-ml_joint_drift_reconstruction_shift_threshold{%s}", ofWindow), "-threshold"))).
		WithPanel(jointStatistic("correlation_shift", "Correlations", "Greatest difference of a correlation of two features from the reference's; 0 as the reference, 2 where a perfect correlation turned into its opposite. The table of pairs says which.").NoValue(none)).
		WithPanel(contributions()).
		WithPanel(pairs()).
		WithPanel(vectors()).
		WithPanel(lines("Vectors, as a multiple of what is too far", "Each statistic of each vector input (an embedding), divided by the larger of its threshold and its noise: above 1 the vectors have drifted.").
			Unit("suffix:x").Decimals(1).Min(0).AxisSoftMax(1.5).NoValue("no vectors among the inputs").
			Thresholds(steps("transparent", 1.0, bad)).
			ThresholdsStyle(common.NewGraphThresholdsStyleConfigBuilder().Mode(common.GraphThresholdsStyleModeDashed)).
			Height(8).Span(10).
			WithTarget(over("A", multiple("ml_vector_drift_mmd", ofWindow), "{{ml_feature_name}} MMD")).
			WithTarget(over("B", multiple("ml_vector_drift_mean_distance", ofWindow), "{{ml_feature_name}} mean")))
}

// jointStatistic draws one of the three with its limits.
func jointStatistic(statistic, title, what string) *timeseriesBuilder {
	name := "ml_joint_drift_" + statistic
	return lines(title, what+" Too far where it is beyond both its threshold (dashed) and its noise (dotted), what sampling alone gives in one of a hundred windows.").
		Unit(units.Short).Decimals(2).LineWidth(2).Height(8).Span(8).
		OverrideByName("value", set("color", fixed(current))).
		OverrideByName("threshold", dashed(bad)).OverrideByName("noise", dotted(faint)).
		WithTarget(over("A", fmt.Sprintf("%s{%s}", name, ofWindow), "value")).
		WithTarget(over("B", fmt.Sprintf("%s_threshold{%s}", name, ofWindow), "threshold")).
		WithTarget(over("C", fmt.Sprintf("%s_noise{%s}", name, ofWindow), "noise"))
}

// contributions is one query, pivoted, as featureTable is.
func contributions() cog.Builder[dashboard.Panel] {
	const row = `ml_feature_name\column`
	share := fmt.Sprintf(`label_replace(max by (ml_feature_name) (ml_joint_drift_contribution_ratio{%s}), "column", "share", "", "")`, ofWindow)
	alone := fmt.Sprintf(`label_replace(max by (ml_feature_name) (ml_feature_drift_detected{%[1]s}) and on (ml_feature_name) ml_joint_drift_contribution_ratio{%[1]s}, "column", "alone", "", "")`, ofWindow)
	return grid("Which features it is due to", "Share of each feature in what drifted jointly, at the end of the time range; they add up to 1. By itself: whether the feature drifted on its own, too. Those that did not are what only the inputs together show. A click on a feature opens its own dashboard.").
		Unit(units.Short).Height(9).Span(12).NoValue("the inputs have not drifted together").
		WithTarget(now("A", share+"\nor "+alone)).
		WithTransformation(pivot("ml_feature_name", "column", "null")).
		WithTransformation(sorted("share", true)).
		WithTransformation(columns(nil, row, "share", "alone")).
		OverrideByName(row, label("Feature", "links", leadsTo("Feature ${__value.raw}",
			"/d/leeway-feature?"+handsOn+"&${model:queryparam}&${version:queryparam}&var-feature=${__value.raw}"))).
		OverrideByName("share", set("displayName", "Share", "unit", units.PercentUnit, "decimals", 0, "min", 0, "max", 1, "custom.cellOptions", bar, "color", fixed(current))).
		OverrideByName("alone", set("displayName", "By itself", "mappings", words("0", "no", plain, "1", "drifted", notice),
			"custom.cellOptions", map[string]any{"type": "color-text"}, "custom.width", 100))
}

func pairs() cog.Builder[dashboard.Panel] {
	return lines("Pairs whose correlation moved", "Signed difference of the correlation of two features from the reference's, of the pairs that moved further than the threshold of the correlations; at most five. Below 0: they go together less, or in the opposite way.").
		Unit(units.Short).Decimals(2).AxisSoftMin(-0.5).AxisSoftMax(0.5).Height(9).Span(12).NoValue("no correlation is too far").
		WithTarget(over("A", fmt.Sprintf("max by (ml_feature_name, ml_feature_other) (\n  ml_joint_drift_pair_shift{%[1]s}\n    and abs(ml_joint_drift_pair_shift{%[1]s}) > ignoring (ml_feature_name, ml_feature_other) group_left () ml_joint_drift_correlation_shift_threshold{%[1]s}\n)", ofWindow), "{{ml_feature_name}}, {{ml_feature_other}}"))
}

func vectors() cog.Builder[dashboard.Panel] {
	const row = `ml_feature_name\column`
	values := fmt.Sprintf(`label_replace({__name__=~"ml_vector_drift_(mmd|mmd_threshold|mean_distance|mean_distance_threshold|cosine_distance)", %s}, "column", "$1", "__name__", "ml_vector_drift_(.+)")`, ofWindow)
	drifted := fmt.Sprintf(`label_replace(max by (ml_feature_name) (ml_vector_drift_detected{%s}), "column", "drifted", "", "")`, ofWindow)
	return grid("Vectors", "Inputs that are arrays of numbers, as embeddings are, at the end of the time range. MMD sees any difference of the distribution, 0 to 1.41; the distance of the means is in units of the reference's spread; the cosine distance says whether the mean turned, 0 to 2.").
		Unit(units.Short).Decimals(3).Height(8).Span(14).NoValue("no vectors among the inputs").
		WithTarget(now("A", fmt.Sprintf("max by (ml_feature_name, column) (%s)\n  or %s", values, drifted))).
		WithTransformation(pivot("ml_feature_name", "column", "null")).
		WithTransformation(sorted("mmd", true)).
		WithTransformation(sorted("drifted", true)).
		WithTransformation(columns(nil, row, "drifted", "mmd", "mmd_threshold", "mean_distance", "mean_distance_threshold", "cosine_distance")).
		OverrideByName(row, label("Vector")).
		OverrideByName("drifted", set("displayName", "Drifted", "mappings", words("0", "no", good, "1", "yes", bad),
			"custom.cellOptions", map[string]any{"type": "color-text"}, "custom.width", 90)).
		OverrideByName("mmd", set("displayName", "MMD")).
		OverrideByName("mmd_threshold", set("displayName", "Threshold")).
		OverrideByName("mean_distance", set("displayName", "Mean distance")).
		OverrideByName("mean_distance_threshold", set("displayName", "Its threshold")).
		OverrideByName("cosine_distance", set("displayName", "Cosine distance"))
}
