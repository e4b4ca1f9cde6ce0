package distance

import "math"

// TotalVariation is half the sum of |c - r|: the share of observations that would have to move to another bin to turn one
// into the other. 0 where both are equal, 1 where they share no bin; symmetric, a metric. Finer bins never lower it: a binned
// value is a lower bound of the unbinned one.
func TotalVariation(current, reference []float64) float64 {
	if !comparable(current, reference) {
		return math.NaN()
	}
	var sum float64
	for i, c := range current {
		sum += math.Abs(c - reference[i])
	}
	return min(sum/2, 1)
}
