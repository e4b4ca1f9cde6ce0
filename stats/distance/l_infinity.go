package distance

import "math"

// LInfinity is the largest |c - r| of any bin. 0 where both are equal, at most 1; symmetric, a metric.
//
// It is a statement about these bins and no bound of anything unbinned: merging bins can raise or lower it. Use it for
// categories; it is at most the total variation.
func LInfinity(current, reference []float64) float64 {
	if !comparable(current, reference) {
		return math.NaN()
	}
	var largest float64
	for i, c := range current {
		largest = max(largest, math.Abs(c-reference[i]))
	}
	return largest
}
