package quality

import "math"

// MedianAbsoluteError is the median of |prediction - truth|, at least 0, in units of the target.
//
// Error bound: it is interpolated within the bin that the median falls into, and so off by less than that bin's width. Of an even
// number it is the mean of the two in the middle.
//
// Source: scikit-learn, median_absolute_error.
func MedianAbsoluteError(e *Errors) float64 {
	below, above := math.Floor((e.n+1)/2), math.Ceil((e.n+1)/2)
	return (e.size(below-0.5) + e.size(above-0.5)) / 2
}

// MedianAbsoluteErrorInterval is between the errors of the ranks n/2 ± z sqrt(n)/2, whatever the errors' distribution.
//
// Source: Conover, Practical Nonparametric Statistics, 3rd edition, 3.2.
func MedianAbsoluteErrorInterval(e *Errors) Interval {
	half := z95 * math.Sqrt(e.n) / 2
	return Interval{e.size(e.n/2 - half), e.size(e.n/2 + half)}
}
