package main

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

// fleet is the dashboard of all models: which of them needs somebody?
func fleet() *dashboard.DashboardBuilder {
	b := page("Fleet of models", "All models at a glance: which of them has drifted, gets invalid data, has no profile, or makes an alert fire.", "fleet-of-models").
		Uid("leeway-fleet").Time("now-7d", "now").
		WithVariable(windows("")).
		WithVariable(slice()).
		Annotation(alerts(`, severity="critical"`, "{{ml_model_name}} {{ml_window}}"))

	fleetNow(b)
	b.WithPanel(fleetTable())
	fleetDrift(b.WithRow(dashboard.NewRowBuilder("Drift")))
	fleetTraffic(b.WithRow(dashboard.NewRowBuilder("Predictions and alerts")))
	return b
}

// byModel is what a row of the fleet's table is about. max over what else tells series apart: collectors, and slices.
const byModel = "by (ml_model_name, ml_model_version)"

func fleetNow(b *dashboard.DashboardBuilder) {
	b.WithPanel(number("Models watched", "Versions of models of which statistics arrive. One that is missing here is not watched.").
		Unit(units.Short).Decimals(0).Thresholds(steps(plain)).Span(3).
		WithTarget(over("A", fmt.Sprintf("count(group %s (ml_model_info))", byModel), ""))).
		WithPanel(number("Models with drift", "Versions of models of which at least one feature is too far from the reference.").
			Unit(units.Short).Decimals(0).Thresholds(steps(good, 1.0, notice)).Span(3).
			WithTarget(over("A", fmt.Sprintf("count(max %s (ml_model_drift_share_ratio{%s}) > 0) or vector(0)", byModel, inWindow), ""))).
		WithPanel(number("Models degraded", "Versions of models whose labels say that a measure of quality is worse than its objective, with its whole interval.").
			Unit(units.Short).Decimals(0).Thresholds(steps(good, 1.0, bad)).Span(3).
			WithTarget(over("A", fmt.Sprintf("count(max %s (ml_quality_degraded{%s}) > 0) or vector(0)", byModel, inWindow), ""))).
		WithPanel(number("Models with labels", "Versions of models of which the window holds outcomes: predictions whose labels came. Of the others nobody knows how good they are.").
			Unit(units.Short).Decimals(0).Thresholds(steps(plain)).GraphMode(common.BigValueGraphModeNone).Span(3).
			WithTarget(over("A", fmt.Sprintf(`count(max %s (ml_statistics_samples{ml_subject="outcome", %s}) > 0) or vector(0)`, byModel, inWindow), ""))).
		WithPanel(number("Without a profile", "Versions of models that nothing is known of to compare with: their drift is not judged. `leewayctl profile` makes a profile, or a collector learns one.").
			Unit(units.Short).Decimals(0).Thresholds(steps(good, 1.0, notice)).GraphMode(common.BigValueGraphModeNone).Span(3).
			WithTarget(over("A", fmt.Sprintf(`count(group %[1]s (ml_model_info{ml_profile_id="none"}) unless max %[1]s (ml_statistics_samples{ml_subject="prediction"}) == 0) or vector(0)`, byModel), ""))).
		WithPanel(number("Predictions a second", "Of all models together. Where segments are configured, enter one above, or they are counted beside the whole traffic.").
			Unit("cps").Thresholds(steps(plain)).Span(3).
			WithTarget(over("A", fmt.Sprintf("sum(rate(ml_predictions_total{%s}[$__rate_interval]))", ofSlice), ""))).
		WithPanel(number("Critical alerts", "Alerts about models or collectors that call somebody at night, firing now. The table at the bottom lists them.").
			Unit(units.Short).Decimals(0).Thresholds(steps(good, 1.0, bad)).Span(3).
			WithTarget(over("A", fmt.Sprintf(`count(%s) or vector(0)`, firing(`, severity="critical"`)), ""))).
		WithPanel(number("Other alerts", "Alerts that are for a ticket (warning) or a channel (info), firing now. The table at the bottom lists them.").
			Unit(units.Short).Decimals(0).Thresholds(steps(good, 1.0, notice)).Span(3).
			WithTarget(over("A", fmt.Sprintf(`count(%s) or vector(0)`, firing(`, severity!="critical"`)), "")))
}

// fleetTable has several queries, merged by model and version.
func fleetTable() cog.Builder[dashboard.Panel] {
	alerts := fmt.Sprintf(`(count %[1]s (%[2]s) or group %[1]s (ml_model_info) * 0)
  + on (ml_model_name) group_left () (count by (ml_model_name) (%[3]s) or group by (ml_model_name) (ml_model_info) * 0)`,
		byModel, firing(`, ml_model_name!="", ml_model_version!=""`), firing(`, ml_model_name!="", ml_model_version=""`))
	count := func(name, color string, width int) properties {
		return set("displayName", name, "decimals", 0, "custom.width", width, "custom.cellOptions", map[string]any{"type": "color-text"},
			"thresholds", map[string]any{"mode": "absolute", "steps": []any{
				map[string]any{"value": nil, "color": plain}, map[string]any{"value": 1, "color": color}}})
	}
	return grid("Health of each model", "A row for each version of a model, those that need somebody first, at the end of the time range. Drift share: of the judged features, how many are too far from the reference. Invalid: features of which more, or less, is missing, out of range or unseen than in the reference. Quality: whether any measure is worse than its objective, where there are labels; a click on it opens the dashboard Quality. Alerts: firing now, about this version or the model. Profile's age: since the end of the data that it was made of. A click on a model opens its own dashboard.").
		Unit(units.Short).Height(9).Span(24).
		WithTarget(now("A", fmt.Sprintf("max %s (ml_model_drift_share_ratio{%s})", byModel, inWindow))).
		WithTarget(now("B", fmt.Sprintf("sum %s (max by (ml_model_name, ml_model_version, ml_feature_name) (ml_feature_drift_detected{%s}))", byModel, inWindow))).
		WithTarget(now("C", fmt.Sprintf("max %s (ml_prediction_drift_detected{%s})", byModel, inWindow))).
		WithTarget(now("D", fmt.Sprintf(`sum %s (max by (ml_model_name, ml_model_version, ml_feature_name) (ml_feature_drift_detected{ml_drift_statistic=~".+_share", %s}))`, byModel, inWindow))).
		WithTarget(now("E", fmt.Sprintf(`max %s (ml_statistics_samples{ml_subject="prediction", %s})`, byModel, inWindow))).
		WithTarget(now("F", alerts)).
		WithTarget(now("G", "group by (ml_model_name, ml_model_version, ml_profile_id) (ml_model_info)")).
		WithTarget(now("H", fmt.Sprintf("max %s (ml_profile_age_seconds)", byModel))).
		WithTarget(now("I", fmt.Sprintf("max %s (ml_quality_degraded{%s})", byModel, inWindow))).
		WithTransformation(merged()).
		WithTransformation(sorted("Value #A", true)).
		WithTransformation(sorted("Value #F", true)).
		WithTransformation(columns([]string{"Time", "Value #G"}, "ml_model_name", "ml_model_version", "Value #A", "Value #B", "Value #C", "Value #D", "Value #I", "Value #F", "Value #E", "ml_profile_id", "Value #H")).
		OverrideByName("ml_model_name", label("Model", "links", leadsTo("Model ${__data.fields.ml_model_name}",
			"/d/leeway-model?"+handsOn+"&var-model=${__data.fields.ml_model_name}&var-version=${__data.fields.ml_model_version}"))).
		OverrideByName("ml_model_version", label("Version", "custom.width", 100)).
		OverrideByName("Value #A", set("displayName", "Drift share", "unit", units.PercentUnit, "decimals", 0, "min", 0, "max", 1, "custom.width", 170,
			"custom.cellOptions", bar, "color", map[string]any{"mode": "continuous-GrYlRd"})).
		OverrideByName("Value #B", count("Drifted features", notice, 140)).
		OverrideByName("Value #C", set("displayName", "Predictions", "custom.width", 120, "custom.cellOptions", map[string]any{"type": "color-text"},
			"mappings", words("0", "steady", good, "1", "drifted", bad))).
		OverrideByName("Value #D", count("Invalid", notice, 90)).
		OverrideByName("Value #I", set("displayName", "Quality", "custom.width", 110, "custom.cellOptions", map[string]any{"type": "color-text"},
			"mappings", words("0", "good", good, "1", "degraded", bad),
			"links", leadsTo("Quality of ${__data.fields.ml_model_name}",
				"/d/leeway-quality?"+handsOn+"&var-model=${__data.fields.ml_model_name}&var-version=${__data.fields.ml_model_version}"))).
		OverrideByName("Value #F", count("Alerts", bad, 80)).
		OverrideByName("Value #E", set("displayName", "Samples", "unit", units.LocaleFormat, "decimals", 0, "custom.width", 110)).
		OverrideByName("ml_profile_id", label("Profile", "custom.width", 190, "custom.cellOptions", map[string]any{"type": "color-text"},
			"mappings", words("none", "none: not judged", notice),
			"color", fixed(plain))).
		OverrideByName("Value #H", set("displayName", "Profile's age", "unit", units.Seconds, "decimals", 0, "custom.width", 120))
}

func fleetDrift(b *dashboard.DashboardBuilder) {
	share := fmt.Sprintf("max %s (ml_model_drift_share_ratio{%s})", byModel, inWindow)
	b.WithPanel(lines("Models that drifted most", "Share of features that drifted, of the ten models that had the largest in the time range. Dashed: from where on the alert LeewayDriftWidespread fires, if the rules are loaded.").
		Unit(units.PercentUnit).Min(0).AxisSoftMax(1).
		OverrideByName("pages", dashed(bad)).
		Height(10).Span(12).
		WithTarget(over("A", fmt.Sprintf("%s and topk(10, max %s (max_over_time(ml_model_drift_share_ratio{%s}[$__range] @ end())))", share, byModel, inWindow), "{{ml_model_name}} {{ml_model_version}}")).
		WithTarget(over("B", "leeway:drift_share:limit", "pages"))).
		WithPanel(lines("Drift of the predictions, as a multiple of what is too far", "PSI of each model's predictions, divided by the larger of its threshold and its noise: above 1 they have drifted. Whether a drifted feature matters shows here first.").
			Unit("suffix:x").Decimals(1).Min(0).AxisSoftMax(1.5).
			Thresholds(steps("transparent", 1.0, bad)).
			ThresholdsStyle(common.NewGraphThresholdsStyleConfigBuilder().Mode(common.GraphThresholdsStyleModeDashed)).
			Height(10).Span(12).
			WithTarget(over("A", multiple("ml_prediction_drift_psi", inWindow), "{{ml_model_name}} {{ml_model_version}}"))).
		WithPanel(grid("Features that drifted most", "The 20 features of all models whose PSI is the greatest multiple of what is too far (the larger of its threshold and noise), at the end of the time range; above 1 they have drifted. A click opens the feature's dashboard.").
			Unit("suffix:x").Decimals(2).Height(10).Span(12).
			WithTarget(now("A", fmt.Sprintf("topk(20, max by (ml_model_name, ml_model_version, ml_feature_name) (%s))", multiple("ml_feature_drift_psi", inWindow)))).
			WithTransformation(sorted("Value", true)).
			WithTransformation(columns([]string{"Time"}, "ml_feature_name", "ml_model_name", "ml_model_version", "Value")).
			OverrideByName("ml_feature_name", label("Feature", "links", leadsTo("Feature ${__value.raw}",
				"/d/leeway-feature?"+handsOn+"&var-model=${__data.fields.ml_model_name}&var-version=${__data.fields.ml_model_version}&var-feature=${__value.raw}"))).
			OverrideByName("ml_model_name", label("Model")).
			OverrideByName("ml_model_version", label("Version", "custom.width", 100)).
			OverrideByName("Value", set("displayName", "PSI / too far", "min", 0, "custom.cellOptions", bar,
				"color", map[string]any{"mode": "thresholds"}, "thresholds", map[string]any{"mode": "absolute", "steps": []any{
					map[string]any{"value": nil, "color": current}, map[string]any{"value": 1, "color": bad}}}))).
		WithPanel(lines("Models with invalid data", "How many features of each model have missing, out-of-range or unseen values in another share than the reference. Models without any in the time range are left out.").
			Unit(units.Short).Decimals(0).Min(0).AxisSoftMax(3).
			Height(10).Span(12).
			WithTarget(over("A", fmt.Sprintf(`sum %[1]s (max by (ml_model_name, ml_model_version, ml_feature_name) (ml_feature_drift_detected{ml_drift_statistic=~".+_share", %[2]s}))
  and on (ml_model_name, ml_model_version) max_over_time(ml_feature_drift_detected{ml_drift_statistic=~".+_share", %[2]s}[$__range] @ end()) == 1`, byModel, inWindow), "{{ml_model_name}} {{ml_model_version}}")))
}

func fleetTraffic(b *dashboard.DashboardBuilder) {
	b.WithPanel(lines("Traffic", "Rate of predictions of the ten models that make the most. One that falls to nothing is not called any more, or its telemetry does not get out.").
		Unit("cps").Min(0).FillOpacity(15).Stacking(common.NewStackingConfigBuilder().Mode(common.StackingModeNormal)).
		Height(9).Span(12).
		WithTarget(over("A", fmt.Sprintf("sum %[1]s (rate(ml_predictions_total{%[2]s}[$__rate_interval])) and topk(10, sum %[1]s (increase(ml_predictions_total{%[2]s}[$__range] @ end())))", byModel, ofSlice), "{{ml_model_name}} {{ml_model_version}}"))).
		WithPanel(firingAlerts("", 9, 12))
}

// firingAlerts lists alerts, each with its runbook.
func firingAlerts(matchers string, height, width uint32) cog.Builder[dashboard.Panel] {
	return grid("Firing alerts", "Alerts of Leeway's rules that fire at the end of the time range, if the rules are loaded. A click on an alert opens its runbook: what it means, what to look at, what to do.").
		Unit(units.Short).Height(height).Span(width).
		WithTarget(now("A", fmt.Sprintf("group by (alertname, severity, ml_model_name, ml_model_version, ml_window, ml_feature_name, instance) (%s)", firing(matchers)))).
		WithTransformation(sorted("severity", false)).
		WithTransformation(columns([]string{"Time", "Value"}, "severity", "alertname", "ml_model_name", "ml_model_version", "ml_window", "ml_feature_name", "instance")).
		OverrideByName("severity", label("Severity", "custom.width", 90, "custom.cellOptions", map[string]any{"type": "color-text"},
			"mappings", words("critical", "critical", bad, "warning", "warning", notice, "info", "info", current))).
		OverrideByName("alertname", label("Alert", "links", leadsTo("Runbook of ${__value.raw}", docs+"runbooks/${__value.raw}.md"))).
		OverrideByName("ml_model_name", label("Model")).
		OverrideByName("ml_model_version", label("Version", "custom.width", 80)).
		OverrideByName("ml_window", label("Window", "custom.width", 80)).
		OverrideByName("ml_feature_name", label("Feature")).
		OverrideByName("instance", label("Collector"))
}
