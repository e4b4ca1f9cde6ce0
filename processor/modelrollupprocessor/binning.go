package modelrollupprocessor

import (
	"slices"
	"sort"

	"github.com/leeway-ml/leeway/internal/summarypdata"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

// count adds the point to counts over the roll-up bins. ok is false where it can't be counted in them: numbers of what the
// profile knows by categories, or categories of what it knows by number. exact is false where the point's bins are not the
// profile's, and had to be dealt out.
func (b *binned) count(point *summarypdata.Point, counts []uint64) (ok, exact bool) {
	switch numeric := b.variable.Type == profile.Numeric; {
	case numeric && point.Histogram != nil && slices.Equal(point.Histogram.Bounds, b.bounds):
		addAll(counts, point.Histogram.Counts)
		return true, true
	case numeric && (point.Histogram != nil || point.Exponential != nil):
		fine, exact := b.fine(point)
		addAll(counts, profile.SumBins(fine, b.variable.Rollup))
		return true, exact
	case !numeric && point.Histogram == nil && point.Exponential == nil:
		counts[b.bin(category(point))] += point.Count()
		return true, true
	}
	return false, false
}

// fine are the point's counts over the profile's fine bins.
func (b *binned) fine(point *summarypdata.Point) (counts []uint64, exact bool) {
	switch h := point.Histogram; {
	case h == nil:
		return b.variable.RebinExponential(point.Exponential)
	case slices.Equal(h.Bounds, b.variable.Bounds):
		return h.Counts, true
	default:
		return b.variable.Rebin(h.Bounds, h.Counts)
	}
}

// bin is the roll-up bin of a category.
func (b *binned) bin(category string) int {
	index, seen := b.variable.Category(category)
	if !seen {
		return len(b.labels) - 1
	}
	view := b.variable.Rollup
	return sort.Search(len(view), func(i int) bool { return view[i] > index }) - 1
}

// category is the one that the point counts.
func category(point *summarypdata.Point) string {
	if point.Metric == semconv.MetricPredictions {
		return valueOf(point, semconv.AttrPredictionClass)
	}
	return valueOf(point, semconv.AttrFeatureCategory)
}

func addAll(to, from []uint64) {
	for i, n := range from {
		to[i] += n
	}
}
