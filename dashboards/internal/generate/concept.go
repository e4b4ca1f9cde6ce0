package main

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

// What the two annotations below mark is not marked once more as an alert.
const notMarked = `, alertname!~"LeewayConceptDriftDetected|LeewayLossChanged"`

// detections marks when detectors found concept drift: where their counter is above what it last was before, or is new. In a replayed
// history it is there only when something is counted.
func detections() *dashboard.AnnotationQueryBuilder {
	const counter = `ml_concept_drifts_total{ml_detector_level="drift", ` + ofModel + `}`
	return dashboard.NewAnnotationQueryBuilder().Name("Concept drift").Datasource(source).Enable(true).IconColor("purple").
		Expr(fmt.Sprintf("last_over_time(%[1]s[$__rate_interval]) > last_over_time(%[1]s[7d] offset $__rate_interval)\nor last_over_time(%[1]s[$__rate_interval]) > 0 unless last_over_time(%[1]s[7d] offset $__rate_interval)", counter)).
		TitleFormat("Concept drift: {{ml_detector_signal}}").TextFormat("{{ml_detector_name}}")
}

// lossChanges marks when the windows' evidence began to say that the loss rose; not for how long, which may be all of the graph.
func lossChanges() *dashboard.AnnotationQueryBuilder {
	return dashboard.NewAnnotationQueryBuilder().Name("Loss changed").Datasource(source).Enable(true).IconColor("orange").
		Expr(fmt.Sprintf("ml_loss_change_detected{%[1]s} == 1\nunless ml_loss_change_detected{%[1]s} offset $__rate_interval == 1", ofWindow)).
		TitleFormat("Loss changed: {{ml_loss_name}}").TextFormat("{{ml_window}}")
}

// modelConcept has what says that the relation of inputs and truth changed, and when.
func modelConcept(b *dashboard.DashboardBuilder) {
	const none = "no labels"
	b.WithPanel(lines("Evidence that the loss rose", "How strongly the panes of the window say that the mean loss rose within it, on a logarithmic scale: 0 and below is none, and from the dashed threshold on a change is called. It may be looked at after every pane without more false alarms.").
		Unit(units.Short).Decimals(1).AxisSoftMin(0).Height(8).Span(8).NoValue(none).
		OverrideByRegexp("/^threshold/", dashed(bad)).
		WithTarget(over("A", fmt.Sprintf("ml_loss_change_evidence{%s}", ofWindow), "{{ml_loss_name}}")).
		WithTarget(over("B", fmt.Sprintf("max(ml_loss_change_evidence_threshold{%s})", ofWindow), "threshold"))).
		WithPanel(losses()).
		WithPanel(lines("Detections", "How often each detector of concept_drift has said drift, or begun to warn, since the collector started. A step is a detection. Without a value: no detector, or none that has fired.").
			Unit(units.Short).Decimals(0).Min(0).Height(8).Span(6).NoValue("none").LineInterpolation(common.LineInterpolationStepAfter).
			OverrideByRegexp("/warning$/", dotted(faint)).
			WithTarget(over("A", fmt.Sprintf("sum by (ml_detector_name, ml_detector_level) (ml_concept_drifts_total{%s})", ofModel), "{{ml_detector_name}} {{ml_detector_level}}")))
}

func losses() cog.Builder[dashboard.Panel] {
	const row = `ml_loss_name\column`
	values := fmt.Sprintf(`label_replace({__name__=~"ml_loss_change_(detected|before|after|evidence|age_seconds)", %s}, "column", "$1", "__name__", "ml_loss_change_(.+)")`, ofWindow)
	return grid("Losses before and after", "A row for each loss, at the end of the time range: whether it rose, its mean before and after the time at which a change is likeliest to have begun, and how long ago that is. error is the share of wrong classes; other losses are in the units of the target.").
		Unit(units.Short).Decimals(3).Height(8).Span(10).NoValue("no labels").
		WithTarget(now("A", fmt.Sprintf("max by (ml_loss_name, column) (%s)", values))).
		WithTransformation(pivot("ml_loss_name", "column", "null")).
		WithTransformation(sorted("evidence", true)).
		WithTransformation(columns([]string{"evidence"}, row, "detected", "before", "after", "age_seconds")).
		OverrideByName(row, label("Loss")).
		OverrideByName("detected", set("displayName", "Rose", "mappings", words("0", "no", good, "1", "yes", bad),
			"custom.cellOptions", map[string]any{"type": "color-text"}, "custom.width", 70)).
		OverrideByName("before", set("displayName", "Before")).
		OverrideByName("after", set("displayName", "After")).
		OverrideByName("age_seconds", set("displayName", "Since", "unit", units.Seconds, "decimals", 1))
}
