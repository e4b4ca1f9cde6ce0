package summary

import "math"

// finestScale is the finest scale of OpenTelemetry's SDKs.
const finestScale = 20

// Add counts a finite value. The zero Exponential is where to start from: its scale becomes the finest at which all values fit
// into maxBuckets buckets a sign, whatever their order.
func (e *Exponential) Add(x float64, maxBuckets int) {
	if e.Zero == 0 && len(e.Positive.Counts) == 0 && len(e.Negative.Counts) == 0 {
		e.Scale, e.Min, e.Max, e.Sum = finestScale, x, x, 0
	}
	e.Sum += x
	e.Min, e.Max = math.Min(e.Min, x), math.Max(e.Max, x)
	side := &e.Positive
	switch {
	case math.Abs(x) <= e.ZeroThreshold || x == 0:
		e.Zero++
		return
	case x < 0:
		side = &e.Negative
	}
	index := BucketIndex(e.Scale, x)
	for e.Scale > minScale && !side.fits(index, int64(max(maxBuckets, 2))) {
		e.Downscale(e.Scale - 1)
		index >>= 1
	}
	side.increment(index)
}

// fits reports whether the bucket can be had with no more than so many from the first to the last. The first and the last are populated.
func (b *Buckets) fits(index int32, most int64) bool {
	if len(b.Counts) == 0 {
		return true
	}
	first := int64(b.Offset)
	last := first + int64(len(b.Counts)) - 1
	return max(last, int64(index))-min(first, int64(index)) < most
}

func (b *Buckets) increment(index int32) {
	n := len(b.Counts)
	switch {
	case n == 0:
		b.Offset, b.Counts = index, append(b.Counts[:0], 1)
		return
	case index < b.Offset:
		more := int(b.Offset - index)
		b.Counts = append(b.Counts, make([]uint64, more)...)
		copy(b.Counts[more:], b.Counts[:n])
		clear(b.Counts[:more])
		b.Offset = index
	case int(index-b.Offset) >= n:
		b.Counts = append(b.Counts, make([]uint64, int(index-b.Offset)+1-n)...)
	}
	b.Counts[index-b.Offset]++
}
