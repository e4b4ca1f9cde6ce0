package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/leeway-ml/leeway/semconv"
)

// maxNamed features are named that a joint drift is due to.
const maxNamed = 3

// driftInWords says of a group what a table of statistics does not: what a joint drift is due to, and how much it matters.
func driftInWords(families map[string]*dto.MetricFamily, group string) []string {
	var sentences []string
	if due := of(families, semconv.MetricJointDriftContribution+"_ratio", group); len(due) > 0 {
		sortBySize(due)
		var names []string
		for _, m := range due[:min(maxNamed, len(due))] {
			names = append(names, fmt.Sprintf("%s (%.0f %%)", labelsOf(m)["ml_feature_name"], 100*m.GetGauge().GetValue()))
		}
		sentences = append(sentences, "the inputs drifted together, mostly due to "+strings.Join(names, ", "))
	}
	pairs := of(families, semconv.MetricJointDriftPairShift, group)
	sortBySize(pairs)
	for _, m := range pairs[:min(maxNamed, len(pairs))] {
		labels := labelsOf(m)
		if math.Abs(m.GetGauge().GetValue()) < farCorrelation(families, group) {
			break // by chance
		}
		sentences = append(sentences, fmt.Sprintf("the correlation of %s and %s moved by %+.2f", labels["ml_feature_name"], labels["ml_feature_other"], m.GetGauge().GetValue()))
	}
	for _, m := range of(families, semconv.MetricModelDriftWeightedShare+"_ratio", group) {
		if share := m.GetGauge().GetValue(); share > 0 {
			sentences = append(sentences, fmt.Sprintf("the features that drifted have %.1f %% of the importance of all", 100*share))
		}
	}
	return sentences
}

// farCorrelation is how much a correlation of the group may move; NaN where that is not known.
func farCorrelation(families map[string]*dto.MetricFamily, group string) float64 {
	for _, m := range of(families, semconv.MetricJointDriftCorrelationShift+"_threshold", group) {
		return m.GetGauge().GetValue()
	}
	return math.NaN()
}

// lossInWords says of a group which losses rose.
func lossInWords(families map[string]*dto.MetricFamily, group string) []string {
	var sentences []string
	for _, m := range of(families, semconv.MetricLossChangeDetected, group) {
		if m.GetGauge().GetValue() == 0 {
			continue
		}
		labels := labelsOf(m)
		sentence := fmt.Sprintf("the mean loss (%s) rose from %s to %s", labels["ml_loss_name"],
			number(gauge(families, semconv.MetricLossChangeBefore, labels)), number(gauge(families, semconv.MetricLossChangeAfter, labels)))
		if age := gauge(families, semconv.MetricLossChangeAge+"_seconds", labels); !math.IsNaN(age) {
			sentence += fmt.Sprintf(", %v before the window's end", time.Duration(age)*time.Second)
		}
		sentences = append(sentences, sentence)
	}
	return sentences
}

// detections are what detectors of concept drift have found since the collector started, by model, version and segment.
func detections(families map[string]*dto.MetricFamily) map[string][]string {
	found := map[string][]string{}
	for _, m := range families[promName(semconv.MetricConceptDrifts)+"_total"].GetMetric() {
		labels := labelsOf(m)
		if labels["ml_detector_level"] != "drift" {
			continue
		}
		times := "once"
		if n := m.GetCounter().GetValue(); n != 1 {
			times = fmt.Sprintf("%.0f times", n)
		}
		group := title(labels)
		found[group] = append(found[group], fmt.Sprintf("concept drift: %s has changed %s since the collector started (detector %s)", labels["ml_detector_signal"], times, labels["ml_detector_name"]))
	}
	for _, sentences := range found {
		slices.Sort(sentences)
	}
	return found
}

// of are the series of a metric that belong to the group.
func of(families map[string]*dto.MetricFamily, name, group string) []*dto.Metric {
	var found []*dto.Metric
	for _, m := range families[promName(name)].GetMetric() {
		if title(labelsOf(m)) == group {
			found = append(found, m)
		}
	}
	return found
}

// sortBySize puts the greatest first, whatever its sign.
func sortBySize(series []*dto.Metric) {
	slices.SortStableFunc(series, func(a, b *dto.Metric) int {
		return cmp.Compare(math.Abs(b.GetGauge().GetValue()), math.Abs(a.GetGauge().GetValue()))
	})
}
