package calibration

import (
	"math"
	"slices"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/calibration"
	"github.com/leeway-ml/leeway/summary"
)

// none is the calibrator's name of the model's own scores, over all outcomes.
const none = "none"

// statistic is one that is published of the model's own scores.
type statistic struct {
	name   string // the last part of the metric's name
	metric string
	// byDefault where it is published without being named, inSlices where segments and arms of experiments have it then.
	byDefault, inSlices bool
	// of returns NaN where it can't be told.
	of func(s *measured) float64
}

// measured is a subject, with what several statistics need.
type measured struct {
	*subject
	ten           calibration.Bins
	decomposition calibration.Decomposition
	slope         calibration.Slope
}

var statistics = []statistic{
	{"ece", semconv.MetricCalibrationECE, true, true, func(m *measured) float64 { return m.ten.ECE() }},
	{"mce", semconv.MetricCalibrationMCE, false, false, func(m *measured) float64 { return m.ten.MCE() }},
	{"ace", semconv.MetricCalibrationACE, false, false, func(m *measured) float64 { return calibration.ACE(&m.table) }},
	{"brier_score", semconv.MetricCalibrationBrierScore, false, false, func(m *measured) float64 { return known(m.brier, calibration.Brier(&m.table)) }},
	{"log_loss", semconv.MetricCalibrationLogLoss, false, false, func(m *measured) float64 { return known(m.logLoss, calibration.LogLoss(&m.table)) }},
	{"reliability", semconv.MetricCalibrationReliability, true, false, func(m *measured) float64 { return m.decomposition.Reliability }},
	{"resolution", semconv.MetricCalibrationResolution, true, false, func(m *measured) float64 { return m.decomposition.Resolution }},
	{"uncertainty", semconv.MetricCalibrationUncertainty, false, false, func(m *measured) float64 { return m.decomposition.Uncertainty }},
	{"slope", semconv.MetricCalibrationSlope, true, true, func(m *measured) float64 { return m.slope.Slope }},
	{"intercept", semconv.MetricCalibrationIntercept, true, true, func(m *measured) float64 { return m.slope.Intercept }},
	{"hosmer_lemeshow_p_value", semconv.MetricCalibrationHosmerLemeshowPValue, false, false, func(m *measured) float64 { return calibration.HosmerLemeshow(&m.table).P }},
	{"spiegelhalter_z", semconv.MetricCalibrationSpiegelhalterZ, false, false, func(m *measured) float64 { return calibration.SpiegelhalterZ(&m.table) }},
}

// Statistics lists the names that `statistics` knows.
func Statistics() []string {
	names := make([]string, len(statistics))
	for i, s := range statistics {
		names[i] = s.name
	}
	return names
}

// known is the exact number where there is one, else the other.
func known(exact, other float64) float64 {
	if math.IsNaN(exact) {
		return other
	}
	return exact
}

// choose returns the statistics by name. What was named is published of segments too.
func choose(names []string) []statistic {
	var chosen []statistic
	for _, s := range statistics {
		named := slices.Contains(names, s.name) || slices.Contains(names, all)
		if named || len(names) == 0 && s.byDefault {
			s.inSlices = s.inSlices || named
			chosen = append(chosen, s)
		}
	}
	return chosen
}

func (j *Judge) appendStatistics(points []judge.Point, s *subject, whole bool) []judge.Point {
	m := &measured{subject: s, ten: s.bins.Coarser(calibration.Width)}
	m.decomposition = calibration.Decompose(m.ten, s.brier)
	slope, err := calibration.SlopeOf(&s.table)
	if err != nil { // one class only, or one score: there is no slope
		slope = calibration.Slope{Slope: math.NaN(), Intercept: math.NaN()}
	}
	m.slope = slope
	for _, statistic := range j.chosen {
		if !whole && !statistic.inSlices {
			continue
		}
		points = appendOf(points, statistic.metric, s.class, none, statistic.of(m))
	}
	return points
}

// appendOf appends a statistic of the scores as a calibrator makes them; none where it can't be told.
func appendOf(points []judge.Point, metric, class, calibrator string, value float64) []judge.Point {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return points
	}
	return append(points, judge.Point{Metric: metric, Value: value, Attributes: []summary.Attribute{
		{Key: semconv.AttrCalibratorName, Value: calibrator},
		{Key: semconv.AttrClass, Value: class},
	}})
}
