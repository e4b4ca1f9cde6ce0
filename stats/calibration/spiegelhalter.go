package calibration

import (
	"math"

	"github.com/leeway-ml/leeway/stats/scores"
)

// SpiegelhalterZ is
//
//	sum of (y - p)(1 - 2p) / sqrt(sum of (1 - 2p)^2 p (1 - p)),
//
// a standard normal variable where the scores p are calibrated: beyond +-1.96 they are not (5 %). Any number; above 0 where the Brier score is
// larger than calibrated scores would make it. NaN where all scores are 0, 1/2 or 1.
//
// Binning: the score that stands for a bin takes the place of its scores; with buckets of odds that is far below the sampling error.
//
// Source: Spiegelhalter, Probabilistic prediction in patient management and clinical trials, Statistics in Medicine 1986.
func SpiegelhalterZ(t *scores.Table) float64 {
	if !sound(t) {
		return math.NaN()
	}
	var sum, variance float64
	for i, b := range t.Bins {
		positives, n := t.Positives[i], t.Positives[i]+t.Negatives[i]
		w := 1 - 2*b.Score
		sum += w * (positives - n*b.Score)
		variance += n * w * w * b.Score * (1 - b.Score)
	}
	if !(variance > 0) {
		return math.NaN()
	}
	return sum / math.Sqrt(variance)
}
