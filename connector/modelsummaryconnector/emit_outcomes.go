package modelsummaryconnector

import (
	"fmt"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

// One function a metric, as in emit_series.go; those of outcomes.

func (w *writer) outcomes(a *accumulator) {
	c := &a.outcomes.confusion
	for _, key := range c.sorted() {
		w.sum(semconv.MetricOutcomes, a, c.cells[key], label{semconv.AttrPredictionClass, key.predicted}, label{semconv.AttrGroundTruthClass, key.truth})
	}
}

func (w *writer) outcomeOdds(a *accumulator) {
	for _, class := range sortedKeys(a.outcomes.scores) {
		for right := range a.outcomes.scores[class].odds {
			w.oddsOf(semconv.MetricOutcomeOdds, a, &a.outcomes.scores[class].odds[right], class, label{semconv.AttrGroundTruthClass, trueLabel(class, right)})
		}
	}
}

// oddsOf writes a point for each relation of the predicted class to the class.
func (w *writer) oddsOf(metric string, a *accumulator, c *oddsCounts, class string, more ...label) {
	for r, e := range c {
		if e == nil {
			continue
		}
		labels := append([]label{{semconv.AttrClass, class}}, more...)
		if predicted := relation(r).label(class); predicted != "" {
			labels = append(labels, label{semconv.AttrPredictionClass, predicted})
		}
		w.exponential(metric, a, e, labels...)
	}
}

// trueLabel is the value of ml.ground_truth.class in the series of a class.
func trueLabel(class string, right int) string {
	if right == 1 {
		return class
	}
	return profile.Other
}

func (w *writer) outcomeCalibration(a *accumulator) {
	for _, class := range sortedKeys(a.outcomes.scores) {
		w.calibrationOf(a, &a.outcomes.scores[class].calibration, class)
	}
	w.calibrationOf(a, &a.outcomes.top, predictedLabel)
}

func (w *writer) calibrationOf(a *accumulator, c *[2]*calibrationCounts, class string) {
	for right, bins := range c {
		if bins == nil {
			continue
		}
		for i := range bins {
			w.histogram(semconv.MetricOutcomeCalibration, a, &bins[i], nil, nil, label{semconv.AttrClass, class},
				label{semconv.AttrGroundTruthClass, trueLabel(class, right)}, label{semconv.AttrCalibrationBin, binNames[i]})
		}
	}
}

// binNames are the values of ml.calibration.bin.
var binNames = func() (names [calibrationBins]string) {
	for i := range names {
		names[i] = fmt.Sprintf("%02d", i)
	}
	return names
}()

func (w *writer) outcomeLosses(a *accumulator) {
	for i := range a.outcomes.losses {
		w.histogram(semconv.MetricOutcomeLoss, a, &a.outcomes.losses[i], nil, nil, label{semconv.AttrLossName, w.losses[i]})
	}
}

func (w *writer) outcomeErrors(a *accumulator) {
	if e := a.outcomes.errors; e != nil {
		w.exponential(semconv.MetricOutcomeError, a, e)
	}
}

func (w *writer) trueValues(a *accumulator) {
	w.measure(semconv.MetricGroundTruthValue, a, a.outcomes.truths)
}

func (w *writer) delays(a *accumulator) {
	if d := a.outcomes.delays; d != nil {
		w.histogram(semconv.MetricGroundTruthDelay, a, &d.spread, d.bounds, d.counts)
	}
}

func (w *writer) joins(a *accumulator) {
	for result, n := range a.outcomes.joins {
		if joinResult(result) != joinNone {
			w.sum(semconv.MetricGroundTruthJoins, a, n, label{semconv.AttrJoinResult, joinNames[result]})
		}
	}
}

func (w *writer) feedback(a *accumulator) {
	for _, name := range sortedKeys(a.outcomes.feedback) {
		h := a.outcomes.feedback[name]
		named := label{semconv.AttrFeedbackName, name}
		if name == "" {
			named = label{}
		}
		w.histogram(semconv.MetricFeedbackScore, a, &h.spread, h.bounds, h.counts, named)
	}
}
