package calibration

import (
	"maps"
	"math"
	"slices"

	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/calibration"
	"github.com/leeway-ml/leeway/stats/scores"
	"github.com/leeway-ml/leeway/summary"
)

// subject is one score of a window: the positive class's of a binary model, the predicted class's of a multiclass one, or, classwise, one class's.
type subject struct {
	class string
	// main is whether it is the one that events carry as ml.prediction.score.
	main bool
	// bins of equal width, 20 of them. Exact, unless the sender of the summaries left them out.
	bins calibration.Bins
	// table is empty where the sender left the odds out.
	table scores.Table
	// brier and logLoss are the exact losses, NaN where there are none of this score.
	brier, logLoss float64
}

func (s *subject) samples() float64 {
	n := 0.0
	for _, b := range s.bins {
		n += b.Samples()
	}
	return n
}

// subjects of the window, the main one first.
func (j *Judge) subjects(w *summary.Window) []*subject {
	series := wanted(w)
	o := outcome.Gather(series)
	classes := slices.Sorted(maps.Keys(o.Scores))
	for class := range o.Calibration {
		if o.Scores[class] == nil && class != outcome.Predicted {
			classes = append(classes, class)
		}
	}
	slices.Sort(classes)
	if len(classes) == 0 {
		return nil
	}
	if len(classes) == 1 && o.Calibration[outcome.Predicted] == nil {
		s := newSubject(classes[0], o)
		s.main = true
		n := s.samples()
		s.brier, s.logLoss = lossOf(o, "brier", n), lossOf(o, "log", n)
		return []*subject{s}
	}
	top := outcome.Gather(topLabel(series))
	top.Calibration = o.Calibration
	first := newSubject(outcome.Predicted, top)
	first.main = true
	subjects := []*subject{first}
	if j.cfg.Classwise {
		for _, class := range classes[:min(len(classes), j.cfg.MaxClasses)] {
			subjects = append(subjects, newSubject(class, o))
		}
	}
	return subjects
}

func newSubject(class string, o *outcome.Outcomes) *subject {
	s := &subject{class: class, bins: o.Calibration[class], brier: math.NaN(), logLoss: math.NaN()}
	if found := o.Scores[class]; found != nil {
		s.table = found.All
	}
	if math.IsNaN(s.bins.ECE()) { // left out by the sender, or without sums
		s.bins = calibration.BinsOf(&s.table, outcome.CalibrationBins)
	}
	return s
}

// lossOf is the exact mean loss, NaN where it is not of the same outcomes.
func lossOf(o *outcome.Outcomes, name string, n float64) float64 {
	if sum := o.Losses[name]; sum.Count == n {
		return sum.Mean()
	}
	return math.NaN()
}

// topLabel are the odds of the predicted classes, whichever they were, as odds of one class.
func topLabel(series []summary.Series) []summary.Series {
	var top []summary.Series
	for i := range series {
		s := &series[i]
		class := s.Attribute(semconv.AttrClass)
		if s.Metric != semconv.MetricOutcomeOdds || class == "" || s.Attribute(semconv.AttrPredictionClass) != class {
			continue
		}
		truth := outcome.Other
		if s.Attribute(semconv.AttrGroundTruthClass) == class {
			truth = outcome.Predicted
		}
		top = append(top, summary.Series{Metric: s.Metric, Exponential: s.Exponential, Attributes: []summary.Attribute{
			{Key: semconv.AttrClass, Value: outcome.Predicted},
			{Key: semconv.AttrGroundTruthClass, Value: truth},
			{Key: semconv.AttrPredictionClass, Value: outcome.Predicted},
		}})
	}
	return top
}

// tableOf gathers the subject's score from panes' series.
func (s *subject) tableOf(series []summary.Series) *scores.Table {
	if s.class == outcome.Predicted {
		series = topLabel(series)
	}
	if found := outcome.Gather(series).Scores[s.class]; found != nil {
		return &found.All
	}
	return &scores.Table{}
}
