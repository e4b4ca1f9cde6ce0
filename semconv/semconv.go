// Package semconv holds the names that users see: attributes, events and metrics of model telemetry.
//
// registry.yaml is their one definition; names.go and docs/semconv.md are generated from it.
package semconv

import (
	"slices"
	"strings"
)

//go:generate go run ./internal/generate -registry registry.yaml -go names.go -docs ../docs/semconv.md

// Kind says who makes a metric, and how its points add up.
type Kind string

// Kinds of metrics.
const (
	Summary   Kind = "summary"   // delta, made by model_summary or by an SDK; adds up
	Statistic Kind = "statistic" // gauge, made by model_statistics, one point a window
	Rollup    Kind = "rollup"    // cumulative counter or gauge, made by model_rollup for a metrics store
)

// Metric describes one metric of the registry.
type Metric struct {
	Name        string
	Kind        Kind
	Instrument  string // histogram, sum or gauge
	Unit        string
	Description string
	Attributes  []string // data point attributes beside model, version, segment and experiment
}

// Lookup finds the metric of that name.
func Lookup(name string) (Metric, bool) {
	m, ok := metrics[name]
	if ok {
		return m, true
	}
	for suffix, m := range map[string]Metric{"_threshold": thresholdMetric, "_noise": noiseMetric} {
		if base, found := strings.CutSuffix(name, suffix); found {
			if b, ok := metrics[base]; ok && hasThreshold(base) {
				m.Name, m.Attributes = name, b.Attributes
				return m, true
			}
		}
	}
	return Metric{}, false
}

// Signed reports whether a summary of that name is a sum of numbers of either sign, not a count of things: its delta is not monotonic.
func Signed(summary string) bool {
	return summary == MetricJointProduct || summary == MetricVectorComponent
}

// hasThreshold reports whether the metric is a drift statistic that may come with its threshold and its noise.
func hasThreshold(name string) bool {
	switch name {
	case MetricModelDriftShare, MetricModelDriftWeightedShare, MetricJointDriftContribution, MetricJointDriftPairShift, MetricVectorDriftCosineDistance:
		return false
	}
	return strings.Contains(name, ".drift.") && !strings.HasSuffix(name, ".detected")
}

// All are the metrics of the registry by name, the threshold and the noise of each drift statistic among them.
func All() []Metric {
	var all []Metric
	for name, m := range metrics {
		all = append(all, m)
		if hasThreshold(name) {
			for _, suffix := range []string{"_threshold", "_noise"} {
				derived, _ := Lookup(name + suffix)
				all = append(all, derived)
			}
		}
	}
	slices.SortFunc(all, func(a, b Metric) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Drift is the name of a drift statistic: Drift("feature", "psi") is "ml.feature.drift.psi".
// subject is one of feature, prediction, ground_truth, attribution, joint, vector; statistic may carry the suffix _threshold or _noise.
func Drift(subject, statistic string) string {
	return "ml." + subject + ".drift." + statistic
}

// Quality is the name of a measure of quality: Quality("f1") is "ml.quality.f1". measure is one of Qualities; it may carry the
// suffix _lower, _upper or _threshold.
func Quality(measure string) string { return "ml.quality." + measure }

// EstimatedQuality is the name of a measure that is estimated without labels; it may carry the suffix _lower or _upper.
func EstimatedQuality(measure string) string { return "ml.quality.estimated." + measure }

// ReferenceQuality is the name of a measure's value in the reference.
func ReferenceQuality(measure string) string { return "ml.quality.reference." + measure }
