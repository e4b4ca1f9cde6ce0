package main

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"text/tabwriter"

	dto "github.com/prometheus/client_model/go"

	"github.com/leeway-ml/leeway/semconv"
)

// measured is what the report says of one measure of a model's quality, or of its calibration.
type measured struct {
	verdict, name                                     string
	value, lower, upper, limit, reference, estimation float64
}

// qualities are the lines by title of their group. Of measures by class only the average, or a binary model's one class, is told.
func qualities(families map[string]*dto.MetricFamily, window string) map[string][]measured {
	groups := map[string][]measured{}
	for _, measure := range semconv.Qualities {
		name := semconv.Quality(measure)
		series := families[promName(name)].GetMetric()
		for _, m := range series {
			labels := labelsOf(m)
			if window != "" && labels["ml_window"] != window || !wholeMeasure(series, labels) {
				continue
			}
			l := measured{
				name: measure, value: m.GetGauge().GetValue(),
				lower: gauge(families, name+"_lower", labels), upper: gauge(families, name+"_upper", labels),
				limit:     gauge(families, name+"_threshold", labels),
				reference: gauge(families, semconv.ReferenceQuality(measure), labels),
			}
			labels["ml_population"] = "all"
			l.estimation = gauge(families, semconv.EstimatedQuality(measure), labels)
			delete(labels, "ml_population")
			if math.IsNaN(l.limit) && math.IsNaN(l.estimation) {
				continue // a report is not a list of everything
			}
			delete(labels, "ml_class")
			labels["ml_quality_metric"] = measure
			if gauge(families, semconv.MetricQualityDegraded, labels) > 0 {
				l.verdict = "degraded"
			}
			title := title(labels)
			groups[title] = append(groups[title], l)
		}
	}
	calibrations(families, window, groups)
	return groups
}

// wholeMeasure reports whether the series is not one of several classes of its group.
func wholeMeasure(series []*dto.Metric, labels map[string]string) bool {
	class, ok := labels["ml_class"]
	if !ok || class == "macro" {
		return true
	}
	for _, m := range series {
		other := labelsOf(m)
		if other["ml_class"] != class && title(other) == title(labels) {
			return false
		}
	}
	return true
}

// calibrations adds the calibration errors of the models' own scores.
func calibrations(families map[string]*dto.MetricFamily, window string, groups map[string][]measured) {
	for _, m := range families[promName(semconv.MetricCalibrationECE)].GetMetric() {
		labels := labelsOf(m)
		if window != "" && labels["ml_window"] != window || labels["ml_calibrator_name"] != "none" {
			continue
		}
		delete(labels, "ml_calibrator_name")
		l := measured{
			name: "calibration error", value: m.GetGauge().GetValue(), limit: gauge(families, semconv.MetricCalibrationECEThreshold, labels),
			lower: math.NaN(), upper: math.NaN(), reference: math.NaN(), estimation: math.NaN(),
		}
		if gauge(families, semconv.MetricCalibrationDegraded, labels) > 0 {
			l.verdict = "degraded"
		}
		groups[title(labels)] = append(groups[title(labels)], l)
	}
}

func writeQualities(out io.Writer, lines []measured) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\t\tquality\t95 %\tobjective\treference\testimated\t")
	for _, l := range lines {
		interval := "-"
		if !math.IsNaN(l.lower) {
			interval = number(l.lower) + " to " + number(l.upper)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", l.verdict, l.name, number(l.value), interval, number(l.limit), number(l.reference), number(l.estimation))
	}
	return table.Flush()
}

// coverage writes what share of predictions got a label, where that is known.
func coverage(out io.Writer, families map[string]*dto.MetricFamily, group string) error {
	for _, m := range families[promName(semconv.MetricGroundTruthCoverage)+"_ratio"].GetMetric() {
		if title(labelsOf(m)) == group {
			_, err := fmt.Fprintf(out, "  labels came for %.1f %% of predictions\n", 100*m.GetGauge().GetValue())
			return err
		}
	}
	return nil
}

// titles are the groups of both, sorted.
func titles(drifts map[string][]line, qualities map[string][]measured) []string {
	all := maps.Clone(qualities)
	for name := range drifts {
		all[name] = nil
	}
	return slices.Sorted(maps.Keys(all))
}
