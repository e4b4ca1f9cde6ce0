package distance

import "math"

// PSI is the population stability index,
//
//	sum over bins of (c - r) ln(c / r),
//
// where shares c of current and r of reference below floor count as floor (0: no floor; the value is then +Inf where a bin is
// empty on one side only). Nats; 0 where both are equal, no upper limit (with floor f, at most 2 ln(1/f)); symmetric.
//
// It is KL in both directions, added up (Jeffreys 1946; as PSI: Siddiqi, Credit Risk Scorecards, 2006). It depends on the bins:
// without floor, finer bins never lower it, so that a binned value is a lower bound of the unbinned one. Values from different
// numbers of bins do not compare; see PSINoise for what a number of bins gives by chance.
func PSI(current, reference []float64, floor float64) float64 {
	if !comparable(current, reference) {
		return math.NaN()
	}
	var sum float64
	for i, c := range current {
		r := max(reference[i], floor)
		c = max(c, floor)
		if c != r {
			sum += (c - r) * math.Log(c/r)
		}
	}
	return sum
}
