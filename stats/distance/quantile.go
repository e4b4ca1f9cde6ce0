package distance

import "math"

// Quantile is the value below which a share p of the observations lies, by interpolation in the bins. bounds, lo, hi and
// discrete are as in Wasserstein. NaN where p is not in [0, 1].
//
// Values of an inner bin count as spread evenly over it, those of an open bin as thinning out from the bound on (tail.go). The
// result lies in the bin that holds the quantile: it is off by at most that bin's width. Where discrete it is the value itself, the inverse of the cumulative distribution
// (numpy.quantile(x, p, method="inverted_cdf")).
func Quantile(shares, bounds []float64, lo, hi, p float64, discrete bool) float64 {
	if !distribution(shares) || len(shares) != len(bounds)+1 || !(p >= 0 && p <= 1) {
		return math.NaN()
	}
	var below float64
	last := -1
	for i, share := range shares {
		if share == 0 {
			continue
		}
		last = i
		if below+share >= p-rounding {
			return within(shares, bounds, lo, hi, i, (p-below)/share, discrete)
		}
		below += share
	}
	return within(shares, bounds, lo, hi, last, 1, discrete)
}

// rounding is how much adding up shares may lose; without it, a quantile on the edge of a bin may jump to the next bin.
const rounding = 1e-12

// within is the point of bin i that has the given fraction of the bin below it.
func within(shares, bounds []float64, lo, hi float64, i int, fraction float64, discrete bool) float64 {
	from, to := edges(bounds, lo, hi, i)
	fraction = min(max(fraction, 0), 1)
	switch {
	case len(bounds) == 0:
	case i == 0:
		t := tailOf(bounds, from, to, i, discrete)
		return to - t.at(t.neighbour*max(1, shares[0]/shares[1]), 1-fraction)
	case i == len(bounds):
		t := tailOf(bounds, from, to, i, discrete)
		return from + t.at(t.neighbour*max(1, shares[i]/shares[i-1]), fraction)
	case discrete:
		return to
	}
	return from + fraction*(to-from)
}
