package drift

import (
	"cmp"
	"slices"

	"github.com/leeway-ml/leeway/summary"
)

// sortSeries puts a window's series in the order that windows have.
func sortSeries(w *summary.Window) {
	slices.SortFunc(w.Series, func(a, b summary.Series) int {
		return cmp.Or(cmp.Compare(a.Metric, b.Metric), slices.CompareFunc(a.Attributes, b.Attributes, func(a, b summary.Attribute) int {
			return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Value, b.Value))
		}))
	})
}

// sortStable keeps series of one metric in the order that they are in.
func sortStable(w *summary.Window) {
	slices.SortStableFunc(w.Series, func(a, b summary.Series) int { return cmp.Compare(a.Metric, b.Metric) })
}
