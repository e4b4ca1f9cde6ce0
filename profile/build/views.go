package build

import (
	"math"

	"github.com/leeway-ml/leeway/profile"
)

// setNumericBins gives the variable its bounds and views. bins is the number of equal-mass bins; no more distinct values get
// a bin each.
//
// A decile's cut for the probability q comes after the largest value that is at most the quantile, so that deciles hold
// exactly the rows that right-closed bins at numpy's quantiles would. Roll-up cuts are the same for multiples of 5 %.
func setNumericBins(v *profile.Variable, q *quantiles, bins int) {
	if distinct := q.distinct(); q.exact() && len(distinct) <= bins {
		v.Discrete = true
		v.Bounds = append([]float64{math.Nextafter(distinct[0], math.Inf(-1))}, distinct...)
		v.Rollup, v.Deciles = discreteViews(distinct, q)
	} else {
		starts := make([]int, bins) // the bin after the bound of i/bins
		for i := 1; i < bins; i++ {
			x := q.at(float64(i) / float64(bins))
			if k := len(v.Bounds); k == 0 || x > v.Bounds[k-1] {
				v.Bounds = append(v.Bounds, x)
			}
			starts[i] = len(v.Bounds)
		}
		v.Rollup, v.Deciles = []int{0}, []int{0}
		for i := 1; i < profile.MaxRollupBins; i++ {
			start := starts[i*bins/profile.MaxRollupBins]
			v.Rollup = appendCut(v.Rollup, start)
			if i%2 == 0 {
				v.Deciles = appendCut(v.Deciles, start)
			}
		}
	}
	v.Counts = make([]uint64, len(v.Bounds)+1)
}

// discreteViews are the views of a variable with bin i+1 for the i-th distinct value, and an empty bin at each end. A value
// has a bin of its own in a view that has room for all; the empty bins at the ends then belong to the first and the last,
// but to none where there is only one value.
func discreteViews(distinct []float64, q *quantiles) (rollup, deciles []int) {
	n := len(distinct)
	if n == 1 {
		return []int{0, 1, 2}, []int{0, 1, 2}
	}
	single := []int{0}
	for i := 1; i < n; i++ {
		single = append(single, i+1)
	}
	if n <= profile.MaxDeciles {
		return single, single
	}
	rollup, deciles = []int{0}, []int{0}
	value := 0
	for i := 1; i < profile.MaxRollupBins; i++ {
		x := q.at(float64(i) / profile.MaxRollupBins)
		for value+1 < n && distinct[value+1] <= x {
			value++
		}
		start := value + 2
		if n <= profile.MaxRollupBins && start > single[n-1] {
			continue // a cut above the greatest value would need one roll-up bin more
		}
		rollup = appendCut(rollup, start)
		if i%2 == 0 {
			deciles = appendCut(deciles, start)
		}
	}
	if n <= profile.MaxRollupBins {
		rollup = single
	}
	return rollup, deciles
}

func appendCut(view []int, start int) []int {
	if start > view[len(view)-1] {
		view = append(view, start)
	}
	return view
}

// setCategories gives the variable its categories and its roll-up view: the most frequent ones by themselves, then the rest
// with other, so that with unseen there are at most 20.
func setCategories(v *profile.Variable, categories []string) {
	v.Categories = categories
	v.Counts = make([]uint64, len(categories)+1)
	v.Rollup = nil
	for i := range min(len(categories)+1, profile.MaxRollupBins-1) {
		v.Rollup = append(v.Rollup, i)
	}
}
