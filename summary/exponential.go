package summary

import "math"

// minScale is the coarsest scale there is any use for: there, two buckets hold all float64 values of one sign.
const minScale = -11

// BucketBound is the lower bound of bucket index of a base-2 exponential histogram, and the upper bound of the bucket
// before it: 2^(index * 2^-scale). A bound that two scales share is the same float64 in both. Beyond the range of float64
// it is 0 or +Inf.
//
// Source: OpenTelemetry metrics data model, "ExponentialHistogram".
func BucketBound(scale, index int32) float64 {
	if scale <= 0 {
		return math.Ldexp(1, clampExponent(int64(index)<<min(-int64(scale), 31)))
	}
	shift := min(int64(scale), 62)
	whole := int64(index) >> shift
	rest := int64(index) - whole<<shift
	return math.Ldexp(math.Exp2(math.Ldexp(float64(rest), -int(shift))), clampExponent(whole))
}

func clampExponent(e int64) int { return int(max(-2000, min(2000, e))) }

// BucketIndex is the index of the bucket that holds |x|: BucketBound(index) < |x| <= BucketBound(index+1). x must be finite
// and not 0; scale must be at most 20.
func BucketIndex(scale int32, x float64) int32 {
	x = math.Abs(x)
	fraction, exponent := math.Frexp(x)
	if scale <= 0 {
		if fraction == 0.5 { // a power of two belongs to the bucket below
			exponent--
		}
		return int32((int64(exponent) - 1) >> min(-int64(scale), 63))
	}
	// Within its power of two, so that rounding is no worse for subnormal numbers, whose bounds are rounded to whole ones.
	position := math.Log2(fraction) * float64(int64(1)<<scale)
	index := int32(math.Ceil(position)) - 1
	// The logarithm may be off by a rounding at a bound: by less than 2^-50, which is 1e-9 of a bucket at scale 20.
	if rest := position - math.Floor(position); rest < 1e-6 || rest > 1-1e-6 {
		if fraction <= BucketBound(scale, index) {
			index--
		} else if fraction > BucketBound(scale, index+1) {
			index++
		}
	}
	return index + int32(exponent)<<scale
}

// Merge adds o to e, exactly in the counts. The result has the finest scale that is no finer than either's and at which
// neither side needs more than maxBuckets buckets (at least 2). So the sum of many does not depend on their order, Sum apart from rounding,
// as long as all have the same ZeroThreshold. A histogram without buckets has no say in the scale: the zero Exponential
// is where to start from. Where thresholds differ, the greater holds, raised to the end of a populated bucket that it
// would cut, and what lies below it is counted as zero.
//
// Min and Max are NaN, and so is Sum, where a contribution had none. o is not changed, and nothing of it is kept.
//
// Source: OpenTelemetry metrics data model, "ExponentialHistogram: Merge" and "Zero Count and Zero Threshold".
func (e *Exponential) Merge(o *Exponential, maxBuckets int) {
	if n, m := e.Count(), o.Count(); n == 0 {
		e.Min, e.Max, e.Sum = o.Min, o.Max, o.Sum
	} else if m > 0 {
		e.Min, e.Max, e.Sum = math.Min(e.Min, o.Min), math.Max(e.Max, o.Max), e.Sum+o.Sum
	}
	e.Zero += o.Zero

	maxBuckets = max(maxBuckets, 2)
	ep, en, op, on := e.Positive.span(), e.Negative.span(), o.Positive.span(), o.Negative.span()
	scale := e.Scale
	switch eEmpty, oEmpty := ep.empty() && en.empty(), op.empty() && on.empty(); {
	case eEmpty && oEmpty:
		scale = max(e.Scale, o.Scale)
	case eEmpty:
		scale = o.Scale
	case !oEmpty:
		scale = min(e.Scale, o.Scale)
	}
	for {
		positive := ep.shift(e.Scale, scale).union(op.shift(o.Scale, scale))
		negative := en.shift(e.Scale, scale).union(on.shift(o.Scale, scale))
		if (positive.size() <= int64(maxBuckets) && negative.size() <= int64(maxBuckets)) || scale <= minScale {
			e.Positive.add(e.Scale, ep, &o.Positive, o.Scale, op, scale, positive)
			e.Negative.add(e.Scale, en, &o.Negative, o.Scale, on, scale, negative)
			break
		}
		scale--
	}
	e.Scale = scale
	if o.ZeroThreshold != e.ZeroThreshold {
		e.raiseZero(max(e.ZeroThreshold, o.ZeroThreshold))
	}
}

// Downscale brings e to a coarser scale, exactly: each bucket becomes part of the one that holds it. A scale that is not
// coarser changes nothing.
func (e *Exponential) Downscale(to int32) {
	if to >= e.Scale {
		return
	}
	p, n := e.Positive.span(), e.Negative.span()
	e.Positive.add(e.Scale, p, &Buckets{}, to, span{}, to, p.shift(e.Scale, to))
	e.Negative.add(e.Scale, n, &Buckets{}, to, span{}, to, n.shift(e.Scale, to))
	e.Scale = to
}

// Clone is a copy that shares nothing with e.
func (e *Exponential) Clone() *Exponential {
	c := *e
	c.Positive.Counts = append([]uint64(nil), e.Positive.Counts...)
	c.Negative.Counts = append([]uint64(nil), e.Negative.Counts...)
	return &c
}

// raiseZero counts what lies below the threshold as zero.
func (e *Exponential) raiseZero(threshold float64) {
	e.ZeroThreshold = threshold
	for _, b := range []*Buckets{&e.Positive, &e.Negative} {
		for i, c := range b.Counts {
			if index := b.Offset + int32(i); c > 0 && BucketBound(e.Scale, index) < e.ZeroThreshold {
				e.ZeroThreshold = max(e.ZeroThreshold, BucketBound(e.Scale, index+1))
			}
		}
	}
	for _, b := range []*Buckets{&e.Positive, &e.Negative} {
		for i := range b.Counts {
			if BucketBound(e.Scale, b.Offset+int32(i)) < e.ZeroThreshold {
				e.Zero += b.Counts[i]
				b.Counts[i] = 0
			}
		}
		s := b.span()
		b.add(e.Scale, s, &Buckets{}, e.Scale, span{}, e.Scale, s)
	}
}

// span is the range of indices [first, last) of the populated buckets.
type span struct{ first, last int64 }

func (b *Buckets) span() span {
	first, last := 0, len(b.Counts)
	for first < last && b.Counts[first] == 0 {
		first++
	}
	for last > first && b.Counts[last-1] == 0 {
		last--
	}
	if first == last {
		return span{}
	}
	return span{int64(b.Offset) + int64(first), int64(b.Offset) + int64(last)}
}

func (s span) empty() bool { return s.first == s.last }

func (s span) size() int64 { return s.last - s.first }

func (s span) shift(from, to int32) span {
	if s.empty() {
		return s
	}
	by := coarser(from, to)
	return span{s.first >> by, (s.last-1)>>by + 1}
}

func (s span) union(o span) span {
	if s.empty() {
		return o
	}
	if o.empty() {
		return s
	}
	return span{min(s.first, o.first), max(s.last, o.last)}
}

// coarser is how many times the buckets are halved between two scales.
func coarser(from, to int32) int64 { return max(0, int64(from)-int64(to)) }

// add makes b the sum of itself and o at the given scale, over the buckets of the whole span.
func (b *Buckets) add(bScale int32, bs span, o *Buckets, oScale int32, os span, scale int32, whole span) {
	if whole.empty() {
		b.Offset, b.Counts = 0, b.Counts[:0]
		return
	}
	inPlace := bScale == scale && !bs.empty() && int64(b.Offset) == whole.first && int64(len(b.Counts)) == whole.size()
	if !inPlace {
		counts := make([]uint64, whole.size())
		addShifted(counts, whole.first, b, bs, coarser(bScale, scale))
		b.Offset, b.Counts = int32(whole.first), counts
	}
	addShifted(b.Counts, whole.first, o, os, coarser(oScale, scale))
}

func addShifted(counts []uint64, first int64, from *Buckets, s span, by int64) {
	for i := s.first; i < s.last; i++ {
		counts[i>>by-first] += from.Counts[i-int64(from.Offset)]
	}
}
