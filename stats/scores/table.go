// Package scores holds how a model's scores are distributed, as counts over bins: what ranking measures, calibration and
// estimates of quality are computed from.
package scores

// Bin holds the scores in (Low, High], 0 <= Low <= High <= 1. Where Low == High it holds that one score.
type Bin struct {
	Low, High float64
	// Score stands for all scores of the bin: Low <= Score <= High.
	Score float64
}

// Distribution is how many scores fell into each bin. Bins ascend and don't overlap; there may be gaps.
type Distribution struct {
	Bins []Bin
	// Counts has an element a bin, at least 0. They are weights: mixtures need not be whole numbers.
	Counts []float64
}

// Table is how many scores of positives and of negatives fell into each bin. Bins ascend and don't overlap; there may be gaps.
type Table struct {
	Bins []Bin
	// Positives and Negatives have an element a bin, at least 0: how often the score's class was the true one, and how often not.
	Positives, Negatives []float64
}

// Total is the number of scores.
func (d *Distribution) Total() float64 { return sum(d.Counts) }

// Totals are the numbers of positives and of negatives.
func (t *Table) Totals() (positives, negatives float64) { return sum(t.Positives), sum(t.Negatives) }

// Distribution is the table without regard to the truth. It shares the table's bins.
func (t *Table) Distribution() Distribution {
	d := Distribution{Bins: t.Bins, Counts: make([]float64, len(t.Bins))}
	for i := range t.Bins {
		d.Counts[i] = t.Positives[i] + t.Negatives[i]
	}
	return d
}

func sum(xs []float64) float64 {
	total := 0.0
	for _, x := range xs {
		total += x
	}
	return total
}
