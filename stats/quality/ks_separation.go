package quality

import (
	"math"

	"github.com/leeway-ml/leeway/stats/scores"
)

// KSSeparation is the greatest distance of the cumulative distributions of the positives' and of the negatives' scores, 0..1;
// 0 = the scores tell nothing; NaN where one of both is missing.
//
// Error bound: it is looked for at bins' edges, and so is too small by at most the greatest share of positives, or of negatives,
// that a bin holds. Exact where bins hold one score each.
//
// Source: Smirnov 1939; scipy.stats.ks_2samp.
func KSSeparation(t *scores.Table) float64 {
	positives, negatives := t.Totals()
	if !(positives > 0 && negatives > 0) {
		return math.NaN()
	}
	var p, n, greatest float64
	for i := range t.Bins {
		p += t.Positives[i] / positives
		n += t.Negatives[i] / negatives
		greatest = max(greatest, math.Abs(p-n))
	}
	return min(1, greatest)
}
