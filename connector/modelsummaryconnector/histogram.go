package modelsummaryconnector

import "sort"

// spread is the sum and the range of finite values.
type spread struct {
	count         uint64
	sum, min, max float64
}

func (s *spread) add(x float64) {
	if s.count == 0 || x < s.min {
		s.min = x
	}
	if s.count == 0 || x > s.max {
		s.max = x
	}
	s.count++
	s.sum += x
}

func (s *spread) merge(o *spread) {
	if o.count == 0 {
		return
	}
	if s.count == 0 {
		*s = *o
		return
	}
	s.count += o.count
	s.sum += o.sum
	s.min, s.max = min(s.min, o.min), max(s.max, o.max)
}

// histogram counts values in explicit bins; bin i holds (bounds[i-1], bounds[i]]. bounds are shared.
type histogram struct {
	spread
	bounds []float64
	counts []uint64
}

func newHistogram(bounds []float64) *histogram {
	return &histogram{bounds: bounds, counts: make([]uint64, len(bounds)+1)}
}

func (h *histogram) add(x float64) {
	h.spread.add(x)
	h.counts[sort.SearchFloat64s(h.bounds, x)]++
}

func (h *histogram) merge(o *histogram) {
	h.spread.merge(&o.spread)
	for i, c := range o.counts {
		h.counts[i] += c
	}
}

// scoreBounds are steps of 0.02; a score is in 0..1.
var scoreBounds = func() []float64 {
	bounds := make([]float64, 49)
	for i := range bounds {
		bounds[i] = float64(i+1) / 50
	}
	return bounds
}()

// durationBounds double from 1 ms to 65 s.
var durationBounds = func() []float64 {
	bounds := make([]float64, 17)
	for i := range bounds {
		bounds[i] = float64(int(1)<<i) / 1000
	}
	return bounds
}()
