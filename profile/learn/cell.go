package learn

import (
	"math"
	"slices"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// cell is one variable in one hour.
type cell struct {
	exponential *summary.Exponential
	histograms  []summary.Histogram // one a set of bounds
	categories  map[string]uint64
	other       uint64

	missing, wrongType, nonFinite uint64

	categoryBytes int64
}

// Approximate sizes of a cell and of an entry of a map, in bytes.
const (
	cellBytes  = 128
	entryBytes = 48
)

func (c *cell) size() int64 {
	n := int64(cellBytes) + c.categoryBytes
	if e := c.exponential; e != nil {
		n += 128 + 8*int64(len(e.Positive.Counts)+len(e.Negative.Counts))
	}
	for i := range c.histograms {
		n += 96 + 16*int64(len(c.histograms[i].Counts))
	}
	return n
}

// values is the number of observations that are in a bin.
func (c *cell) values() uint64 {
	return c.numbers() + c.labels()
}

func (c *cell) numbers() uint64 {
	var n uint64
	if c.exponential != nil {
		n += c.exponential.Count()
	}
	for i := range c.histograms {
		n += c.histograms[i].Count()
	}
	return n
}

func (c *cell) labels() uint64 {
	n := c.other
	for _, k := range c.categories {
		n += k
	}
	return n
}

// total is the number of observations, in a bin or not.
func (c *cell) total() uint64 { return c.values() + c.missing + c.wrongType + c.nonFinite }

// add takes in an increment.
func (c *cell) add(s *summary.Series) Outcome {
	switch s.Metric {
	case semconv.MetricFeatureCategories:
		c.count(s.Attribute(semconv.AttrFeatureCategory), whole(s.Sum))
	case semconv.MetricPredictions:
		c.count(s.Attribute(semconv.AttrPredictionClass), whole(s.Sum))
	case semconv.MetricFeatureInvalid:
		switch s.Attribute(semconv.AttrInvalidReason) {
		case "missing":
			c.missing += whole(s.Sum)
		case "type":
			c.wrongType += whole(s.Sum)
		case "non_finite":
			c.nonFinite += whole(s.Sum)
		default: // out_of_range and unseen are in a bin as well
			return Irrelevant
		}
	default:
		switch {
		case s.Exponential != nil:
			if c.exponential == nil {
				c.exponential = &summary.Exponential{}
			}
			c.exponential.Merge(s.Exponential, MaxBuckets)
		case s.Histogram != nil:
			return c.addHistogram(s.Histogram)
		default:
			return Irrelevant
		}
	}
	return Taken
}

func (c *cell) addHistogram(h *summary.Histogram) Outcome {
	if len(h.Bounds) == 0 || len(h.Bounds) > maxBounds || len(h.Counts) != len(h.Bounds)+1 {
		return OddBounds
	}
	for i := range c.histograms {
		if own := &c.histograms[i]; slices.Equal(own.Bounds, h.Bounds) {
			addInto(own, h)
			return Taken
		}
	}
	if len(c.histograms) == maxBoundsSets {
		return OddBounds
	}
	own := summary.Histogram{Bounds: slices.Clone(h.Bounds), Counts: make([]uint64, len(h.Counts))}
	addInto(&own, h)
	c.histograms = append(c.histograms, own)
	return Taken
}

// addInto adds h to a histogram of the same bounds.
func addInto(to, h *summary.Histogram) {
	if n, m := to.Count(), h.Count(); n == 0 {
		to.Min, to.Max, to.Sum = h.Min, h.Max, h.Sum
	} else if m > 0 {
		to.Min, to.Max, to.Sum = math.Min(to.Min, h.Min), math.Max(to.Max, h.Max), to.Sum+h.Sum
	}
	for i, n := range h.Counts {
		to.Counts[i] += n
	}
}

// count adds n observations of a category. Those that there is no room for are counted together.
func (c *cell) count(category string, n uint64) {
	if n == 0 {
		return
	}
	_, known := c.categories[category]
	switch {
	case known:
	case category == profile.Other, category == profile.Unseen, len(category) > maxCategoryName, len(c.categories) >= maxCategories:
		c.other += n
		return
	case c.categories == nil:
		c.categories = map[string]uint64{}
		fallthrough
	default:
		c.categoryBytes += int64(len(category)) + entryBytes
	}
	c.categories[category] += n
}

// whole is a count that came as a sum.
func whole(sum float64) uint64 {
	if !(sum > 0) || sum > 1<<62 {
		return 0
	}
	return uint64(math.Round(sum))
}
