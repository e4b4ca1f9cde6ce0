package modelsummaryconnector

import (
	"math"
	"math/bits"
)

// searcher finds bins as profile.Variable.Bin does, but without branches that a processor cannot foresee: which way a
// value lies from a bound is a borrow, not a jump. Finding bins is most of what a prediction costs.
type searcher []uint64 // bounds, as order

// order maps numbers to integers of the same order. NaN is not to be asked for.
func order(x float64) uint64 {
	b := math.Float64bits(x + 0) // no negative zero
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

func newSearcher(bounds []float64) searcher {
	s := make(searcher, len(bounds))
	for i, b := range bounds {
		s[i] = order(b)
	}
	return s
}

// bin is the index of the first bound that is at least x, the number of bounds where none is.
func (s searcher) bin(x float64) int {
	key := order(x)
	base, n := 0, len(s)
	for n > 1 {
		half := n >> 1
		_, less := bits.Sub64(s[base+half-1], key, 0)
		base += half & -int(less)
		n -= half
	}
	if n == 1 {
		_, less := bits.Sub64(s[base], key, 0)
		base += int(less)
	}
	return base
}
