package calibration

import (
	"math"

	"github.com/leeway-ml/leeway/stats/scores"
)

// Width is how many bins of equal width ECE, MCE and the decomposition of the Brier score are computed over.
const Width = 10

// Bin is the outcomes whose scores fell into one bin.
type Bin struct {
	// Positives and Negatives are how many.
	Positives, Negatives float64
	// PositiveScores and NegativeScores are the sums of their scores.
	PositiveScores, NegativeScores float64
}

// Samples is how many outcomes the bin holds.
func (b Bin) Samples() float64 { return b.Positives + b.Negatives }

// Observed is the share of positives; NaN in an empty bin.
func (b Bin) Observed() float64 { return b.Positives / b.Samples() }

// Predicted is the mean score; NaN in an empty bin.
func (b Bin) Predicted() float64 { return (b.PositiveScores + b.NegativeScores) / b.Samples() }

// Add adds another bin's outcomes.
func (b *Bin) Add(o Bin) {
	b.Positives += o.Positives
	b.Negatives += o.Negatives
	b.PositiveScores += o.PositiveScores
	b.NegativeScores += o.NegativeScores
}

// gap is how many more positives there are than the scores say.
func (b Bin) gap() float64 { return b.Positives - b.PositiveScores - b.NegativeScores }

// Bins are bins of equal width over 0..1, right closed: bin i of k holds (i/k, (i+1)/k], the first one 0 too. That is how
// scikit-learn's calibration_curve bins.
type Bins []Bin

// BinIndex is the bin of k that a score falls into.
func BinIndex(score float64, k int) int {
	i := min(max(int(math.Ceil(score*float64(k)))-1, 0), k-1)
	// The product may be off by a rounding at an edge.
	if i > 0 && score <= float64(i)/float64(k) {
		i--
	} else if i < k-1 && score > float64(i+1)/float64(k) {
		i++
	}
	return i
}

// BinsOf puts a table's outcomes into k bins, each of the table's bins by the score that stands for it: scores that are less
// than a table bin's width from an edge may be counted on its other side. Exact where the table's bins hold one score each.
func BinsOf(t *scores.Table, k int) Bins {
	bins := make(Bins, k)
	for i, b := range t.Bins {
		p, n := t.Positives[i], t.Negatives[i]
		bins[BinIndex(b.Score, k)].Add(Bin{p, n, p * b.Score, n * b.Score})
	}
	return bins
}

// Coarser are the sums of neighbours, k bins in all. The number of bins must be a multiple of k; else the result is nil.
func (b Bins) Coarser(k int) Bins {
	if k < 1 || len(b)%k != 0 {
		return nil
	}
	bins, each := make(Bins, k), len(b)/k
	for i, bin := range b {
		bins[i/max(each, 1)].Add(bin)
	}
	return bins
}

// total is the sum of all bins, false where that is nothing, or where a bin holds what can't be.
func (b Bins) total() (Bin, bool) {
	var sum Bin
	for _, bin := range b {
		if !count(bin.Positives) || !count(bin.Negatives) || !count(bin.PositiveScores) || !count(bin.NegativeScores) {
			return Bin{}, false
		}
		sum.Add(bin)
	}
	return sum, sum.Samples() > 0
}
