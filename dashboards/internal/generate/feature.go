package main

import (
	"fmt"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

const ofFeatureInWindow = `ml_feature_name="$feature", ` + ofWindow

// feature is the dashboard of one feature of a model: how did it change, and since when?
func feature() *dashboard.DashboardBuilder {
	b := page("Feature", "One feature of a model: its distribution beside the reference's, since when it differs, in which bins, and what of it is missing or invalid.", "feature").
		Uid("leeway-feature").Time("now-7d", "now").
		WithVariable(models()).
		WithVariable(versions()).
		WithVariable(choice("feature", "Feature", `label_values(ml_feature_missing_share_ratio{ml_model_name="$model"}, ml_feature_name)`, "The feature that all panels are about.")).
		WithVariable(windows(`{ml_model_name="$model"}`)).
		WithVariable(slice()).
		Annotation(alerts(`, ml_model_name="$model", ml_feature_name=~"$feature|"`+ofWindowOrNone, "{{ml_feature_name}} {{ml_window}}")).
		Link(outside("Statistics", "doc", docs+"statistics.md", "Definition, range and source of each statistic"))

	featureNow(b)
	featureDistribution(b.WithRow(dashboard.NewRowBuilder("Where the values of $feature fall")))
	featureDrift(b.WithRow(dashboard.NewRowBuilder("How far from the reference")))
	featureValues(b.WithRow(dashboard.NewRowBuilder("Level, and invalid values")))
	return b
}

func featureNow(b *dashboard.DashboardBuilder) {
	b.WithPanel(number("Too far?", "What is judged of the feature, and the verdict: beyond its threshold and beyond noise, or not. Shares are compared with those in the reference.").
		Unit(units.Short).Mappings(words("0", "as the reference", good, "1", "drifted", bad)).
		GraphMode(common.BigValueGraphModeNone).TextMode(common.BigValueTextModeValueAndName).Span(8).
		WithTarget(over("A", fmt.Sprintf("max by (ml_drift_statistic) (ml_feature_drift_detected{%s})", ofFeatureInWindow), "{{ml_drift_statistic}}"))).
		WithPanel(number("PSI / too far", "PSI as a multiple of the larger of its threshold and its noise: from 1 on the feature has drifted.").
			Unit("suffix:x").Decimals(2).Thresholds(steps(good, 1.0, bad)).Span(4).
			WithTarget(over("A", "max("+multiple("ml_feature_drift_psi", ofFeatureInWindow)+")", ""))).
		WithPanel(number("Mean shift", "How far the mean moved from the reference's, in its standard deviations. Categories have none.").
			Unit("suffix:sd").Decimals(2).Thresholds(steps(plain)).NoValue("none: a category").Span(4).
			WithTarget(over("A", fmt.Sprintf("ml_feature_drift_mean_shift{%s}", ofFeatureInWindow), ""))).
		WithPanel(number("Missing", "Share of the predictions in the window that came without this feature.").
			Unit(units.PercentUnit).Decimals(1).Thresholds(steps(plain)).Span(4).
			WithTarget(over("A", fmt.Sprintf("ml_feature_missing_share_ratio{%s}", ofFeatureInWindow), ""))).
		WithPanel(number("Values in the window", "Observed values of the feature, by the roll-ups. Few values are noisy; below the judge's min_samples (100 by default) nothing is judged.").
			Unit(units.LocaleFormat).Decimals(0).Thresholds(steps(plain)).Span(4).
			WithTarget(over("A", ofFeature().count(), "")))
}

func featureDistribution(b *dashboard.DashboardBuilder) {
	b.WithPanel(ofFeature().inOrder("Window beside reference").Height(17).Span(8)).
		WithPanel(ofFeature().overTime("Distribution through time")).
		WithPanel(ofFeature().moved("Bins that moved most").Height(17).Span(8))
}

func featureDrift(b *dashboard.DashboardBuilder) {
	b.WithPanel(psi("PSI, threshold and noise", "ml_feature_drift_psi", ofFeatureInWindow).Height(9).Span(8)).
		WithPanel(lines("Other distances", "The same change on other scales. Jensen-Shannon distance, Kolmogorov-Smirnov statistic and Cramér's V lie between 0 (as the reference) and 1; Wasserstein is how far values must be moved, in standard deviations of the reference. Numbers have no Cramér's V, categories only that and the Jensen-Shannon distance.").
			Unit(units.Short).Min(0).Decimals(2).Height(9).Span(8).
			WithTarget(over("A", fmt.Sprintf(`label_replace({__name__=~"ml_feature_drift_(js_distance|ks_statistic|wasserstein|cramers_v)", %s}, "statistic", "$1", "__name__", "ml_feature_drift_(.+)")`, ofFeatureInWindow), "{{statistic}}"))).
		WithPanel(lines("Mean shift through time", "How far the mean of the window is from the reference's, in standard deviations of the reference: its sign says whether values rose or fell. Near 0 with a large PSI means that the shape changed, not the level. Categories have none.").
			Unit("suffix:sd").Decimals(2).AxisCenteredZero(true).AxisSoftMin(-0.5).AxisSoftMax(0.5).Height(9).Span(8).
			WithTarget(over("A", fmt.Sprintf("ml_feature_drift_mean_shift{%s}", ofFeatureInWindow), "mean shift")))
}

func featureValues(b *dashboard.DashboardBuilder) {
	// Each pair of colours is one thing: the window's in full, the reference's dashed.
	quantiles := lines("Mean and quantiles", "Level and spread of a numeric feature, the reference's dashed. Neither is published by default: add mean, mean_reference, quantile and quantile_reference to the judge's `drift: statistics:`. Without them, read the level off the mean shift and the bins above.").
		Unit(units.Short).Height(9).Span(12).NoValue("not published: see the description").
		OverrideByRegexp("/reference$/", line(faint, "dash", 10, 10)).
		OverrideByName("mean", set("custom.lineWidth", 2, "color", fixed(current))).
		OverrideByRegexp("/^q0/", set("custom.lineWidth", 1)).
		WithTarget(over("A", fmt.Sprintf("ml_feature_mean{%s}", ofFeatureInWindow), "mean")).
		WithTarget(over("B", fmt.Sprintf("ml_feature_mean_reference{%s}", ofFeatureInWindow), "mean, reference")).
		WithTarget(over("C", fmt.Sprintf("ml_feature_quantile{%s}", ofFeatureInWindow), "q{{ml_quantile}}")).
		WithTarget(over("D", fmt.Sprintf("ml_feature_quantile_reference{%s}", ofFeatureInWindow), "q{{ml_quantile}}, reference"))
	b.WithPanel(quantiles).WithPanel(shares())
}

// shares has each kind of invalid value with its reference, where that is published.
func shares() cog.Builder[dashboard.Panel] {
	panel := lines("Missing, out of range, unseen", "Share of the window's predictions without the feature, of its values outside the reference's range, and of categories that the reference never had. Dashed: the same in the reference, where the judge's `drift: statistics:` has missing_share_reference and the like.").
		Unit(units.PercentUnit).Min(0).AxisSoftMax(0.05).Height(9).Span(12).
		OverrideByRegexp("/reference$/", dashed(faint))
	for i, kind := range []string{"missing", "out_of_range", "unseen"} {
		name := strings.ReplaceAll(kind, "_", " ")
		panel.WithTarget(over(string(rune('A'+2*i)), fmt.Sprintf("ml_feature_%s_share_ratio{%s}", kind, ofFeatureInWindow), name)).
			WithTarget(over(string(rune('B'+2*i)), fmt.Sprintf("ml_feature_%s_share_reference_ratio{%s}", kind, ofFeatureInWindow), name+", reference"))
	}
	return panel
}
