package distance

import (
	"math"
	"slices"
)

// KS is the Kolmogorov-Smirnov statistic at the edges of the bins: the largest gap between both cumulative distributions.
// 0 where both are equal, at most 1; symmetric. The bins must be in the order of the values.
//
// It is never above the unbinned statistic, and below it by at most the largest share that a bin has in the current or in the
// reference, whichever is smaller for that bin:
//
//	KS <= unbinned <= KS + max over bins of min(c, r),
//
// so with B equal-mass bins of the reference by at most 1/B. Exact where bins hold one value each.
//
// Source of the bound: within a bin both cumulative distributions rise from one edge's value to the other's, so that the gap
// inside exceeds the gap at an edge by at most what the slower one rises.
func KS(current, reference []float64) float64 {
	if !comparable(current, reference) {
		return math.NaN()
	}
	var gap, largest float64
	for i, c := range current {
		gap += c - reference[i]
		largest = max(largest, math.Abs(gap))
	}
	return min(largest, 1)
}

// KSTwoSample is the Kolmogorov-Smirnov statistic of two samples, unbinned and exact: scipy.stats.ks_2samp(a, b).statistic.
// 0 to 1; NaN where a sample is empty or has a NaN. It sorts copies, in O((n+m) log(n+m)).
func KSTwoSample(a, b []float64) float64 {
	if len(a) == 0 || len(b) == 0 || slices.ContainsFunc(a, math.IsNaN) || slices.ContainsFunc(b, math.IsNaN) {
		return math.NaN()
	}
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	var i, j int
	var largest float64
	for i < len(a) && j < len(b) {
		x := min(a[i], b[j])
		for i < len(a) && a[i] == x {
			i++
		}
		for j < len(b) && b[j] == x {
			j++
		}
		largest = max(largest, math.Abs(float64(i)/float64(len(a))-float64(j)/float64(len(b))))
	}
	return largest
}
