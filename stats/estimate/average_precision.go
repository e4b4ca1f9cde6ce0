package estimate

import "math"

// AveragePrecision is the area under the expected precision-recall curve, the mean precision at each positive; 0..1, not defined where no
// positives are expected.
//
// Inside a bin positives and negatives are mixed evenly (Davis and Goadrich, The relationship between precision-recall and ROC curves, ICML
// 2006), as NannyML does with equal scores. As NannyML's, it counts the expected positives at each rank, where a positive that
// turned out to be there counts itself as 1: with P positives among n it is lower than what is measured then, by
// less than (ln n + 1) / (4 P). Its standard error takes the precision at the middle of each bin.
func (e *Expected) AveragePrecision() Value {
	positives := e.tp + e.fn
	growth := make([]float64, len(e.Bins))
	var sum, t, m float64 // positives, and all predictions, above the bin
	for i := len(e.Bins) - 1; i >= 0; i-- {
		n := e.Predicted[i] + e.Others[i]
		if n == 0 {
			continue
		}
		a := n * e.probabilities[i]
		sum += a * meanPrecision(t, m, a, n)
		growth[i] = (t + a/2) / (m + n/2)
		t, m = t+a, m+n
	}
	average := sum / positives
	// A positive more counts for the precision at each positive that comes after it.
	after := 0.0
	for i := range e.Bins {
		n := e.Predicted[i] + e.Others[i]
		if n == 0 {
			continue
		}
		m -= n
		own := n * e.probabilities[i] / (m + n/2)
		growth[i] = (growth[i] + own/2 + after - average) / positives
		after += own
	}
	of := func(i int) float64 { return growth[i] }
	return e.value(average, of, of)
}

// meanPrecision is the mean of (t + a x) / (m + n x) over x in 0..1: of the precision inside a bin of n predictions, a of them positives, t of m
// above it.
func meanPrecision(t, m, a, n float64) float64 {
	if m == 0 {
		return a / n
	}
	log := math.Log1p(n/m) / n
	if n < 1e-4*m { // the difference of nearly equal numbers
		return (t + a/2) / (m + n/2)
	}
	return t*log + a*(1-m*log)/n
}
