package quality

import (
	"math"

	"gonum.org/v1/gonum/mathext"

	"github.com/leeway-ml/leeway/stats/scores"
)

// AveragePrecision is the area under the precision-recall curve, from the highest scores down: the mean, over the positives,
// of the precision at their score. 0..1; NaN without positives. The share of positives is chance.
//
// Within a bin positives and negatives are taken to be mixed evenly: with TP positives and FP negatives above it, the k-th of
// its p positives comes with k/p of its n negatives, so that the bin adds
//
//	1/P sum over k = 1..p of (TP + k) / (TP + FP + k + n k / p).
//
// Taking a bin as one step instead, as scikit-learn does of tied scores, is off by many times as much where bins hold scores that
// differ. Exact where no bin holds both, or one positive at most that is tied with its negatives. Error bound: the sum over bins
// of the share of positives in the bin times how much precision changes across it.
//
// Source: scikit-learn, average_precision_score, for scores that differ; Davis & Goadrich, The relationship between
// precision-recall and ROC curves, ICML 2006, for what is between two points.
func AveragePrecision(t *scores.Table) float64 {
	positives, _ := t.Totals()
	var tp, fp, area float64
	for i := len(t.Bins) - 1; i >= 0; i-- {
		p, n := t.Positives[i], t.Negatives[i]
		if p > 0 {
			area += precisions(tp, tp+fp, p, 1+n/p)
		}
		tp += p
		fp += n
	}
	return area / positives
}

// precisions is the sum over k = 1..p of (tp + k) / (above + step k). Where p is not whole, the sum is continued as the digamma
// function is. Source: DLMF 5.5.2 and 5.7.6.
func precisions(tp, above, p, step float64) float64 {
	if p < 32 && p == math.Floor(p) {
		sum := 0.0
		for k := 1.0; k <= p; k++ {
			sum += (tp + k) / (above + step*k)
		}
		return sum
	}
	offset := above / step
	return p/step + (tp-offset)/step*(mathext.Digamma(p+1+offset)-mathext.Digamma(1+offset))
}

// AveragePrecisionInterval is that of a share among as many as there are positives, on the scale of log-odds,
//
//	logit AP ± z / sqrt(P AP (1 - AP)),
//
// and none where there are fewer than ten positives.
//
// Source: Boyd, Eng, Page, Area under the precision-recall curve: point estimates and confidence intervals, ECML PKDD 2013.
func AveragePrecisionInterval(t *scores.Table) Interval {
	positives, _ := t.Totals()
	if positives < fewScores {
		return none()
	}
	ap := AveragePrecision(t)
	return shareInterval(ap, math.Sqrt(ap*(1-ap)/positives))
}
