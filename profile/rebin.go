package profile

import (
	"math"
	"slices"

	"github.com/leeway-ml/leeway/summary"
)

// Summaries whose bounds are not the profile's come from SDKs and from agents that still hold an older profile. There are
// two ways to bring them together:
//
//   - SharesAt takes the reference to the summary's bounds. The window's counts stay as they are, so a judge takes this one.
//     It is exact at bounds that both have; elsewhere the reference is interpolated inside one fine bin, so that a share is
//     off by at most the two fine bins at its ends: 2 % of the mass with 100 equal-mass bins.
//   - Rebin takes the summary to the profile's bins, for counters whose bins must not change. Where bounds differ, counts
//     are dealt out as the reference would have them: what moved inside one of the summary's bins is lost.

// SharesAt is the reference over the bins of other bounds (ascending; the first and last bin open), len(bounds)+1 of them.
// shares are the reference's over the variable's fine bins. Inside a fine bin, mass is spread evenly, from Min and to Max in
// the open ones; a discrete variable's mass lies on its values, so that any bounds are met exactly. The total is kept.
func (v *Variable) SharesAt(shares, bounds []float64) []float64 {
	out := make([]float64, len(bounds)+1)
	before := 0.0
	var total float64
	for _, s := range shares {
		total += s
	}
	c := v.cumulative(shares)
	for i, b := range bounds {
		below := c.at(b)
		out[i] = max(0, below-before)
		before = max(before, below)
	}
	out[len(bounds)] = max(0, total-before)
	return out
}

// cumulative walks up the distribution; its bounds must be asked in ascending order.
type cumulative struct {
	v      *Variable
	shares []float64
	bin    int
	below  float64 // mass in the bins before bin
}

func (v *Variable) cumulative(shares []float64) *cumulative {
	return &cumulative{v: v, shares: shares}
}

// at is the mass of values <= x.
func (c *cumulative) at(x float64) float64 {
	bounds := c.v.Bounds
	for c.bin < len(bounds) && bounds[c.bin] <= x {
		c.below += c.shares[c.bin]
		c.bin++
	}
	if c.bin >= len(c.shares) {
		return c.below
	}
	if c.v.Discrete && c.bin < len(bounds) {
		return c.below // the bin's mass lies on its upper bound, which is above x
	}
	low, high := c.v.edges(c.bin)
	switch {
	case x <= low:
		return c.below
	case x >= high:
		return c.below + c.shares[c.bin]
	}
	return c.below + c.shares[c.bin]*(x-low)/(high-low)
}

// edges are the ends of a bin; Min and Max stand for the open ones, where they lie beyond the bounds.
func (v *Variable) edges(bin int) (low, high float64) {
	if len(v.Bounds) == 0 {
		return v.Min, v.Max
	}
	low, high = min(v.Min, v.Bounds[0]), max(v.Max, v.Bounds[len(v.Bounds)-1])
	if bin > 0 {
		low = v.Bounds[bin-1]
	}
	if bin < len(v.Bounds) {
		high = v.Bounds[bin]
	}
	return low, high
}

// Rebin deals the counts of other bins out to the variable's fine bins; their sum stays. counts has len(bounds)+1 elements.
// A bin that lies inside one fine bin goes there. One that spans several is split in the proportions of the reference in
// it, to whole counts by the largest remainders; where the reference has nothing there, it goes to the fine bin of its
// finite end. exact is false where anything had to be split.
func (v *Variable) Rebin(bounds []float64, counts []uint64) (fine []uint64, exact bool) {
	fine = make([]uint64, len(v.Bounds)+1)
	exact = true
	var weights, remainders []float64
	for i, n := range counts {
		if n == 0 {
			continue
		}
		low, high := math.Inf(-1), math.Inf(1)
		first, last := 0, len(v.Bounds)
		if i > 0 {
			low = bounds[i-1]
			first = v.Bin(math.Nextafter(low, math.Inf(1)))
		}
		if i < len(bounds) {
			high = bounds[i]
			last = v.Bin(high)
		}
		if first == last {
			fine[first] += n
			continue
		}
		exact = false
		weights = weights[:0]
		var sum float64
		for bin := first; bin <= last; bin++ {
			weights = append(weights, v.countWithin(bin, low, high))
			sum += weights[bin-first]
		}
		if sum == 0 {
			end := last
			if math.IsInf(high, 1) {
				end = first
			}
			fine[end] += n
			continue
		}
		remainders = slices.Grow(remainders[:0], len(weights))[:len(weights)]
		deal(fine[first:last+1], n, weights, remainders, sum)
	}
	return fine, exact
}

// countWithin is how many of the reference's values in the fine bin lie in (low, high].
func (v *Variable) countWithin(bin int, low, high float64) float64 {
	n := float64(v.Counts[bin])
	from, to := v.edges(bin)
	if v.Discrete && bin < len(v.Bounds) {
		if to > high {
			return 0
		}
		return n
	}
	if to <= from {
		if low < to && to <= high {
			return n
		}
		return 0
	}
	return n * max(0, min(high, to)-max(low, from)) / (to - from)
}

// deal adds n to the bins in proportion to the weights, whose sum is positive: whole parts first, what is left by the
// largest remainders.
func deal(bins []uint64, n uint64, weights, remainders []float64, sum float64) {
	left := n
	for i, w := range weights {
		part := math.Floor(float64(n) * (w / sum))
		given := min(left, uint64(part))
		bins[i] += given
		left -= given
		remainders[i] = float64(n)*(w/sum) - part
	}
	for ; left > 0; left-- {
		best := 0
		for i, r := range remainders {
			if r > remainders[best] {
				best = i
			}
		}
		bins[best]++
		remainders[best]--
	}
}

// RebinExponential is Rebin of an exponential histogram.
func (v *Variable) RebinExponential(e *summary.Exponential) (fine []uint64, exact bool) {
	bounds, counts := ExponentialBins(e)
	return v.Rebin(bounds, counts)
}

// ExponentialBins are the buckets of an exponential histogram as explicit bins, with exactly its counts: bin i holds
// (bounds[i-1], bounds[i]], and the open bins at the ends are empty. Buckets below zero hold their lower edge and not
// the upper one, so their bounds lie one floating point number below the edges. Buckets whose edges can't be told apart
// as floating point numbers share a bin.
func ExponentialBins(e *summary.Exponential) (bounds []float64, counts []uint64) {
	n := len(e.Negative.Counts) + len(e.Positive.Counts) + 4
	bounds, counts = make([]float64, 0, n), make([]uint64, 1, n+1)
	// add ends the bin before b, and counts c after it.
	add := func(b float64, c uint64) {
		if math.IsInf(b, 1) || len(bounds) > 0 && b <= bounds[len(bounds)-1] {
			counts[len(counts)-1] += c
			return
		}
		bounds, counts = append(bounds, b), append(counts, c)
	}
	for i := len(e.Negative.Counts) - 1; i >= 0; i-- {
		edge := exponentialEdge(e.Scale, e.Negative.Offset+int32(i)+1)
		add(math.Nextafter(-edge, math.Inf(-1)), e.Negative.Counts[i])
	}
	if len(e.Negative.Counts) > 0 {
		add(math.Nextafter(-exponentialEdge(e.Scale, e.Negative.Offset), math.Inf(-1)), 0)
	}
	zero := math.Nextafter(-e.ZeroThreshold, math.Inf(-1))
	if e.Zero > 0 {
		add(zero, e.Zero)
		add(e.ZeroThreshold, 0)
	}
	for i, c := range e.Positive.Counts {
		add(exponentialEdge(e.Scale, e.Positive.Offset+int32(i)), c)
	}
	if len(e.Positive.Counts) > 0 {
		add(exponentialEdge(e.Scale, e.Positive.Offset+int32(len(e.Positive.Counts))), 0)
	}
	return bounds, counts
}

// exponentialEdge is the lower edge of a bucket, base^index with base = 2^(2^-scale).
func exponentialEdge(scale, index int32) float64 {
	exponent := math.Ldexp(float64(index), -int(scale))
	whole := math.Floor(exponent)
	// Split, so that powers of two are exact and small edges keep their digits.
	return math.Ldexp(math.Exp2(exponent-whole), int(max(-1100, min(1100, whole))))
}
