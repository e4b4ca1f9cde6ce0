package distance

import "math"

// KL is the Kullback-Leibler divergence of current from reference,
//
//	sum over bins of r ln(r / c),
//
// the information in nats that is lost where current stands in for the reference: D(reference || current), the direction that
// scipy.stats.entropy(reference, current) and Evidently have. Shares below floor count as floor (0: no floor; the value is then
// +Inf where current lacks what the reference has). 0 where both are equal, no upper limit (with floor f, at most ln(1/f) and
// a little); not symmetric. Floored shares add up to slightly more than 1, so that with k bins the value can be as low as
// -ln(1 + k f).
//
// Without floor, finer bins never lower it (the data processing inequality): a binned value is a lower bound of the unbinned one.
//
// Source: Kullback and Leibler, On Information and Sufficiency, 1951.
func KL(current, reference []float64, floor float64) float64 {
	if !comparable(current, reference) {
		return math.NaN()
	}
	var sum float64
	for i, c := range current {
		r := max(reference[i], floor)
		c = max(c, floor)
		if r > 0 && c != r {
			sum += r * math.Log(r/c)
		}
	}
	return sum
}
