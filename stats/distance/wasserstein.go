package distance

import "math"

// Wasserstein is the 1-Wasserstein (earth mover's) distance, the area between both cumulative distributions:
//
//	integral of |C(x) - R(x)| dx,
//
// in the unit of the values; divide by the reference's standard deviation to compare features. 0 where both are equal, no upper
// limit; symmetric.
//
// current and reference are shares of the len(bounds)+1 bins (-inf, bounds[0]], (bounds[0], bounds[1]] ... The open bins at the
// ends are closed with lo and hi, the least and greatest value known of both; where one is not finite, or inside the bounds, what
// lies in its bin counts as being at the bound.
//
// Values count as spread evenly over their bin. Where discrete, those of the inner bins sit on the bin's upper bound, which is
// exact for a reference of one value a bin. The unbinned distance is within WassersteinError of this.
//
// Source: Vallender 1974; as scipy.stats.wasserstein_distance.
func Wasserstein(current, reference, bounds []float64, lo, hi float64, discrete bool) float64 {
	if !comparable(current, reference) || len(current) != len(bounds)+1 {
		return math.NaN()
	}
	var area, gap float64
	for i, c := range current {
		before := gap
		gap += c - reference[i]
		from, to := edges(bounds, lo, hi, i)
		switch {
		case discrete && i > 0 && i < len(bounds):
			area += math.Abs(before) * (to - from)
		default:
			area += (to - from) * meanAbsolute(before, gap)
		}
	}
	return area
}

// WassersteinError is how far at most Wasserstein can be from the unbinned distance, where lo and hi are the least and greatest
// value: no value is more than half its bin's width, on average, from where spreading evenly puts it,
//
//	1/2 sum over bins of (c + r) (upper - lower edge).
//
// It stands for bins that are not discrete; for discrete ones of a reference that has one value a bin, only values of the current
// that the reference lacks are misplaced.
func WassersteinError(current, reference, bounds []float64, lo, hi float64) float64 {
	if !comparable(current, reference) || len(current) != len(bounds)+1 {
		return math.NaN()
	}
	var sum float64
	for i, c := range current {
		from, to := edges(bounds, lo, hi, i)
		sum += (c + reference[i]) * (to - from) / 2
	}
	return sum
}

// edges are those of bin i, closed with lo and hi; both alike where nothing is known beyond a bound.
func edges(bounds []float64, lo, hi float64, i int) (from, to float64) {
	if len(bounds) == 0 {
		if !(hi >= lo) || math.IsInf(lo, 0) || math.IsInf(hi, 0) {
			return 0, 0
		}
		return lo, hi
	}
	if i == 0 {
		to = bounds[0]
		from = lo
		if !(lo <= to) || math.IsInf(lo, 0) {
			from = to
		}
		return from, to
	}
	from = bounds[i-1]
	if i < len(bounds) {
		return from, bounds[i]
	}
	to = hi
	if !(hi >= from) || math.IsInf(hi, 0) {
		to = from
	}
	return from, to
}

// meanAbsolute is the mean of |g| where g goes straight from a to b.
func meanAbsolute(a, b float64) float64 {
	if (a < 0) == (b < 0) || a == 0 || b == 0 {
		return math.Abs(a+b) / 2
	}
	return (a*a + b*b) / (2 * (math.Abs(a) + math.Abs(b)))
}
