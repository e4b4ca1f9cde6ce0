package sequential

import "math"

// Upper is the upper confidence bound of the mean of values: the mean is above it with a probability of at most exp(-nats), by Chernoff's bound. It
// is the greatest mean with
//
//	n x Divergence(average, mean) <= nats
//
// n being the effective number of values, where those of a pane are correlated (Correlation). It is exact where the law's e-values are. NaN where there
// are no values; infinite where they say nothing.
func Upper(law Law, panes []Pane, correlation, nats float64) float64 {
	n := 0.0
	for _, p := range panes {
		n += p.effective(correlation).Count
	}
	average := Total(panes).Mean()
	if !(n > 0) || !(average >= 0) || math.IsInf(average, 0) {
		return math.NaN()
	}
	beyond := func(mean float64) bool { return n*law.Divergence(average, mean) > nats }
	low, high := average, law.Greatest()
	if average == 0 && math.IsInf(high, 0) || average >= high {
		return average
	}
	if math.IsInf(high, 0) {
		for high = 2 * average; !beyond(high); high *= 2 {
			if math.IsInf(high, 0) {
				return high
			}
		}
	}
	for range 60 {
		if middle := low + (high-low)/2; beyond(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}
