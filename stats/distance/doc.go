// Package distance measures how far a current distribution is from a reference, out of counts in bins.
//
// Distributions are slices of shares: one non-negative number a bin, adding up to 1, the current and the reference over the
// same bins. Where a function can't answer (lengths differ, no bins, a share that is negative or not finite, shares that do not
// add up to 1 within 1e-6) it returns NaN and never panics: a window without data must not stop the windows after it.
//
// What binning costs is said at each statistic. Two facts cover most of it: merging bins never raises KL, PSI (both without
// floor), Jensen-Shannon, Hellinger, total variation, KS or chi-square, so that a binned value is a lower bound of the unbinned
// one; and where bins hold one value each, nothing is lost at all.
package distance

import "math"

// DefaultFloor is what shares below it count as in PSI and KL: both are infinite where a bin is empty on one side only.
// Floored shares are not normalised again. An empty bin against a share of 0.1 gives PSI 0.69.
const DefaultFloor = 1e-4

// sumTolerance is how far shares may stray from adding up to 1.
const sumTolerance = 1e-6

// comparable reports whether both are distributions over the same number of bins.
func comparable(current, reference []float64) bool {
	if len(current) != len(reference) || len(current) == 0 {
		return false
	}
	var c, r float64
	for i, x := range current {
		y := reference[i]
		if !(x >= 0 && y >= 0) {
			return false
		}
		c += x
		r += y
	}
	return math.Abs(c-1) <= sumTolerance && math.Abs(r-1) <= sumTolerance
}

// distribution reports whether the shares are one.
func distribution(shares []float64) bool { return comparable(shares, shares) }
