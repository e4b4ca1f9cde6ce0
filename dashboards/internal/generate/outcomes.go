package main

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

// Matchers of a class that scores are for, and of a measure: of those that have one for each class, the chosen class's or the average.
const (
	ofClass   = `ml_class="$class", ` + ofWindow
	ofMeasure = `ml_class=~"$class|macro|", ` + ofWindow
)

// Colours of what is estimated, for all predictions and for the labelled ones.
const (
	estimatedAll      = "purple"
	estimatedLabelled = "orange"
)

// outcomes is the dashboard of what came of a model's predictions: its quality, the calibration of its scores, and its labels.
func outcomes() *dashboard.DashboardBuilder {
	b := page("Quality and calibration", "How good a model is by its labels, how good it probably is where labels are still to come, whether its scores are probabilities, and whether its labels come.", "quality-and-calibration").
		Uid("leeway-quality").Time("now-7d", "now").
		WithVariable(models()).
		WithVariable(versions()).
		WithVariable(windows(`{ml_model_name="$model"}`)).
		WithVariable(choice("measure", "Measure", `label_values(ml_quality_degraded{ml_model_name="$model", ml_model_version="$version"}, ml_quality_metric)`,
			"The measure of quality that the charts of the first row are about: one of those that have an objective.")).
		WithVariable(choice("class", "Class", `label_values(ml_outcome_bins_total{ml_model_name="$model", ml_model_version="$version"}, ml_class)`,
			"The class that scores are for: in binary tasks the positive one; __predicted__ is whichever was predicted.")).
		WithVariable(slice()).
		Annotation(alerts(`, ml_model_name="$model", signal=~"quality|calibration|labels"`+ofWindowOrNone+notMarked, "{{ml_quality_metric}} {{ml_window}}")).
		Annotation(detections()).
		Annotation(lossChanges()).
		Link(outside("Estimates", "doc", docs+"estimated-quality.md", "What can be known before labels come, and what cannot"))

	outcomesNow(b)
	outcomesMeasure(b.WithRow(dashboard.NewRowBuilder("Quality: $measure, and all measures")))
	outcomesErrors(b.WithRow(dashboard.NewRowBuilder("Right and wrong")))
	outcomesCalibration(b.WithRow(dashboard.NewRowBuilder("Calibration of the scores for $class")))
	outcomesLabels(b.WithRow(dashboard.NewRowBuilder("Labels and feedback")))
	return b
}

func outcomesNow(b *dashboard.DashboardBuilder) {
	main := func(title, description, query string) cog.Builder[dashboard.Panel] {
		return number(title, description).Unit(units.Short).Decimals(3).TextMode(common.BigValueTextModeValueAndName).Thresholds(steps(plain)).Span(4).
			WithTarget(over("A", query, "{{__name__}}"))
	}
	b.WithPanel(number("Verdict", "Whether any measure that has an objective is worse than it with its whole 95 % interval.").
		Unit(units.Short).Mappings(words("0", "meets its objectives", good, "1", "degraded", bad)).GraphMode(common.BigValueGraphModeNone).Span(4).
		WithTarget(over("A", fmt.Sprintf("max(ml_quality_degraded{%s})", ofWindow), ""))).
		WithPanel(main("By its labels", "Accuracy of a classification, root mean squared error of a regression, NDCG of a ranking, of the outcomes whose labels came in the window.",
			fmt.Sprintf(`{__name__=~"ml_quality_(accuracy|rmse|ndcg)", %s}`, ofWindow))).
		WithPanel(main("Without labels", "The same, estimated for the predictions of the window, most of which may have no label yet. It sees drift of the inputs; it does not see that the world changed.",
			fmt.Sprintf(`{__name__=~"ml_quality_estimated_(accuracy|rmse)", ml_population="all", %s}`, ofWindow))).
		WithPanel(number("Scores", "Whether the scores' calibration error is above its limit beyond chance: whether a score of 0.8 is still right eight times in ten.").
			Unit(units.Short).Mappings(words("0", "are probabilities", good, "1", "are off", notice)).GraphMode(common.BigValueGraphModeNone).NoValue("not judged").Span(4).
			WithTarget(over("A", fmt.Sprintf("max(ml_calibration_degraded{%s})", ofWindow), ""))).
		WithPanel(number("Labelled", "Share of the predictions that got a label in time, of those whose wait ended in the window. Quality is known of these alone.").
			Unit(units.PercentUnit).Decimals(0).Min(0).Max(1).Thresholds(steps(plain)).Span(4).
			WithTarget(over("A", fmt.Sprintf("max(ml_ground_truth_coverage_ratio{%s})", ofWindow), ""))).
		WithPanel(number("Labels", "Outcomes that the window holds: predictions whose labels came in it. Below min_samples (100 by default) quality is not judged.").
			Unit(units.LocaleFormat).Decimals(0).Thresholds(steps(plain)).Span(4).
			WithTarget(over("A", fmt.Sprintf(`max(ml_statistics_samples{ml_subject="outcome", %s})`, ofWindow), "")))
}

// named are the series whose names begin with prefix and end with suffix, with the measure between them as a label. Bounds and
// limits are measures of their own by their names; where that matters, what they are compared with has none of that name.
func named(prefix, suffix, matchers string) string {
	return fmt.Sprintf(`label_replace({__name__=~"%[1]s.+%[2]s", ml_quality_metric="", %[3]s}, "ml_quality_metric", "$1", "__name__", "%[1]s(.+)%[2]s")`, prefix, suffix, matchers)
}

// worsening is how far a measure has come from the reference to its objective.
func worsening(matchers string) string {
	reference := named("ml_quality_reference_", "", matchers)
	return fmt.Sprintf("(%s\n  - %s)\n/ (%s\n  - %s)", named("ml_quality_", "", matchers), reference, named("ml_quality_", "_threshold", matchers), reference)
}

// estimatedWorsening is the same of what is estimated of all predictions.
func estimatedWorsening(matchers string) string {
	reference := named("ml_quality_reference_", "", matchers)
	return fmt.Sprintf("(%s\n  - ignoring (ml_population) %s)\n/ (%s\n  - %s)",
		named("ml_quality_estimated_", "", `ml_population="all", `+matchers), reference, named("ml_quality_", "_threshold", matchers), reference)
}

func outcomesMeasure(b *dashboard.DashboardBuilder) {
	b.WithPanel(realisedAndEstimated()).
		WithPanel(apart()).
		WithPanel(lines("Measures, as a part of what their objectives allow", "How far each measure has come from its reference (0) towards its objective (1); below 0 it is better than in the reference. It makes measures comparable, whatever their unit and whether more is better or less. Degraded is what is above 1 with its whole interval.").
			Unit("suffix:x").Decimals(2).AxisSoftMax(1.2).
			Thresholds(steps("transparent", 1.0, bad)).
			ThresholdsStyle(common.NewGraphThresholdsStyleConfigBuilder().Mode(common.GraphThresholdsStyleModeDashed)).
			Height(9).Span(14).
			WithTarget(over("A", worsening(ofMeasure), "{{ml_quality_metric}} {{ml_class}}"))).
		WithPanel(lines("Objectives missed", "The measures that are worse than their objective, one step each: their interval's better end, too. The alert LeewayQualityDegraded fires when that lasts for 15 minutes, if the rules are loaded.").
			Unit(units.Short).Decimals(0).Min(0).AxisSoftMax(1).FillOpacity(30).LineInterpolation(common.LineInterpolationStepAfter).
			Stacking(common.NewStackingConfigBuilder().Mode(common.StackingModeNormal)).
			Height(9).Span(10).
			WithTarget(over("A", fmt.Sprintf("max by (ml_quality_metric) (ml_quality_degraded{%s})", ofWindow), "{{ml_quality_metric}}"))).
		WithPanel(measureTable())
}

func realisedAndEstimated() cog.Builder[dashboard.Panel] {
	interval := append(dotted(current), set("custom.fillOpacity", 0)...)
	return lines("Realised and estimated", "The measure that is chosen above. Realised: of the outcomes whose labels came in the window, with its 95 % interval (band). Estimated: without labels, of all predictions of the window (today's), and of the labelled ones (the same rows as the realised). Dashed: the objective, and the reference. Where labels are late, the realised line follows the estimate of all at a distance.").
		Unit(units.Short).Decimals(3).
		OverrideByName("realised", set("color", fixed(current), "custom.lineWidth", 2)).
		OverrideByName("lower", interval).
		OverrideByName("upper", append(dotted(current), set("custom.fillBelowTo", "lower", "custom.fillOpacity", 12)...)).
		OverrideByName("estimated, all", set("color", fixed(estimatedAll))).
		OverrideByName("estimated, labelled", set("color", fixed(estimatedLabelled))).
		OverrideByName("objective", dashed(bad)).OverrideByName("reference", dashed(faint)).
		Height(10).Span(14).
		WithTarget(over("A", fmt.Sprintf("ml_quality_${measure}{%s}", ofMeasure), "realised")).
		WithTarget(over("B", fmt.Sprintf("ml_quality_${measure}_upper{%s}", ofMeasure), "upper")).
		WithTarget(over("C", fmt.Sprintf("ml_quality_${measure}_lower{%s}", ofMeasure), "lower")).
		WithTarget(over("D", fmt.Sprintf(`ml_quality_estimated_${measure}{ml_population="all", %s}`, ofMeasure), "estimated, all")).
		WithTarget(over("E", fmt.Sprintf(`ml_quality_estimated_${measure}{ml_population="labelled", %s}`, ofMeasure), "estimated, labelled")).
		WithTarget(over("F", fmt.Sprintf("ml_quality_${measure}_threshold{%s}", ofMeasure), "objective")).
		WithTarget(over("G", fmt.Sprintf("ml_quality_reference_${measure}{%s}", ofMeasure), "reference"))
}

// apart is where realised and estimated quality part, and why they may.
func apart() cog.Builder[dashboard.Panel] {
	labelled := fmt.Sprintf(`ml_quality_estimated_${measure}{ml_population="labelled", %s}`, ofMeasure)
	return lines("Where they part", "Realised - estimated of the same rows: away from 0, the same scores have other outcomes than in the reference; the concept drifted, or labels are wrong. Estimated of all - of the labelled: away from 0, the labelled predictions are easier or harder than the others, or older.").
		Unit(units.Short).Decimals(3).AxisCenteredZero(true).NoValue("nothing is estimated of this measure").
		OverrideByName("realised - estimated", set("color", fixed(current), "custom.lineWidth", 2)).
		OverrideByName("all - labelled", set("color", fixed(estimatedAll))).
		Height(10).Span(10).
		WithTarget(over("A", fmt.Sprintf("ml_quality_${measure}{%s} - ignoring (ml_population) %s", ofMeasure, labelled), "realised - estimated")).
		WithTarget(over("B", fmt.Sprintf(`ml_quality_estimated_${measure}{ml_population="all", %s} - ignoring (ml_population) %s`, ofMeasure, labelled), "all - labelled"))
}

// measureTable is one query, pivoted by the label column.
func measureTable() cog.Builder[dashboard.Panel] {
	column := func(name, query string) string {
		return fmt.Sprintf(`max by (ml_quality_metric, ml_class, ml_quality_k, ml_quantile, column) (label_replace(%s, "column", %q, "", ""))`, query, name)
	}
	values := fmt.Sprintf(`label_replace({__name__=~"ml_quality_.+", __name__!~"ml_quality_(estimated|reference)_.+|.+_(lower|upper|threshold)", ml_quality_metric="", %s}, "ml_quality_metric", "$1", "__name__", "ml_quality_(.+)")`, ofWindow)
	estimates := fmt.Sprintf(`label_replace({__name__=~"ml_quality_estimated_.+", __name__!~".+_(lower|upper)", ml_population="all", %s}, "ml_quality_metric", "$1", "__name__", "ml_quality_estimated_(.+)")`, ofWindow)
	limits := fmt.Sprintf(`label_replace({__name__=~"ml_quality_.+_threshold", %s}, "ml_quality_metric", "$1", "__name__", "ml_quality_(.+)_threshold")`, ofWindow)
	expr := column("value", values) +
		"\nor " + column("lower", named("ml_quality_", "_lower", `__name__!~"ml_quality_estimated_.+", `+ofWindow)) +
		"\nor " + column("upper", named("ml_quality_", "_upper", `__name__!~"ml_quality_estimated_.+", `+ofWindow)) +
		"\nor " + column("objective", limits) +
		"\nor " + column("reference", named("ml_quality_reference_", "", ofWindow)) +
		"\nor " + column("estimated", estimates) +
		"\nor " + column("degraded", fmt.Sprintf("%s * 0 + ignoring (ml_class, ml_quality_k, ml_quantile) group_left () ml_quality_degraded{%s}", limits, ofWindow))
	const row = `measure\column`
	return grid("Measures", "All measures of the window at the end of the time range: by its labels, with the 95 % interval; the objective, for those that are judged; in the reference; and estimated without labels, of all predictions. Measures of a class name it; macro, micro and weighted are averages over classes.").
		Unit(units.Short).Decimals(4).Height(11).Span(24).
		WithTarget(now("A", fmt.Sprintf(`label_join(%s, "measure", " ", "ml_quality_metric", "ml_class", "ml_quality_k", "ml_quantile")`, "(\n"+expr+"\n)"))).
		WithTransformation(pivot("measure", "column", "null")).
		WithTransformation(sorted(row, false)).
		WithTransformation(sorted("degraded", true)).
		WithTransformation(columns(nil, row, "degraded", "value", "lower", "upper", "objective", "reference", "estimated")).
		OverrideByName(row, label("Measure")).
		OverrideByName("degraded", set("displayName", "Degraded", "mappings", words("0", "no", good, "1", "yes", bad),
			"custom.cellOptions", map[string]any{"type": "color-text"}, "custom.width", 100)).
		OverrideByName("value", set("displayName", "Value")).
		OverrideByName("lower", set("displayName", "Lower")).
		OverrideByName("upper", set("displayName", "Upper")).
		OverrideByName("objective", set("displayName", "Objective")).
		OverrideByName("reference", set("displayName", "Reference")).
		OverrideByName("estimated", set("displayName", "Estimated"))
}

func outcomesErrors(b *dashboard.DashboardBuilder) {
	cells := fmt.Sprintf("sum by (ml_ground_truth_class, ml_prediction_class) (increase(ml_outcomes_total{%s}[$window]))", ofModel)
	const row = `ml_ground_truth_class\ml_prediction_class`
	matrix := func(title, description, expr string) *gridBuilder {
		return grid(title, description).NoValue("0").
			WithTarget(now("A", expr)).
			WithTransformation(pivot("ml_ground_truth_class", "ml_prediction_class", "zero")).
			WithTransformation(sorted(row, false)).
			OverrideByRegexp(`/^(?!ml_ground_truth_class)/`, set("custom.cellOptions", map[string]any{"type": "color-background", "mode": "basic"}, "color", map[string]any{"mode": "continuous-blues"})).
			OverrideByName(row, label("True class", "custom.width", 160))
	}
	b.WithPanel(matrix("Confusion matrix, in shares of the true class", "A row for each true class, a column for each predicted one: what became of the cases of that class. The diagonal is each class's recall; a dark cell beside it is what the class is mistaken for.",
		fmt.Sprintf("%s\n  / on (ml_ground_truth_class) group_left () sum by (ml_ground_truth_class) (%s)", cells, cells)).
		Unit(units.PercentUnit).Decimals(1).Min(0).Max(1).Height(9).Span(12)).
		WithPanel(matrix("Confusion matrix, in outcomes", "The same in numbers of outcomes, whose labels came in the last window's length, over all collectors: how much stands behind each share.", cells).
			Unit(units.LocaleFormat).Decimals(0).Height(9).Span(12)).
		WithPanel(lines("Mean losses", "Mean of each loss over the window's length, from exact sums over all collectors: log loss and Brier score of a classification, squared and absolute error and others of a regression; in units of the target, squared where the loss is.").
			Unit(units.Short).Min(0).Height(9).Span(12).
			WithTarget(over("A", fmt.Sprintf("sum by (ml_loss_name) (increase(ml_outcome_loss_sum{%[1]s}[$window])) / (sum by (ml_loss_name) (increase(ml_outcome_loss_count{%[1]s}[$window])) > 0)", ofModel), "{{ml_loss_name}}"))).
		WithPanel(lines("Error budget, rate of use", "Classifications: how much more often outcomes are wrong than in the reference, as a multiple of what the objective of the accuracy allows. 0 is as the reference, 1 at the objective; a week's budget lasts a week at 1, a day at 7. Recorded by the rules, if they are loaded.").
			Unit("suffix:x").Decimals(1).AxisSoftMax(1.2).NoValue("no objective of the accuracy, or no rules").
			Thresholds(steps("transparent", 1.0, bad)).
			ThresholdsStyle(common.NewGraphThresholdsStyleConfigBuilder().Mode(common.GraphThresholdsStyleModeDashed)).
			Height(9).Span(12).
			WithTarget(over("A", fmt.Sprintf("model:ml_quality_burn:1h{%s}", ofModel), "an hour")).
			WithTarget(over("B", fmt.Sprintf("model:ml_quality_burn:6h{%s}", ofModel), "6 hours")).
			WithTarget(over("C", fmt.Sprintf("model:ml_quality_burn:1d{%s}", ofModel), "a day")).
			WithTarget(over("D", fmt.Sprintf("model:ml_quality_burn:3d{%s}", ofModel), "3 days")))
}

func outcomesCalibration(b *dashboard.DashboardBuilder) {
	b.WithPanel(reliability()).
		WithPanel(scoresByTruth()).
		WithPanel(calibrators()).
		WithPanel(lines("Calibration error", "Expected calibration error: how far scores are from what they promise, on average. Off where it is above both its limit (dashed) and what chance gives a calibrated model with so many outcomes (dotted). None: the model's own scores, of all outcomes. By calibrator: what each would make of the scores, fitted on earlier outcomes and judged on later ones, where identity is the model's own.").
			Unit(units.Short).Decimals(3).Min(0).
			OverrideByName("none", set("color", fixed(current), "custom.lineWidth", 2)).
			OverrideByName("limit", dashed(bad)).OverrideByName("chance", dotted(faint)).
			Height(9).Span(8).
			WithTarget(over("A", fmt.Sprintf("ml_calibration_ece{%s}", ofClass), "{{ml_calibrator_name}}")).
			WithTarget(over("B", fmt.Sprintf("ml_calibration_ece_threshold{%s}", ofClass), "limit")).
			WithTarget(over("C", fmt.Sprintf("ml_calibration_ece_noise{%s}", ofClass), "chance"))).
		WithPanel(lines("Slope and intercept", "Of the truth over the score's log-odds. Slope 1 and intercept 0 are calibrated. A slope below 1: too sure of itself, scores too near 0 and 1; an intercept above 0: scores too low, below 0: too high.").
			Unit(units.Short).Decimals(2).Height(9).Span(8).
			OverrideByName("slope", set("color", fixed(current))).OverrideByName("intercept", set("color", fixed(estimatedLabelled))).
			WithTarget(over("A", fmt.Sprintf(`ml_calibration_slope{ml_calibrator_name="none", %s}`, ofClass), "slope")).
			WithTarget(over("B", fmt.Sprintf(`ml_calibration_intercept{ml_calibrator_name="none", %s}`, ofClass), "intercept"))).
		WithPanel(lines("Log loss, by calibrator", "What each calibrator would make of it, fitted on earlier outcomes of the window and judged on later ones, beside the model's own scores of the same later outcomes (identity). One that lies clearly below identity is worth applying.").
			Unit(units.Short).Decimals(3).Height(9).Span(8).
			OverrideByName("identity", set("color", fixed(current), "custom.lineWidth", 2)).
			WithTarget(over("A", fmt.Sprintf(`ml_calibration_log_loss{ml_calibrator_name!="none", %s}`, ofClass), "{{ml_calibrator_name}}")))
}

// reliability is the diagram as a table of bars: neither Grafana's published components nor our page draw one value over another.
func reliability() cog.Builder[dashboard.Panel] {
	series := fmt.Sprintf(`label_replace({__name__=~"ml_calibration_(observed|predicted|samples)", %s}, "column", "$1", "__name__", "ml_calibration_(.+)")`, ofClass)
	difference := fmt.Sprintf(`label_replace(ml_calibration_observed{%[1]s} - ml_calibration_predicted{%[1]s}, "column", "difference", "", "")`, ofClass)
	const row = `ml_calibration_bin\column`
	share := func(name, color string) properties {
		return set("displayName", name, "min", 0, "max", 1, "unit", units.PercentUnit, "decimals", 1, "custom.cellOptions", bar, "color", fixed(color))
	}
	return grid("Reliability diagram", "A row for each bin of scores, from low to high. Score: what the model promised on average. Observed: how often the class came true. Calibrated scores have bars of the same length. Difference: above 0 the scores are too low, below 0 too high. Outcomes: how much stands behind it.").
		Unit(units.Short).Height(14).Span(9).
		WithTarget(now("A", fmt.Sprintf("max by (ml_calibration_bin, column) (%s)\nor max by (ml_calibration_bin, column) (%s)", series, difference))).
		WithTransformation(pivot("ml_calibration_bin", "column", "null")).
		WithTransformation(sorted(row, false)).
		WithTransformation(columns(nil, row, "predicted", "observed", "difference", "samples")).
		OverrideByName(row, label("Bin", "custom.width", 50)).
		OverrideByName("predicted", share("Score", faint)).
		OverrideByName("observed", share("Observed", current)).
		OverrideByName("difference", set("displayName", "Difference", "unit", units.PercentUnit, "decimals", 1, "custom.width", 95)).
		OverrideByName("samples", set("displayName", "Outcomes", "unit", units.LocaleFormat, "decimals", 0, "custom.width", 90))
}

// scoresByTruth has the distribution of the scores of those that are of the class beside that of the others.
func scoresByTruth() cog.Builder[dashboard.Panel] {
	bins := fmt.Sprintf(`sum by (ml_bin_index, column) (
  label_replace(
    label_replace(increase(ml_outcome_bins_total{ml_class="$class", %s}[$window]), "column", "class", "ml_ground_truth_class", ".+"),
    "column", "others", "ml_ground_truth_class", "__other__"))`, ofModel)
	const row = `ml_bin_index\column`
	share := func(name, color string) properties {
		return set("displayName", name, "min", 0, "unit", units.PercentUnit, "decimals", 1, "custom.cellOptions", bar, "color", fixed(color))
	}
	return grid("Scores by truth", "Where the scores of those that are of the class lie (blue), and those of the others (grey), in 20 bins of equal width from 0 to 1. The further apart the two, the better the model tells them; where both are long, it cannot.").
		Unit(units.PercentUnit).Height(14).Span(7).
		WithTarget(now("A", fmt.Sprintf("%s\n  / on (column) group_left () (sum by (column) (%s) > 0)", bins, bins))).
		WithTransformation(pivot("ml_bin_index", "column", "zero")).
		WithTransformation(sorted(row, false)).
		WithTransformation(columns(nil, row, "class", "others")).
		OverrideByName(row, label("Bin", "custom.width", 50)).
		OverrideByName("class", share("$class", current)).
		OverrideByName("others", share("Others", faint))
}

func calibrators() cog.Builder[dashboard.Panel] {
	const row = `measure\ml_calibrator_name`
	return grid("Measures of calibration, by calibrator", "Of the model's own scores, of all outcomes (none); and of what calibrators would make of the later ones, of which identity is the model's own. Errors (ece, mce, ace), reliability, Brier score and log loss are better the smaller they are; resolution the larger. Slope 1 and intercept 0 are calibrated; a p-value below 0.05, or a z beyond 1.96, says that the scores are not.").
		Unit(units.Short).Decimals(3).Height(14).Span(8).
		WithTarget(now("A", fmt.Sprintf(`max by (measure, ml_calibrator_name) (label_replace({__name__=~"ml_calibration_.+", ml_calibrator_name!="", %s}, "measure", "$1", "__name__", "ml_calibration_(.+)"))`, ofClass))).
		WithTransformation(pivot("measure", "ml_calibrator_name", "null")).
		WithTransformation(sorted(row, false)).
		WithTransformation(columns(nil, row, "none")).
		OverrideByName(row, label("Measure", "custom.width", 170))
}

func outcomesLabels(b *dashboard.DashboardBuilder) {
	delay := func(q string) string {
		return fmt.Sprintf("histogram_quantile(%s, sum by (le) (increase(ml_ground_truth_delay_seconds_bucket{%s}[$window])))", q, ofModel)
	}
	b.WithPanel(lines("Delay of labels", "Time from a prediction to its label, of the labels that came in the window's length: of the middle one, and what one in ten and one in a hundred exceeds. A label that takes longer than time_to_live finds no prediction.").
		Unit(units.Seconds).Min(0).Height(9).Span(8).NoValue("outcomes carry no time of their prediction").
		WithTarget(over("A", delay("0.5"), "median")).
		WithTarget(over("B", delay("0.9"), "90th percentile")).
		WithTarget(over("C", delay("0.99"), "99th percentile"))).
		WithPanel(lines("Predictions that got a label", "Share of the predictions that got a label in time, of those whose wait ended in the window. A share that falls says that a source of labels is missing, or that ids do not fit; one that is low by its nature asks who chooses what is labelled.").
			Unit(units.PercentUnit).Min(0).Max(1).FillOpacity(15).Height(9).Span(8).
			WithTarget(over("A", fmt.Sprintf("max(ml_ground_truth_coverage_ratio{%s})", ofWindow), "labelled"))).
		WithPanel(perSecond("What became of predictions and labels", "joined: a prediction and its label. expired: a prediction whose time was over. duplicate: a label of a prediction that had one. orphan: a label that found no prediction; it knows no version, so that all of the model are counted.").
			Height(9).Span(8).OverrideByName("orphan", set("color", fixed(bad))).OverrideByName("duplicate", set("color", fixed(notice))).OverrideByName("joined", set("color", fixed(good))).OverrideByName("expired", set("color", fixed(faint))).
			WithTarget(over("A", fmt.Sprintf(`sum by (ml_join_result) (rate(ml_ground_truth_joins_total{ml_join_result!="orphan", %s}[$__rate_interval]))`, ofModel), "{{ml_join_result}}")).
			WithTarget(over("B", fmt.Sprintf(`sum by (ml_join_result) (rate(ml_ground_truth_joins_total{ml_join_result="orphan", ml_model_name="$model", %s}[$__rate_interval]))`, ofSlice), "{{ml_join_result}}"))).
		WithPanel(lines("Labels and predictions in the window", "Outcomes that the window holds, beside its predictions. Far fewer outcomes than predictions: few get a label, or labels are late.").
			Unit(units.Short).Min(0).Height(9).Span(8).
			WithTarget(over("A", fmt.Sprintf(`max by (ml_subject) (ml_statistics_samples{ml_subject=~"outcome|prediction", %s})`, ofWindow), "{{ml_subject}}"))).
		WithPanel(lines("Feedback", "Mean score that users gave in the window's length, by what the feedback is about. In whatever unit the scores are; a change is what to look for.").
			Unit(units.Short).Height(9).Span(8).NoValue("no feedback").
			WithTarget(over("A", fmt.Sprintf("sum by (ml_feedback_name) (increase(ml_feedback_score_sum{%[1]s}[$window])) / (sum by (ml_feedback_name) (increase(ml_feedback_score_count{%[1]s}[$window])) > 0)", ofModel), "{{ml_feedback_name}}"))).
		WithPanel(perSecond("Feedback given", "How often users gave feedback, by what it is about. A mean of few says little.").
			Height(9).Span(8).NoValue("no feedback").
			WithTarget(over("A", fmt.Sprintf("sum by (ml_feedback_name) (rate(ml_feedback_score_count{%s}[$__rate_interval]))", ofModel), "{{ml_feedback_name}}")))
}
