// Package calibration measures how well scores are probabilities, and fits calibrators that make them so.
//
// Measures read one of two things: exact bins of equal width (Bins), which lose nothing, or a scores.Table, whose bins are
// fine but stand for their scores by one value each. What that costs is said at each measure. Where a measure can't answer (no
// outcomes, counts that are negative or not finite) it is NaN and never panics; a fit returns an error that says what is missing.
//
// Counts need not be whole: tables may be mixtures.
package calibration

import (
	"math"

	"github.com/leeway-ml/leeway/stats/scores"
)

// Clip is how near to 0 and 1 a score may come where its log-odds are taken: as near as summaries of odds let it.
const Clip = 1e-9

// logit is the log-odds of a score.
func logit(score float64) float64 {
	score = min(max(score, Clip), 1-Clip)
	return math.Log(score) - math.Log1p(-score)
}

// sigmoid is the score of log-odds.
func sigmoid(x float64) float64 {
	if x < 0 {
		e := math.Exp(x)
		return e / (1 + e)
	}
	return 1 / (1 + math.Exp(-x))
}

// sound reports whether the table's counts are at least 0 and finite, its bins within 0..1 and ascending.
func sound(t *scores.Table) bool {
	if len(t.Positives) != len(t.Bins) || len(t.Negatives) != len(t.Bins) {
		return false
	}
	last := 0.0
	for i, b := range t.Bins {
		if !count(t.Positives[i]) || !count(t.Negatives[i]) || !(b.Low >= last && b.Score >= b.Low && b.High >= b.Score && b.High <= 1) {
			return false
		}
		last = b.High
	}
	return true
}

// count reports whether x can be a number of outcomes.
func count(x float64) bool { return x >= 0 && !math.IsInf(x, 1) }
