package main

import (
	"fmt"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

// model is the dashboard of one model: is it still what it was made for, and if not, in which of its features?
func model() *dashboard.DashboardBuilder {
	b := page("Model", "Drift of one model: how far its features and predictions are from the reference profile, and whether that is too far.", "model").
		Uid("leeway-model").Time("now-7d", "now").
		WithVariable(models()).
		WithVariable(versions()).
		WithVariable(windows(`{ml_model_name="$model"}`)).
		WithVariable(slice()).
		Annotation(alerts(`, ml_model_name="$model"`+ofWindowOrNone+notMarked, "{{ml_feature_name}} {{ml_window}}")).
		Annotation(detections()).
		Annotation(lossChanges()).
		Link(outside("Drift", "doc", docs+"drift.md#how-to-read-it-and-what-to-do", "What is judged, by what rule, and what to do"))

	modelNow(b)
	modelDrift(b.WithRow(dashboard.NewRowBuilder("Drift of features")))
	modelJoint(b.WithRow(dashboard.NewRowBuilder("The inputs together")))
	modelPredictions(b.WithRow(dashboard.NewRowBuilder("Predictions")))
	modelQuality(b.WithRow(dashboard.NewRowBuilder("Quality by labels, and without")))
	modelConcept(b.WithRow(dashboard.NewRowBuilder("Concept drift: when the loss rose")))
	return b
}

// modelNow is the top line.
func modelNow(b *dashboard.DashboardBuilder) {
	b.WithPanel(number("Features drifted", "Share of the judged features of which anything is too far from the reference: a statistic beyond its threshold and beyond noise. One of many is a data problem; half of them another population, a broken pipeline or the wrong profile.").
		Unit(units.PercentUnit).Decimals(0).Min(0).Max(1).Thresholds(steps(good, 1e-9, notice)).Span(3).
		WithTarget(over("A", fmt.Sprintf(`ml_model_drift_share_ratio{%s}`, ofWindow), ""))).
		WithPanel(number("Predictions drifted", "Whether the distribution of the predictions is too far from the reference.").
			Unit(units.Short).Mappings(words("0", "as the reference", good, "1", "drifted", bad)).GraphMode(common.BigValueGraphModeNone).Span(3).
			WithTarget(over("A", fmt.Sprintf(`ml_prediction_drift_detected{%s}`, ofWindow), ""))).
		WithPanel(number("Invalid features", "Features whose share of missing, out-of-range or unseen values is not what it was in the reference.").
			Unit(units.Short).Decimals(0).Thresholds(steps(good, 1.0, notice)).GraphMode(common.BigValueGraphModeNone).Span(3).
			WithTarget(over("A", fmt.Sprintf(`sum(max by (ml_feature_name) (ml_feature_drift_detected{ml_drift_statistic=~".+_share", %s}))`, ofWindow), ""))).
		WithPanel(number("Quality", "Whether the labels say that any measure of quality is worse than its objective, with its whole interval. The dashboard Quality and calibration has all measures.").
			Unit(units.Short).Mappings(words("0", "meets its objectives", good, "1", "degraded", bad)).GraphMode(common.BigValueGraphModeNone).NoValue("no labels").Span(3).
			WithTarget(over("A", fmt.Sprintf(`max(ml_quality_degraded{%s})`, ofWindow), ""))).
		WithPanel(number("Labels", "Outcomes that the window holds: predictions whose labels came in it. Below min_samples (100 by default) quality is not judged.").
			Unit(units.LocaleFormat).Decimals(0).Thresholds(steps(plain)).NoValue("none").Span(3).
			WithTarget(over("A", fmt.Sprintf(`max(ml_statistics_samples{ml_subject="outcome", %s})`, ofWindow), ""))).
		WithPanel(number("Samples", "Predictions that the window holds. Below the judge's min_samples (100 by default) nothing is judged.").
			Unit(units.LocaleFormat).Decimals(0).Thresholds(steps(plain)).Span(3).
			WithTarget(over("A", fmt.Sprintf(`ml_statistics_samples{ml_subject="prediction", %s}`, ofWindow), ""))).
		WithPanel(number("Window filled", "Share of the window since the first prediction of this version. In its first window a version has seen only a part of the day or the week, and drift alerts wait.").
			Unit(units.PercentUnit).Decimals(0).Thresholds(steps(notice, 1.0, good)).GraphMode(common.BigValueGraphModeNone).Span(3).
			WithTarget(over("A", fmt.Sprintf(`min(ml_statistics_coverage_ratio{%s})`, ofWindow), ""))).
		WithPanel(number("Profile", "Digest of the reference profile that this version is judged by; none: it is not judged. Two of them: collectors disagree.").
			Unit(units.Short).TextMode(common.BigValueTextModeName).GraphMode(common.BigValueGraphModeNone).Thresholds(steps(plain)).Span(3).
			WithTarget(over("A", `group by (ml_profile_id) (ml_model_info{ml_model_name="$model", ml_model_version="$version"})`, "{{ml_profile_id}}")))
}

func modelDrift(b *dashboard.DashboardBuilder) {
	b.WithPanel(lines("PSI, as a multiple of what is too far",
		"Population stability index of each feature, divided by the larger of its threshold and its noise: above 1 the feature has drifted. Thresholds differ by feature, since some stray by themselves more than others; this makes them comparable.").
		Unit("suffix:x").Decimals(1).Min(0).AxisSoftMax(1.5).
		Thresholds(steps("transparent", 1.0, bad)).
		ThresholdsStyle(common.NewGraphThresholdsStyleConfigBuilder().Mode(common.GraphThresholdsStyleModeDashed)).
		Legend(common.NewVizLegendOptionsBuilder().ShowLegend(true).DisplayMode(common.LegendDisplayModeTable).Placement(common.LegendPlacementRight).
			Calcs([]string{"lastNotNull", "max"}).SortBy("Last *").SortDesc(true)).
		Height(10).Span(14).
		WithTarget(over("A", multiple("ml_feature_drift_psi", ofWindow), "{{ml_feature_name}}"))).
		WithPanel(lines("Share of features drifted", "Share of the judged features of which anything is too far; and the same with each weighed by its importance to the model, where the profile has importances. Dashed: from where on the alert LeewayDriftWidespread fires, if the rules are loaded.").
			Unit(units.PercentUnit).Min(0).AxisSoftMax(1).FillOpacity(15).
			OverrideByName("by importance", set("color", fixed("purple"), "custom.fillOpacity", 0)).
			OverrideByName("pages", append(dashed(bad), set("custom.fillOpacity", 0)...)).
			Height(10).Span(10).
			WithTarget(over("A", fmt.Sprintf(`ml_model_drift_share_ratio{%s}`, ofWindow), "drifted")).
			WithTarget(over("C", fmt.Sprintf(`ml_model_drift_weighted_share_ratio{%s}`, ofWindow), "by importance")).
			WithTarget(over("B", `leeway:drift_share:limit`, "pages"))).
		WithPanel(featureTable()).
		WithPanel(invalidShares())
}

// multiple is a drift statistic as a multiple of what is too far: the larger of its threshold and its noise.
func multiple(statistic, matchers string) string {
	return fmt.Sprintf("%[1]s{%[2]s} / (%[1]s_threshold{%[2]s} > %[1]s_noise{%[2]s} or %[1]s_noise{%[2]s})", statistic, matchers)
}

// featureTable is one query, so that it can be pivoted: each series says by the label `column` what it is.
func featureTable() cog.Builder[dashboard.Panel] {
	drift := fmt.Sprintf(`label_replace({__name__=~"ml_feature_drift_(psi|psi_threshold|psi_noise|js_distance|mean_shift)", %s}, "column", "$1", "__name__", "ml_feature_drift_(.+)")`, ofWindow)
	missing := fmt.Sprintf(`label_replace(ml_feature_missing_share_ratio{%s}, "column", "missing", "", "")`, ofWindow)
	drifted := fmt.Sprintf(`label_replace(max by (ml_feature_name) (ml_feature_drift_detected{%s}), "column", "drifted", "", "")`, ofWindow)
	const row = `ml_feature_name\column`
	return grid("Features", "All judged features at the end of the time range. PSI and its limits; the Jensen-Shannon distance (0..1) says how much on a scale that compares between features; the mean shift, in standard deviations of the reference, whether and where to the values moved. A click on a feature opens its own dashboard.").
		Unit(units.Short).Decimals(3).Height(12).Span(24).
		WithTarget(now("A", fmt.Sprintf("max by (ml_feature_name, column) (%s)\n  or %s\n  or max by (ml_feature_name, column) (%s)", drift, drifted, missing))).
		WithTransformation(pivot("ml_feature_name", "column", "null")).
		WithTransformation(sorted("psi", true)).
		WithTransformation(sorted("drifted", true)).
		WithTransformation(columns(nil, row, "drifted", "psi", "psi_threshold", "psi_noise", "js_distance", "mean_shift", "missing")).
		OverrideByName(row, label("Feature", "links", leadsTo("Feature ${__value.raw}",
			"/d/leeway-feature?"+handsOn+"&${model:queryparam}&${version:queryparam}&var-feature=${__value.raw}"))).
		OverrideByName("drifted", set("displayName", "Drifted", "mappings", words("0", "no", good, "1", "yes", bad),
			"custom.cellOptions", map[string]any{"type": "color-text"}, "custom.width", 90)).
		OverrideByName("psi", set("displayName", "PSI", "custom.cellOptions", bar, "min", 0, "fieldMinMax", true, "color", fixed(current))).
		OverrideByName("psi_threshold", set("displayName", "Threshold")).
		OverrideByName("psi_noise", set("displayName", "Noise")).
		OverrideByName("js_distance", set("displayName", "JS distance", "max", 1, "min", 0)).
		OverrideByName("mean_shift", set("displayName", "Mean shift", "unit", "suffix:sd", "decimals", 2)).
		OverrideByName("missing", set("displayName", "Missing", "unit", units.PercentUnit, "decimals", 1))
}

// someOf are the series that were more than nothing at some time of the range.
func someOf(selector string) string {
	return fmt.Sprintf("%[1]s and max_over_time(%[1]s[$__range] @ end()) > 0", selector)
}

// invalidShares leaves out the features that have nothing of the kind in the whole time range.
func invalidShares() cog.Builder[dashboard.Panel] {
	panel := lines("Missing, out of range, unseen", "Share of each feature's values that are missing, outside the reference's range, or of a category that the reference never had. Features without any are left out.").
		Unit(units.PercentUnit).Min(0).Height(8).Span(24)
	for i, kind := range []string{"missing", "out_of_range", "unseen"} {
		selector := fmt.Sprintf("ml_feature_%s_share_ratio{%s}", kind, ofWindow)
		panel.WithTarget(over(string(rune('A'+i)), someOf(selector), "{{ml_feature_name}} "+strings.ReplaceAll(kind, "_", " ")))
	}
	return panel
}

// psi draws the index with its limits.
func psi(title, name, matchers string) *timeseries.PanelBuilder {
	return lines(title, "Population stability index over ten groups of the reference: 0 where the window is as the reference. It has drifted where it is above both its threshold (dashed), what somebody would care about and more than the reference strays by itself, and its noise (dotted), what sampling alone gives in one of a hundred windows.").
		Unit(units.Short).Min(0).LineWidth(2).
		OverrideByName("threshold", dashed(bad)).OverrideByName("noise", dotted(faint)).
		WithTarget(over("A", fmt.Sprintf("%s{%s}", name, matchers), "PSI")).
		WithTarget(over("B", fmt.Sprintf("%s_threshold{%s}", name, matchers), "threshold")).
		WithTarget(over("C", fmt.Sprintf("%s_noise{%s}", name, matchers), "noise"))
}

func modelPredictions(b *dashboard.DashboardBuilder) {
	b.WithPanel(psi("PSI of the predictions", "ml_prediction_drift_psi", ofWindow).Height(9).Span(8)).
		WithPanel(ofPredictions().inOrder("Distribution of the predictions").Height(9).Span(8)).
		WithPanel(lines("Predictions a second", "Rate of predictions, by predicted class where there is one.").
			Unit("cps").Min(0).FillOpacity(15).Stacking(common.NewStackingConfigBuilder().Mode(common.StackingModeNormal)).
			Height(9).Span(8).
			WithTarget(over("A", fmt.Sprintf(`sum by (ml_prediction_class) (rate(ml_predictions_total{%s}[$__rate_interval]))`, ofModel), "{{ml_prediction_class}}"))).
		WithPanel(lines("Samples by subject", "What the window holds, by what the samples are of. Statistics of few samples are noisy; their threshold and noise say how much.").
			Unit(units.Short).Min(0).Height(8).Span(12).
			WithTarget(over("A", fmt.Sprintf(`ml_statistics_samples{%s}`, ofWindow), "{{ml_subject}}"))).
		WithPanel(lines("Time to infer", "How long a prediction takes: in the middle, and what one in twenty and one in a hundred exceeds. Known where events carry ml.prediction.duration, or predictions are spans.").
			Unit(units.Seconds).Min(0).Height(8).Span(12).NoValue("predictions carry no duration").
			WithTarget(over("A", inferredIn("0.5"), "median")).
			WithTarget(over("B", inferredIn("0.95"), "95th percentile")).
			WithTarget(over("C", inferredIn("0.99"), "99th percentile")))
}

// modelQuality has what the dashboard of outcomes has more of.
func modelQuality(b *dashboard.DashboardBuilder) {
	multiple := func(title, description, query string) cog.Builder[dashboard.Panel] {
		return lines(title, description).Unit("suffix:x").Decimals(2).AxisSoftMax(1.2).
			Thresholds(steps("transparent", 1.0, bad)).
			ThresholdsStyle(common.NewGraphThresholdsStyleConfigBuilder().Mode(common.GraphThresholdsStyleModeDashed)).
			Height(9).Span(12).
			WithTarget(over("A", query, "{{ml_quality_metric}} {{ml_class}}"))
	}
	b.WithPanel(multiple("Quality, as a part of what objectives allow", "By its labels: how far each measure has come from its reference (0) towards its objective (1); below 0 it is better than in the reference. The dashboard Quality and calibration has the measures themselves.",
		worsening(ofWindow))).
		WithPanel(multiple("Estimated quality, as a part of what objectives allow", "The same, estimated without labels, of all predictions of the window. It sees what drift of the inputs costs, before labels come; it does not see that the world changed.",
			estimatedWorsening(ofWindow)))
}

func inferredIn(q string) string {
	return fmt.Sprintf("histogram_quantile(%s, sum by (le) (rate(ml_prediction_duration_seconds_bucket{%s}[$__rate_interval])))", q, ofModel)
}
