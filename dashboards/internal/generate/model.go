package main

import (
	"fmt"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

// Matchers of the dashboard's variables: of a model, and of statistics of one of its windows.
const (
	ofModel  = `ml_model_name="$model", ml_model_version="$version", ${segment:raw}`
	ofWindow = `ml_model_name="$model", ml_model_version="$version", ml_window="$window", ${segment:raw}`
)

const docs = "https://github.com/leeway-ml/leeway/blob/main/docs/"

// model is the dashboard of one model: is it still what it was made for, and if not, in which of its features?
func model() *dashboard.DashboardBuilder {
	b := dashboard.NewDashboardBuilder("Leeway / Model").Uid("leeway-model").
		Description("Drift of one model: how far its features and predictions are from the reference profile, and whether that is too far.").
		Tags([]string{"leeway"}).Refresh("1m").Time("now-7d", "now").Timezone(common.TimeZoneBrowser).
		Tooltip(dashboard.DashboardCursorSyncCrosshair).Editable().
		WithVariable(datasource()).
		WithVariable(choice("model", "Model", `label_values(ml_model_info, ml_model_name)`, "The model, as its events call it.")).
		WithVariable(choice("version", "Version", `label_values(ml_model_info{ml_model_name="$model"}, ml_model_version)`, "What was deployed.").Sort(dashboard.VariableSortNumericalDesc)).
		WithVariable(choice("window", "Window", `label_values(ml_statistics_samples{ml_model_name="$model"}, ml_window)`,
			"How much of the past each point is about: a 24h point at noon is about the time since yesterday noon.").Current(option("24h"))).
		WithVariable(choice("feature", "Feature", `label_values(ml_feature_missing_share_ratio{ml_model_name="$model"}, ml_feature_name)`, "The one that the panels with its name are about.")).
		WithVariable(slice()).
		Annotation(dashboard.NewAnnotationQueryBuilder().Name("Alerts").Datasource(source).Enable(true).IconColor(bad).
			Expr(`ALERTS{alertname=~"Leeway.+", alertstate="firing", ml_model_name="$model"}`).
			TitleFormat("{{alertname}}").TextFormat("{{ml_feature_name}} {{ml_window}}")).
		Link(dashboard.NewDashboardLinkBuilder("Leeway").Type(dashboard.DashboardLinkTypeDashboards).Tags([]string{"leeway"}).
			AsDropdown(true).IncludeVars(true).KeepTime(true).Tooltip("Leeway's other dashboards")).
		Link(dashboard.NewDashboardLinkBuilder("How to read drift").Type(dashboard.DashboardLinkTypeLink).Icon("doc").TargetBlank(true).
			Url(docs + "drift.md#how-to-read-it-and-what-to-do").Tooltip("What is judged, by what rule, and what to do")).
		Link(dashboard.NewDashboardLinkBuilder("Alerts").Type(dashboard.DashboardLinkTypeLink).Icon("bell").TargetBlank(true).
			Url(docs + "alerts.md").Tooltip("What each alert means, and its runbook"))

	modelNow(b)
	modelDrift(b.WithRow(dashboard.NewRowBuilder("Drift of features")))
	modelFeature(b.WithRow(dashboard.NewRowBuilder("Feature $feature, and invalid values")))
	modelPredictions(b.WithRow(dashboard.NewRowBuilder("Predictions")))
	return b
}

// modelNow is the top line.
func modelNow(b *dashboard.DashboardBuilder) {
	b.WithPanel(number("Features drifted", "Share of the judged features of which anything is too far from the reference: a statistic beyond its threshold and beyond noise. One of many is a data problem; half of them another population, a broken pipeline or the wrong profile.").
		Unit(units.PercentUnit).Decimals(0).Min(0).Max(1).Thresholds(steps(good, 1e-9, notice)).Span(4).
		WithTarget(over("A", fmt.Sprintf(`ml_model_drift_share_ratio{%s}`, ofWindow), ""))).
		WithPanel(number("Predictions", "Whether the distribution of the predictions is too far from the reference.").
			Unit(units.Short).Mappings(words("0", "as the reference", good, "1", "drifted", bad)).GraphMode(common.BigValueGraphModeNone).Span(4).
			WithTarget(over("A", fmt.Sprintf(`ml_prediction_drift_detected{%s}`, ofWindow), ""))).
		WithPanel(number("Features with invalid values", "Features whose share of missing, out-of-range or unseen values is not what it was in the reference.").
			Unit(units.Short).Decimals(0).Thresholds(steps(good, 1.0, notice)).GraphMode(common.BigValueGraphModeNone).Span(4).
			WithTarget(over("A", fmt.Sprintf(`sum(max by (ml_feature_name) (ml_feature_drift_detected{ml_drift_statistic=~".+_share", %s}))`, ofWindow), ""))).
		WithPanel(number("Samples in the window", "Predictions that the window holds. Below the judge's min_samples (100 by default) nothing is judged.").
			Unit(units.LocaleFormat).Decimals(0).Thresholds(steps(plain)).Span(4).
			WithTarget(over("A", fmt.Sprintf(`ml_statistics_samples{ml_subject="prediction", %s}`, ofWindow), ""))).
		WithPanel(grid("Profiles", "By which reference profile each version of the model is judged. `none`: by none at all. Rhythm: whether the reference follows the hour of the day or of the week.").
			Unit(units.Short).Height(4).Span(8).
			WithTarget(now("A", `group by (ml_model_version, ml_task_type, ml_profile_id, ml_profile_rhythm) (ml_model_info{ml_model_name="$model"})`)).
			WithTransformation(columns([]string{"Time", "Value"}, "ml_model_version", "ml_profile_id", "ml_profile_rhythm", "ml_task_type")).
			OverrideByName("ml_model_version", set("displayName", "Version", "custom.width", 90)).
			OverrideByName("ml_profile_id", set("displayName", "Profile")).
			OverrideByName("ml_profile_rhythm", set("displayName", "Rhythm", "custom.width", 90)).
			OverrideByName("ml_task_type", set("displayName", "Task", "custom.width", 110)))
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
		WithTarget(over("A", fmt.Sprintf(`ml_feature_drift_psi{%[1]s} / (ml_feature_drift_psi_threshold{%[1]s} > ml_feature_drift_psi_noise{%[1]s} or ml_feature_drift_psi_noise{%[1]s})`, ofWindow), "{{ml_feature_name}}"))).
		WithPanel(lines("Share of features drifted", "Share of the judged features of which anything is too far. Dashed: from where on the alert LeewayDriftWidespread fires, if the rules are loaded.").
			Unit(units.PercentUnit).Min(0).AxisSoftMax(1).FillOpacity(15).
			OverrideByName("pages", append(dashed(bad), set("custom.fillOpacity", 0)...)).
			Height(10).Span(10).
			WithTarget(over("A", fmt.Sprintf(`ml_model_drift_share_ratio{%s}`, ofWindow), "drifted")).
			WithTarget(over("B", `leeway:drift_share:limit`, "pages"))).
		WithPanel(featureTable())
}

// featureTable is one query, so that it can be pivoted: each series says by the label `column` what it is.
func featureTable() cog.Builder[dashboard.Panel] {
	drift := fmt.Sprintf(`label_replace({__name__=~"ml_feature_drift_(psi|psi_threshold|psi_noise|js_distance|mean_shift)", %s}, "column", "$1", "__name__", "ml_feature_drift_(.+)")`, ofWindow)
	missing := fmt.Sprintf(`label_replace(ml_feature_missing_share_ratio{%s}, "column", "missing", "", "")`, ofWindow)
	drifted := fmt.Sprintf(`label_replace(max by (ml_feature_name) (ml_feature_drift_detected{%s}), "column", "drifted", "", "")`, ofWindow)
	const row = `ml_feature_name\column`
	return grid("Features", "All judged features at the end of the time range. PSI and its limits; the Jensen-Shannon distance (0..1) says how much on a scale that compares between features; the mean shift, in standard deviations of the reference, whether and where to the values moved. A click on a feature opens it below.").
		Unit(units.Short).Decimals(3).Height(12).Span(24).
		WithTarget(now("A", fmt.Sprintf("max by (ml_feature_name, column) (%s)\n  or %s\n  or max by (ml_feature_name, column) (%s)", drift, drifted, missing))).
		WithTransformation(pivot("ml_feature_name", "column")).
		WithTransformation(sorted("psi", true)).
		WithTransformation(sorted("drifted", true)).
		WithTransformation(columns(nil, row, "drifted", "psi", "psi_threshold", "psi_noise", "js_distance", "mean_shift", "missing")).
		OverrideByName(row, set("displayName", "Feature", "links", []any{map[string]any{
			"title": "Show ${__value.raw} below", "url": "/d/leeway-model?${datasource:queryparam}&${model:queryparam}&${version:queryparam}&${window:queryparam}&${segment:queryparam}&${__url_time_range}&var-feature=${__value.raw}"}})).
		OverrideByName("drifted", set("displayName", "Drifted", "mappings", words("0", "no", good, "1", "yes", bad),
			"custom.cellOptions", map[string]any{"type": "color-text"}, "custom.width", 90)).
		OverrideByName("psi", set("displayName", "PSI", "custom.cellOptions", map[string]any{"type": "gauge", "mode": "basic"}, "min", 0, "color", map[string]any{"mode": "fixed", "fixedColor": "blue"})).
		OverrideByName("psi_threshold", set("displayName", "Threshold")).
		OverrideByName("psi_noise", set("displayName", "Noise")).
		OverrideByName("js_distance", set("displayName", "JS distance", "max", 1, "min", 0)).
		OverrideByName("mean_shift", set("displayName", "Mean shift", "unit", "suffix: sd", "decimals", 2)).
		OverrideByName("missing", set("displayName", "Missing", "unit", units.PercentUnit, "decimals", 1))
}

func modelFeature(b *dashboard.DashboardBuilder) {
	b.WithPanel(lines("PSI of $feature", "Population stability index over ten groups of the reference; it has drifted where it is above both its threshold (dashed) and what sampling alone gives in one of a hundred windows (dotted).").
		Unit(units.Short).Min(0).LineWidth(2).Height(9).Span(8).
		OverrideByName("threshold", dashed(bad)).OverrideByName("noise", dotted(faint)).
		WithTarget(over("A", fmt.Sprintf(`ml_feature_drift_psi{ml_feature_name="$feature", %s}`, ofWindow), "PSI")).
		WithTarget(over("B", fmt.Sprintf(`ml_feature_drift_psi_threshold{ml_feature_name="$feature", %s}`, ofWindow), "threshold")).
		WithTarget(over("C", fmt.Sprintf(`ml_feature_drift_psi_noise{ml_feature_name="$feature", %s}`, ofWindow), "noise"))).
		WithPanel(distribution("Distribution of $feature",
			fmt.Sprintf(`increase(ml_feature_bins_total{ml_feature_name="$feature", %s}[$window])`, ofModel),
			fmt.Sprintf(`avg_over_time(ml_feature_reference_share_ratio{ml_feature_name="$feature", %s}[$window])`, ofModel))).
		WithPanel(invalidShares())
}

// invalidShares leaves out the features that have nothing of the kind in the whole time range.
func invalidShares() cog.Builder[dashboard.Panel] {
	panel := lines("Missing, out of range, unseen", "Share of each feature's values that are missing, outside the reference's range, or of a category that the reference never had. Features without any are left out.").
		Unit(units.PercentUnit).Min(0).Height(9).Span(8)
	for i, kind := range []string{"missing", "out_of_range", "unseen"} {
		selector := fmt.Sprintf("ml_feature_%s_share_ratio{%s}", kind, ofWindow)
		panel.WithTarget(over(string(rune('A'+i)), fmt.Sprintf("%[1]s and max_over_time(%[1]s[$__range] @ end()) > 0", selector), "{{ml_feature_name}} "+strings.ReplaceAll(kind, "_", " ")))
	}
	return panel
}

func modelPredictions(b *dashboard.DashboardBuilder) {
	b.WithPanel(lines("PSI of the predictions", "As for features: drifted where it is above both its threshold (dashed) and its noise (dotted).").
		Unit(units.Short).Min(0).LineWidth(2).Height(9).Span(8).
		OverrideByName("threshold", dashed(bad)).OverrideByName("noise", dotted(faint)).
		WithTarget(over("A", fmt.Sprintf(`ml_prediction_drift_psi{%s}`, ofWindow), "PSI")).
		WithTarget(over("B", fmt.Sprintf(`ml_prediction_drift_psi_threshold{%s}`, ofWindow), "threshold")).
		WithTarget(over("C", fmt.Sprintf(`ml_prediction_drift_psi_noise{%s}`, ofWindow), "noise"))).
		WithPanel(distribution("Distribution of predictions",
			fmt.Sprintf(`increase(ml_prediction_bins_total{%s}[$window])`, ofModel),
			fmt.Sprintf(`avg_over_time(ml_prediction_reference_share_ratio{%s}[$window])`, ofModel))).
		WithPanel(lines("Predictions a second", "Rate of predictions, by predicted class where there is one.").
			Unit("cps").Min(0).FillOpacity(15).Stacking(common.NewStackingConfigBuilder().Mode(common.StackingModeNormal)).
			Height(9).Span(8).
			WithTarget(over("A", fmt.Sprintf(`sum by (ml_prediction_class) (rate(ml_predictions_total{%s}[$__rate_interval]))`, ofModel), "{{ml_prediction_class}}"))).
		WithPanel(lines("Samples", "What the window holds, by what the samples are of. Statistics of few samples are noisy; their threshold and noise say how much.").
			Unit(units.Short).Min(0).Height(7).Span(24).
			WithTarget(over("A", fmt.Sprintf(`ml_statistics_samples{%s}`, ofWindow), "{{ml_subject}}")))
}

// distribution compares the shares of bins in the window with the reference's, from roll-ups: counts and reference are
// expressions with a series for each collector and bin, the reference's with ml_bin_range.
func distribution(title, counts, reference string) cog.Builder[dashboard.Panel] {
	const row = `bin\column`
	shares := fmt.Sprintf("sum by (ml_bin_index) (%[1]s) / scalar(sum(%[1]s))", counts)
	ranges := fmt.Sprintf("max by (ml_bin_index, ml_bin_range) (%s)", reference)
	expr := fmt.Sprintf(`label_join(
  label_replace(
    %[1]s * 0 + on (ml_bin_index) group_left () (%[2]s)
      or
    %[1]s * 0, "column", "window", "", "")
  or
  label_replace(%[1]s, "column", "reference", "", ""),
  "bin", "  ", "ml_bin_index", "ml_bin_range")`, ranges, shares)
	bar := map[string]any{"type": "gauge", "mode": "basic", "valueDisplayMode": "text"}
	return grid(title, "Share of each roll-up bin in the window, beside that in the reference of the same hours. A bin that grew says where the values went.").
		Unit(units.PercentUnit).Decimals(1).Min(0).Height(9).Span(8).
		WithTarget(now("A", expr)).
		WithTransformation(pivot("bin", "column")).
		WithTransformation(sorted(row, false)).
		WithTransformation(columns(nil, row, "window", "reference")).
		OverrideByName(row, set("displayName", "Bin")).
		OverrideByName("window", set("displayName", "Window", "custom.cellOptions", bar, "color", map[string]any{"mode": "fixed", "fixedColor": "blue"})).
		OverrideByName("reference", set("displayName", "Reference", "custom.cellOptions", bar, "color", map[string]any{"mode": "fixed", "fixedColor": faint}))
}
