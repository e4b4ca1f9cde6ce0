package distance

import "math"

// JSDivergence is the Jensen-Shannon divergence, in bits:
//
//	1/2 sum of c log2(c / m) + 1/2 sum of r log2(r / m),  m = (c + r) / 2.
//
// 0 where both are equal, 1 where they share no bin; symmetric. No floor is needed. Finer bins never lower it: a binned value
// is a lower bound of the unbinned one.
//
// Source: Lin, Divergence Measures Based on the Shannon Entropy, 1991.
func JSDivergence(current, reference []float64) float64 {
	if !comparable(current, reference) {
		return math.NaN()
	}
	var sum float64
	for i, c := range current {
		r := reference[i]
		if c == r {
			continue
		}
		m := (c + r) / 2
		if c > 0 {
			sum += c * math.Log(c/m)
		}
		if r > 0 {
			sum += r * math.Log(r/m)
		}
	}
	return min(max(sum/(2*math.Ln2), 0), 1) // rounding alone leaves the range
}

// JSDistance is the square root of JSDivergence, a metric; as scipy.spatial.distance.jensenshannon(c, r, base=2).
// 0 to 1; symmetric. Finer bins never lower it.
//
// Source: Endres and Schindelin, A New Metric for Probability Distributions, 2003.
func JSDistance(current, reference []float64) float64 {
	return math.Sqrt(JSDivergence(current, reference))
}
