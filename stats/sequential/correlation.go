package sequential

import "math"

// Correlation is that of two values of one pane: the share of the values' variance that is between panes. It is 0 of values
// that are independent, and 1 of panes whose values are all the same. It is estimated by moments, from
//
//	Q = sum of (sum_i - n_i mean)² / (n_i variance(mean)),   expectation of Q = panes - 1 + correlation x sum of (n_i - 1)(1 - n_i / n)
//
// (D. A. Williams 1982, "Extra-binomial variation in logistic linear models", Applied Statistics 31, 144-148). Within 0 and 1; 0 of less
// than two panes that have values, and where none has two.
func Correlation(law Law, panes []Pane) float64 {
	total := Total(panes)
	variance := law.Variance(total.Mean())
	if !(variance > 0) {
		return 0
	}
	var q, free, weight float64
	for _, p := range panes {
		if !(p.Count > 0) {
			continue
		}
		off := p.Sum - p.Count*total.Mean()
		q += off * off / (p.Count * variance)
		free++
		weight += max(0, p.Count-1) * (1 - p.Count/total.Count)
	}
	excess := q - (free - 1)
	if free < 2 || !(excess > 0 && weight > 0) {
		return 0
	}
	return math.Min(1, excess/weight)
}
