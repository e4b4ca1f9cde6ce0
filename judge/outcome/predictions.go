package outcome

import (
	"math"

	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/scores"
	"github.com/leeway-ml/leeway/summary"
)

// Predictions is what a model predicted, whether the truth is known or not.
type Predictions struct {
	// Classes is how often each class was predicted.
	Classes map[string]float64
	// Scores by the class that they are for; in binary tasks the positive class alone.
	Scores map[string]*PredictedScores
}

// PredictedScores is how the scores for one class are distributed: of all predictions, of those as the class, and of those as
// another. Predictions without a class are in All only. The three share their bins.
type PredictedScores struct {
	All, AsClass, AsOther scores.Distribution
}

// WantsPredictions reports whether GatherPredictions reads this summary metric.
func WantsPredictions(metric string) bool {
	return metric == semconv.MetricPredictions || metric == semconv.MetricPredictionOdds
}

// GatherPredictions adds up series of predictions as Gather does those of outcomes.
func GatherPredictions(series []summary.Series) *Predictions {
	p := &Predictions{Classes: map[string]float64{}}
	odds := map[string]*[relations]summary.Exponential{}
	for i := range series {
		s := &series[i]
		switch s.Metric {
		case semconv.MetricPredictions:
			if n := s.Sum; n > 0 && !math.IsInf(n, 0) {
				p.Classes[s.Attribute(semconv.AttrPredictionClass)] += n
			}
		case semconv.MetricPredictionOdds:
			class := s.Attribute(semconv.AttrClass)
			if class == "" || s.Exponential == nil || s.Exponential.Count() == 0 {
				continue
			}
			if odds[class] == nil {
				odds[class] = &[relations]summary.Exponential{}
			}
			addOdds(&odds[class][relation(class, s.Attribute(semconv.AttrPredictionClass))], s.Exponential, oddsBuckets)
		}
	}
	for class, o := range odds {
		bins, columns := alike([]*summary.Exponential{&o[asUnknown], &o[asClass], &o[asOther]}, oddsBuckets)
		if len(bins) == 0 {
			continue
		}
		if p.Scores == nil {
			p.Scores = map[string]*PredictedScores{}
		}
		p.Scores[class] = &PredictedScores{
			All:     scores.Distribution{Bins: bins, Counts: plus(columns...)},
			AsClass: scores.Distribution{Bins: bins, Counts: columns[asClass]},
			AsOther: scores.Distribution{Bins: bins, Counts: columns[asOther]},
		}
	}
	return p
}
