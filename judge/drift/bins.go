package drift

import (
	"math"
	"slices"

	"github.com/leeway-ml/leeway/profile"
)

// cuts are the first bins of at most ten groups of the given bins, as close to the variable's deciles as the bounds allow:
// at a decile's bound where it is among them (always so for the profile's own bins and roll-up bins), else at the bound
// below which the reference's mass comes nearest.
func cuts(v *profile.Variable, bounds []float64) []int {
	deciles := v.DecileBounds()
	groups := make([]int, 1, len(deciles)+1)
	if len(bounds) == 0 {
		return groups
	}
	var below []float64 // the reference's mass up to each bound, only where needed
	mass := 0.0
	for i, d := range deciles {
		last := len(v.Counts)
		if i+1 < len(v.Deciles) {
			last = v.Deciles[i+1]
		}
		for _, c := range v.Counts[v.Deciles[i]:last] {
			mass += float64(c)
		}
		at, found := slices.BinarySearch(bounds, d)
		if !found {
			if below == nil {
				below = v.SharesAt(v.Whole().Shares, bounds)[:len(bounds)]
				for j := 1; j < len(below); j++ {
					below[j] += below[j-1]
				}
			}
			at = nearest(below, mass/float64(v.Observed()))
		}
		if at+1 > groups[len(groups)-1] {
			groups = append(groups, at+1)
		}
	}
	return groups
}

// nearest is the index of the element closest to x; the elements ascend.
func nearest(ascending []float64, x float64) int {
	best := 0
	for i, y := range ascending {
		if math.Abs(y-x) < math.Abs(ascending[best]-x) {
			best = i
		}
	}
	return best
}

// merger merges bins that expect too little for the chi-square law to hold.
type merger struct {
	current   []float64 // counts of the window
	reference []float64 // shares of the reference
}

// merge appends the bins, thin ones together, and returns how many it made. A bin is thin where the smaller of window and
// reference (size) expects fewer than least observations in it; in order, neighbours are merged, else (categories) all thin
// ones into one. A bin that the reference never saw is thin as well, but stands alone once the window has at least that
// many in it: values beyond a constant reference, or a new category, are no matter of chance then.
// least = 0 merges nothing and drops bins that are empty on both sides.
func (m *merger) merge(counts []uint64, shares []float64, size, least float64, ordered bool) {
	m.current, m.reference = m.current[:0], m.reference[:0]
	var thinCount, thinShare float64
	left := false
	// home is the bin that takes in what is left over: the last one, or the rarest category.
	home := -1
	for i, c := range counts {
		count, share := float64(c), shares[i]
		switch {
		case count == 0 && share == 0:
		case share == 0 && count >= least:
			m.add(count, share)
		case share*size >= least && !(ordered && left):
			m.add(count, share)
			if ordered || home < 0 || share <= m.reference[home] {
				home = len(m.current) - 1
			}
		default:
			thinCount, thinShare, left = thinCount+count, thinShare+share, true
			if ordered && thinShare*size >= least {
				m.add(thinCount, thinShare)
				thinCount, thinShare, left = 0, 0, false
				home = len(m.current) - 1
			}
		}
	}
	switch {
	case !left:
	case home < 0 || thinShare*size >= least:
		m.add(thinCount, thinShare)
	default:
		m.current[home] += thinCount
		m.reference[home] += thinShare
	}
}

func (m *merger) add(count, share float64) {
	m.current, m.reference = append(m.current, count), append(m.reference, share)
}
