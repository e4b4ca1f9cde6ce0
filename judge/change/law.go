package change

import (
	"math"

	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/quality"
	"github.com/leeway-ml/leeway/stats/sequential"
	"github.com/leeway-ml/leeway/summary"
)

// exponential is the squared coefficient of variation of losses of which nothing but the mean is known.
const exponential = 1.0

// Squared coefficients of variation below and above these are not of losses, but of a few of them.
const leastVariation, greatestVariation = 0.1, 10

// law of the loss, by the distribution of the errors or scores in the series.
func (l *loss) law(series []summary.Series) sequential.Law {
	if l.bounded {
		return sequential.Bounded{}
	}
	return sequential.Positive{Variation: l.variation(series)}
}

// variation is the squared coefficient of variation of the loss.
func (l *loss) variation(series []summary.Series) float64 {
	var m quality.Moments
	if l.errors() {
		l.addErrors(&m, series)
	} else {
		l.addScores(&m, series)
	}
	n := m.Samples()
	if !(n >= 2 && m.Mean() > 0) {
		return exponential
	}
	of := m.StandardError() / m.Mean()
	return max(leastVariation, min(greatestVariation, of*of*n))
}

// addErrors adds the losses of a regression's errors, each at the geometric middle of its bucket.
func (l *loss) addErrors(m *quality.Moments, series []summary.Series) {
	for i := range series {
		e := series[i].Exponential
		if series[i].Metric != semconv.MetricOutcomeError || e == nil {
			continue
		}
		m.Add(0, float64(e.Zero))
		for _, side := range []*summary.Buckets{&e.Positive, &e.Negative} {
			for k, n := range side.Counts {
				if n == 0 {
					continue
				}
				index := side.Offset + int32(k)
				x := math.Sqrt(summary.BucketBound(e.Scale, index)) * math.Sqrt(summary.BucketBound(e.Scale, index+1))
				if l.name == "squared" {
					x *= x
				}
				m.Add(x, float64(n))
			}
		}
	}
}

// addScores adds the losses of scores: all of a binary task, of several classes those of the log loss, which is the score of the true class alone.
func (l *loss) addScores(m *quality.Moments, series []summary.Series) {
	var odds []summary.Series
	for i := range series {
		if series[i].Metric == semconv.MetricOutcomeOdds {
			odds = append(odds, series[i])
		}
	}
	classes := outcome.Gather(odds).Scores
	for _, s := range classes {
		switch {
		case l.name == "log" && len(classes) == 1:
			m.AddLogLosses(&s.All)
		case l.name == "log":
			m.AddLogLossesOfPositives(&s.All)
		case len(classes) == 1:
			m.AddSquaredErrors(&s.All)
		}
	}
}
