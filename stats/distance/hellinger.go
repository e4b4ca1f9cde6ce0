package distance

import "math"

// Hellinger is the Hellinger distance,
//
//	sqrt(1/2 sum of (sqrt(c) - sqrt(r))^2).
//
// 0 where both are equal, 1 where they share no bin; symmetric, a metric. Finer bins never lower it: a binned value is a lower
// bound of the unbinned one. Total variation lies between its square and sqrt(2) times it.
//
// Source: Hellinger 1909; Le Cam, Asymptotic Methods in Statistical Decision Theory, 1986.
func Hellinger(current, reference []float64) float64 {
	if !comparable(current, reference) {
		return math.NaN()
	}
	var sum float64
	for i, c := range current {
		d := math.Sqrt(c) - math.Sqrt(reference[i])
		sum += d * d
	}
	return min(math.Sqrt(sum/2), 1)
}
