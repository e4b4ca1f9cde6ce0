package drift

import (
	"math"
	"slices"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/summary"
)

// histogram is what all series of one numeric variable add up to. The zero value is empty.
type histogram struct {
	bounds   []float64
	counts   []uint64
	n        uint64
	sum      float64 // NaN where a series had none
	low, top float64 // least and greatest observation; NaN where unknown
	owned    bool    // counts is ours to change
}

// add takes in another series. v is the profile's variable, nil where there is none: series that have other bounds than
// those before come together over its bins, and without it only in one bin, for their sum and number.
func (h *histogram) add(bounds []float64, counts []uint64, sum, low, top float64, v *profile.Variable) {
	var n uint64
	for _, c := range counts {
		n += c
	}
	if n == 0 || len(counts) != len(bounds)+1 {
		return
	}
	if h.n == 0 {
		*h = histogram{bounds: bounds, counts: counts, n: n, sum: sum, low: low, top: top}
		return
	}
	h.n += n
	h.sum += sum
	h.low, h.top = math.Min(h.low, low), math.Max(h.top, top) // NaN stays NaN
	if !slices.Equal(h.bounds, bounds) {
		if v == nil {
			h.bounds, h.counts, h.owned = nil, []uint64{h.n}, true
			return
		}
		h.counts, _ = v.Rebin(h.bounds, h.counts)
		counts, _ = v.Rebin(bounds, counts)
		h.bounds, h.owned = v.Bounds, true
	}
	if !h.owned {
		h.counts, h.owned = slices.Clone(h.counts), true
	}
	for i, c := range counts {
		h.counts[i] += c
	}
}

func (h *histogram) addSeries(s *summary.Series, v *profile.Variable) {
	switch {
	case s.Histogram != nil:
		x := s.Histogram
		h.add(x.Bounds, x.Counts, x.Sum, x.Min, x.Max, v)
	case s.Exponential != nil:
		bounds, counts := profile.ExponentialBins(s.Exponential)
		h.add(bounds, counts, s.Exponential.Sum, s.Exponential.Min, s.Exponential.Max, v)
	}
}

// mean is NaN where a series had no sum.
func (h *histogram) mean() float64 { return h.sum / float64(h.n) }

// extent is the least and greatest value of window and reference, as far as they are known.
func (h *histogram) extent(v *profile.Variable) (low, high float64) {
	low, high = v.Min, v.Max
	if h.low < low {
		low = h.low
	}
	if h.top > high {
		high = h.top
	}
	return low, high
}
