package calibration

import (
	"math"

	"github.com/leeway-ml/leeway/stats/scores"
)

// Brier is the mean of (score - truth)^2. 0..1; NaN where there are no outcomes. The score that stands for a bin takes the place
// of its scores: with buckets of odds it is within 1e-3 of the exact one on the test data. It is for comparing calibrators;
// summaries of losses have the exact score of a model's own scores.
//
// Source: Brier, Verification of forecasts expressed in terms of probability, 1950.
func Brier(t *scores.Table) float64 {
	return mean(t, func(p float64) (positive, negative float64) { return (1 - p) * (1 - p), p * p })
}

// LogLoss is the mean of -ln of the probability that the true class was given, clipped to [1e-15, 1 - 1e-15] as in scikit-learn. Nats, at least 0; NaN where there
// are no outcomes. Binning as in Brier.
func LogLoss(t *scores.Table) float64 {
	return mean(t, func(p float64) (positive, negative float64) {
		p = min(max(p, 1e-15), 1-1e-15)
		return -math.Log(p), -math.Log1p(-p)
	})
}

func mean(t *scores.Table, losses func(score float64) (positive, negative float64)) float64 {
	if !sound(t) {
		return math.NaN()
	}
	var sum, n float64
	for i, b := range t.Bins {
		positive, negative := losses(b.Score)
		sum += positive*t.Positives[i] + negative*t.Negatives[i]
		n += t.Positives[i] + t.Negatives[i]
	}
	return sum / n
}
