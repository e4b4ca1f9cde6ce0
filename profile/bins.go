package profile

import (
	"math"
	"strconv"
)

// Bin is the index of the bin that holds x: the first whose bound is at least x, the last one where x is beyond every
// bound. Infinities fall in the open bins at the ends. NaN belongs to no bin: callers count it as non-finite and do not ask.
func (v *Variable) Bin(x float64) int {
	bounds := v.Bounds
	low, high := 0, len(bounds)
	for low < high {
		middle := int(uint(low+high) >> 1)
		if bounds[middle] < x {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// Category is the bin of a category: its index in Categories, or else len(Categories), the bin of Other.
//
// seen is false where the reference certainly never had the category: it is not kept by name, and Other is empty. Such an
// observation belongs to no bin of the reference; summaries count it as Unseen. Where Other is not empty, a category
// without a name of its own may be one of the rare ones in it, so it counts as Other: a new category then shows as a
// growing share of Other.
//
// Categories are searched one by one, most frequent first: 2 ns for the first, 2 ns more for each that follows.
func (v *Variable) Category(s string) (index int, seen bool) {
	for i := range v.Categories {
		if v.Categories[i] == s {
			return i, true
		}
	}
	other := len(v.Categories)
	switch s {
	case Other:
		return other, true
	case Unseen:
		return other, false
	}
	return other, other < len(v.Counts) && v.Counts[other] > 0
}

// RollupBounds are the inner bounds of the roll-up bins, one fewer than there are bins; nil unless numeric.
func (v *Variable) RollupBounds() []float64 { return v.boundsOf(v.Rollup) }

// DecileBounds are the inner bounds of the deciles, one fewer than there are deciles; nil unless numeric.
func (v *Variable) DecileBounds() []float64 { return v.boundsOf(v.Deciles) }

func (v *Variable) boundsOf(view []int) []float64 {
	if v.Type != Numeric || len(view) == 0 {
		return nil
	}
	bounds := make([]float64, len(view)-1)
	for i := range bounds {
		bounds[i] = v.Bounds[view[i+1]-1]
	}
	return bounds
}

// RollupLabels are texts for the roll-up bins, in order: "(0.2, 0.4]" for numeric ones, the category's name for categorical
// ones. A categorical variable has one label more than roll-up bins, Unseen, after the one that ends with Other. Bounds are
// rounded to as few digits, at least four, as keep them apart.
func (v *Variable) RollupLabels() []string {
	if v.Type == Numeric {
		return v.intervalLabels()
	}
	labels := make([]string, 0, len(v.Rollup)+1)
	for i, first := range v.Rollup {
		last := len(v.Counts) - 1
		if i+1 < len(v.Rollup) {
			last = v.Rollup[i+1] - 1
		}
		switch {
		case last >= len(v.Categories):
			labels = append(labels, Other)
		case first == last:
			labels = append(labels, v.Categories[first])
		default:
			labels = append(labels, v.Categories[first]+" ... "+v.Categories[last])
		}
	}
	return append(labels, Unseen)
}

func (v *Variable) intervalLabels() []string {
	bounds := v.RollupBounds()
	texts := make([]string, len(bounds))
	open := false // whether the first bound stands for "just below the least value"
	if v.Discrete && len(bounds) > 0 && len(v.Rollup) > 1 && v.Rollup[1] == 1 {
		bounds[0], open = math.Nextafter(bounds[0], math.Inf(1)), true
	}
	format(texts, bounds, open)
	labels := make([]string, len(bounds)+1)
	for i := range labels {
		from, to := "(-Inf", "+Inf)"
		if i > 0 {
			from = "(" + texts[i-1]
			if open && i == 1 {
				from = "[" + texts[0]
			}
		}
		if i < len(bounds) {
			to = texts[i] + "]"
			if open && i == 0 {
				to = texts[0] + ")"
			}
		}
		labels[i] = from + ", " + to
	}
	return labels
}

// format writes the bounds with the fewest digits that keep neighbours apart. The first two may be equal where open.
func format(texts []string, bounds []float64, open bool) {
	for digits := 4; digits <= 17; digits++ {
		apart := true
		for i, b := range bounds {
			texts[i] = strconv.FormatFloat(b, 'g', digits, 64)
			if i > 0 && texts[i] == texts[i-1] && !(open && i == 1) {
				apart = false
			}
		}
		if apart {
			break
		}
	}
	for i, t := range texts {
		if x, err := strconv.ParseFloat(t, 64); err == nil {
			texts[i] = strconv.FormatFloat(x, 'g', -1, 64)
		}
	}
}

// SumBins adds up neighbouring bins: view holds the index of the first bin of each sum, ascending from 0.
func SumBins[T uint64 | float64](bins []T, view []int) []T {
	return AppendSums(make([]T, 0, len(view)), bins, view)
}

// AppendSums is SumBins into a slice that the caller has.
func AppendSums[T uint64 | float64](sums, bins []T, view []int) []T {
	for i, first := range view {
		last := len(bins)
		if i+1 < len(view) {
			last = view[i+1]
		}
		var sum T
		for _, x := range bins[first:last] {
			sum += x
		}
		sums = append(sums, sum)
	}
	return sums
}
