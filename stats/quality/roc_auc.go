package quality

import (
	"math"

	"github.com/leeway-ml/leeway/stats/scores"
)

// ROCAUC is the area under the ROC curve: how likely a positive has a higher score than a negative, ties counted half. 0..1;
// 0.5 = chance; NaN where one of both is missing.
//
// Error bound: pairs within a bin count as ties, so it is off by at most half the share of such pairs,
// sum p_i n_i / (2 P N). Exact where bins hold one score each.
//
// Source: Hanley & McNeil, The meaning and use of the area under a ROC curve, Radiology 143, 1982; scikit-learn, roc_auc_score.
func ROCAUC(t *scores.Table) float64 {
	positives, negatives := t.Totals()
	below, sum := 0.0, 0.0
	for i := range t.Bins {
		sum += t.Positives[i] * (below + t.Negatives[i]/2)
		below += t.Negatives[i]
	}
	return sum / (positives * negatives)
}

// ROCAUCError is the standard error of ROCAUC by DeLong's method: placements, the share of the other side that a score is
// above or below, and their variances on either side,
//
//	sqrt(var(positives' placements) / P + var(negatives' placements) / N).
//
// NaN where there are less than two of either side. Placements are as exact as ROCAUC.
//
// Source: DeLong, DeLong, Clarke-Pearson, Comparing the areas under two or more correlated receiver operating characteristic
// curves, Biometrics 44, 1988.
func ROCAUCError(t *scores.Table) float64 {
	positives, negatives := t.Totals()
	if positives < 2 || negatives < 2 {
		return math.NaN()
	}
	auc := ROCAUC(t)
	var p, n, lower, seen float64
	for i := range t.Bins {
		v := (lower+t.Negatives[i]/2)/negatives - auc
		w := (positives-seen-t.Positives[i]/2)/positives - auc
		p += t.Positives[i] * v * v
		n += t.Negatives[i] * w * w
		lower += t.Negatives[i]
		seen += t.Positives[i]
	}
	return math.Sqrt(p/(positives-1)/positives + n/(negatives-1)/negatives)
}

// fewScores of one side are too few for the laws of large numbers that intervals of rankings go by.
const fewScores = 10

// ROCAUCInterval is DeLong's, on the scale of log-odds; none where there are fewer than ten of either side.
func ROCAUCInterval(t *scores.Table) Interval {
	if positives, negatives := t.Totals(); min(positives, negatives) < fewScores {
		return none()
	}
	return shareInterval(ROCAUC(t), ROCAUCError(t))
}

// Gini is the Gini coefficient, or accuracy ratio, 2 AUC - 1, -1..1; 0 = chance.
//
// Source: Engelmann, Hayden, Tasche, Testing rating accuracy, Risk 16, 2003.
func Gini(rocAUC float64) float64 { return 2*rocAUC - 1 }
