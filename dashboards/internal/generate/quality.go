package main

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

// dataQuality is the dashboard of what is wrong with the data that a model gets, and of what Leeway could not count of it.
func dataQuality() *dashboard.DashboardBuilder {
	b := page("Data quality", "What is missing, of the wrong type, not finite, out of range or unseen in a model's inputs, by feature; and which events and data points were refused.", "data-quality").
		Uid("leeway-data-quality").Time("now-7d", "now").
		WithVariable(models()).
		WithVariable(versions()).
		WithVariable(windows(`{ml_model_name="$model"}`)).
		WithVariable(slice()).
		Annotation(alerts(`, ml_model_name="$model", signal="data_quality"`+ofWindowOrNone, "{{ml_feature_name}} {{ml_window}}"))

	qualityNow(b)
	qualityFeatures(b.WithRow(dashboard.NewRowBuilder("Inputs of $model")))
	qualityRefused(b.WithRow(dashboard.NewRowBuilder("What could not be counted")))
	return b
}

func qualityNow(b *dashboard.DashboardBuilder) {
	verdict := fmt.Sprintf(`sum(max by (ml_feature_name) (ml_feature_drift_detected{ml_drift_statistic=~".+_share", %s}))`, ofWindow)
	b.WithPanel(number("Invalid features", "Features whose share of missing, out-of-range or unseen values is not what it was in the reference.").
		Unit(units.Short).Decimals(0).Thresholds(steps(good, 1.0, notice)).Span(6).
		WithTarget(over("A", verdict, "")))
	for _, kind := range []struct{ name, title, description string }{
		{"missing", "Most missing", "Of the feature that is missing most often, the share of the window's predictions that came without it. Some features were always missing now and then; the table below compares."},
		{"out_of_range", "Most out of range", "Of the number that is out of range most often, the share of its values that are below the reference's least or above its greatest."},
		{"unseen", "Most unseen", "Of the category that is unseen most often, the share of its values that the reference never had."},
	} {
		b.WithPanel(number(kind.title, kind.description).Unit(units.PercentUnit).Decimals(1).Thresholds(steps(plain)).Span(6).
			WithTarget(over("A", fmt.Sprintf("max(ml_feature_%s_share_ratio{%s})", kind.name, ofWindow), "")))
	}
}

func qualityFeatures(b *dashboard.DashboardBuilder) {
	const without = " Features without any in the time range are left out."
	b.WithPanel(qualityTable())
	for _, kind := range []struct{ name, title, description string }{
		{"missing", "Missing", "Share of the window's predictions that came without the feature: left out, null or an empty text. Look for the job or service that delivers it."},
		{"out_of_range", "Out of range", "Share of the window's values that are below the reference's least or above its greatest. Look for units, and for a population that is new."},
		{"unseen", "Unseen categories", "Share of the window's values whose category the reference never had. Look for renamed, misspelled and new ones."},
	} {
		b.WithPanel(lines(kind.title, kind.description+without).
			Unit(units.PercentUnit).Min(0).AxisSoftMax(0.05).Height(9).Span(12).NoValue("none").
			WithTarget(over("A", someOf(fmt.Sprintf("ml_feature_%s_share_ratio{%s}", kind.name, ofWindow)), "{{ml_feature_name}}")))
	}
	b.WithPanel(lines("Wrong type, not finite", "Share of the window's predictions in which the feature was a text instead of a number or the like (type), NaN or infinite (non_finite). They are in no bin. Look for encodings, and for divisions by zero in what computes the feature."+without).
		Unit(units.PercentUnit).Min(0).AxisSoftMax(0.05).Height(9).Span(12).NoValue("none").
		WithTarget(over("A", unusable(), "{{ml_feature_name}} {{ml_invalid_reason}}")))
}

// unusable is the share of the window's predictions by feature and reason; no statistic has these two.
func unusable() string {
	return fmt.Sprintf(`sum by (ml_feature_name, ml_invalid_reason) (increase(ml_feature_invalid_total{ml_invalid_reason=~"type|non_finite", %[1]s}[$window]))
  / scalar(sum(increase(ml_predictions_total{%[1]s}[$window])))`, ofModel)
}

// qualityTable is one query, pivoted by the label column.
func qualityTable() cog.Builder[dashboard.Panel] {
	const row = `ml_feature_name\column`
	expr := fmt.Sprintf(`max by (ml_feature_name, column) (label_replace({__name__=~"ml_feature_(missing|out_of_range|unseen)_share_ratio", %[1]s}, "column", "$1", "__name__", "ml_feature_(.+)_share_ratio"))
or label_replace(%[2]s, "column", "$1", "ml_invalid_reason", "(.+)")
or label_replace(max by (ml_feature_name) (ml_feature_drift_detected{ml_drift_statistic=~".+_share", %[1]s}), "column", "changed", "", "")`, ofWindow, unusable())
	panel := grid("Features", "How often each feature was invalid in the window, and how, at the end of the time range. Changed: whether a share is further from the reference's than its limit and than noise; features that were always incomplete are not called so. A click on a feature opens its own dashboard.").
		Unit(units.PercentUnit).Decimals(1).Height(12).Span(24).
		WithTarget(now("A", expr)).
		WithTransformation(pivot("ml_feature_name", "column", "zero")).
		WithTransformation(sorted("missing", true)).
		WithTransformation(sorted("changed", true)).
		WithTransformation(columns(nil, row, "changed", "missing", "out_of_range", "unseen", "type", "non_finite")).
		OverrideByName(row, label("Feature", "links", leadsTo("Feature ${__value.raw}",
			"/d/leeway-feature?"+handsOn+"&${model:queryparam}&${version:queryparam}&var-feature=${__value.raw}"))).
		OverrideByName("changed", set("displayName", "Changed", "unit", units.Short, "custom.width", 100, "custom.cellOptions", map[string]any{"type": "color-text"},
			"mappings", words("0", "no", good, "1", "yes", bad)))
	for _, c := range [][2]string{{"missing", "Missing"}, {"out_of_range", "Out of range"}, {"unseen", "Unseen"}, {"type", "Wrong type"}, {"non_finite", "Not finite"}} {
		panel.OverrideByName(c[0], set("displayName", c[1], "min", 0, "max", 1, "color", fixed(notice),
			"custom.cellOptions", bar))
	}
	return panel
}

func qualityRefused(b *dashboard.DashboardBuilder) {
	rate := func(metric, matchers, by string) string {
		return fmt.Sprintf("sum by (%s) (rate(%s{%s}[$__rate_interval]))", by, metric, matchers)
	}
	b.WithPanel(perSecond("Events refused, values refused", "Predictions that were not counted at all, by reason: without a model's name (no_model), without a time (no_time, time). And values of counted ones that were left out: scores outside of 0 to 1, classes without a positive one. Of all models, since an event without a name has none.").
		WithTarget(over("A", rate("otelcol_model_summary_events_refused", "", "reason"), "event: {{reason}}")).
		WithTarget(over("B", rate("otelcol_model_summary_values_refused", "", "field, reason"), "{{field}}: {{reason}}"))).
		WithPanel(perSecond("Data points refused or late", "Summaries that are in no statistic of $model (refused, by reason: from the future, too old, beyond a limit ...), in none of its roll-ups, or that came after their window was judged (late: they count in those that are yet to be).").
			WithTarget(over("A", rate("otelcol_model_statistics_points_refused", `model=~"$model|__overflow__"`, "reason"), "statistics: {{reason}}")).
			WithTarget(over("B", rate("otelcol_model_rollup_points_refused", `model=~"$model|__overflow__"`, "reason"), "roll-ups: {{reason}}")).
			WithTarget(over("C", rate("otelcol_model_statistics_points_late", `model="$model"`, "model"), "late"))).
		WithPanel(perSecond("Beyond a limit", "Observations beyond a limit of the configuration, by its key: models, features, categories, segments, experiments. They are counted together, under __overflow__ or __other__. Of all models.").
			WithTarget(over("A", rate("otelcol_model_summary_overflowed", "", "limit"), "{{limit}}"))).
		WithPanel(perSecond("Incomplete, or of no use", "Events that lost attributes at their sender (an SDK's limit of 128; send inputs as a map), inputs that no profile knows, and data points of features that no profile has bins for, or over other bins than the profile's (an older profile, an SDK's own histogram).").
			WithTarget(over("A", rate("otelcol_model_summary_attributes_dropped", "", "job"), "attributes dropped by the sender")).
			WithTarget(over("B", rate("otelcol_model_summary_inputs_unprofiled", "", "job"), "inputs that no profile knows")).
			WithTarget(over("C", rate("otelcol_model_rollup_points_unbinned", `model="$model"`, "model"), "points without bins")).
			WithTarget(over("D", rate("otelcol_model_rollup_points_rebinned", `model="$model"`, "model"), "points over other bins")))
}
