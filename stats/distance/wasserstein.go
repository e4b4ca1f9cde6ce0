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
// Values of an inner bin count as spread evenly over it; those of an open bin as thinning out from the bound on (tail.go). Where
// discrete, values of the inner bins sit on the bin's upper bound, which is exact for a reference of one value a bin, and those of
// the open bins are spread evenly. The unbinned distance is within WassersteinError of this.
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
		case len(bounds) == 0:
		case i == 0 || i == len(bounds):
			ofC, ofR := tailOf(bounds, from, to, i, discrete).means(c, reference[i])
			area += math.Abs(c*ofC - reference[i]*ofR)
		case discrete:
			area += (to - from) * math.Abs(before)
		default:
			area += (to - from) * meanAbsolute(before, gap)
		}
	}
	return area
}

// WassersteinError is how far at most Wasserstein is from the unbinned distance, where lo and hi are the least and greatest value:
//
//	1/2 sum over inner bins of (c + r) (upper - lower edge) + what the open bins add.
//
// Spreading a bin's mass evenly moves it by at most half the bin's width on average, wherever it was; of an open bin, by at most
// the width without the mean distance from the bound that it is given. Inner bins of a discrete variable count with
// c (upper - lower edge): there the reference is exact, and so is the current where it has no value that the reference lacks.
//
// It is a limit for the worst case, mostly far above the true error; the page on statistics in docs says what was measured.
func WassersteinError(current, reference, bounds []float64, lo, hi float64, discrete bool) float64 {
	if !comparable(current, reference) || len(current) != len(bounds)+1 {
		return math.NaN()
	}
	var sum float64
	for i, c := range current {
		from, to := edges(bounds, lo, hi, i)
		switch {
		case i == 0 || i == len(bounds):
			t := tailOf(bounds, from, to, i, discrete)
			ofC, ofR := t.means(c, reference[i])
			sum += c*(t.width-ofC) + reference[i]*(t.width-ofR)
		case discrete:
			sum += c * (to - from)
		default:
			sum += (c + reference[i]) * (to - from) / 2
		}
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
