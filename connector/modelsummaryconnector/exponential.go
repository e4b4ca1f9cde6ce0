package modelsummaryconnector

import (
	"math"

	"github.com/leeway-ml/leeway/summary"
)

const (
	maxScale = 20 // the finest scale of OpenTelemetry's SDKs
	// maxBuckets of a histogram without a profile; what OpenTelemetry's SDKs use.
	maxBuckets = 160
	// maxOddsBuckets of a histogram of odds; from semconv.md.
	maxOddsBuckets = 640
)

// exponential is an exponential histogram that values are added to one by one. Its scale is always the finest at which all
// of its values fit, so it does not depend on their order. Zero is the zero value plus a maximum.
type exponential struct {
	max int
	h   summary.Exponential
}

// add counts a finite value and returns by how many bytes the histogram grew.
func (e *exponential) add(x float64) int {
	h := &e.h
	if e.empty() {
		h.Scale, h.Min, h.Max = maxScale, x, x
	}
	h.Sum += x
	h.Min, h.Max = math.Min(h.Min, x), math.Max(h.Max, x)
	side := &h.Positive
	switch {
	case x == 0:
		h.Zero++
		return 0
	case x < 0:
		side = &h.Negative
	}
	index := summary.BucketIndex(h.Scale, x)
	for !e.fits(side, index) {
		e.h.Downscale(h.Scale - 1)
		index >>= 1
	}
	return e.count(side, index)
}

// empty reports whether no value was added.
func (e *exponential) empty() bool {
	return e.h.Zero == 0 && len(e.h.Positive.Counts) == 0 && len(e.h.Negative.Counts) == 0
}

// fits reports whether the bucket can be had without more than max from the first to the last. side begins and ends
// with a populated one, always.
func (e *exponential) fits(side *summary.Buckets, index int32) bool {
	n := len(side.Counts)
	if n == 0 {
		return true
	}
	first, last := int64(side.Offset), int64(side.Offset)+int64(n)-1
	return max(last, int64(index))-min(first, int64(index)) < int64(e.max)
}

func (e *exponential) count(side *summary.Buckets, index int32) int {
	n := len(side.Counts)
	if n == 0 {
		before := cap(side.Counts)
		side.Offset = index
		side.Counts = append(side.Counts[:0], 1)
		return 8 * (cap(side.Counts) - before)
	}
	if i := int64(index) - int64(side.Offset); i >= 0 && i < int64(n) {
		side.Counts[i]++
		return 0
	}
	grown := 0
	if index < side.Offset {
		more := int(side.Offset - index)
		before := cap(side.Counts)
		side.Counts = append(side.Counts, make([]uint64, more)...)
		copy(side.Counts[more:], side.Counts[:n])
		clear(side.Counts[:more])
		side.Offset = index
		grown = cap(side.Counts) - before
	} else {
		before := cap(side.Counts)
		side.Counts = append(side.Counts, make([]uint64, int(index-side.Offset)+1-n)...)
		grown = cap(side.Counts) - before
	}
	side.Counts[index-side.Offset]++
	return 8 * grown
}

func (e *exponential) merge(o *exponential) { e.h.Merge(&o.h, e.max) }
