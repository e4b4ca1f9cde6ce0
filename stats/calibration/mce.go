package calibration

import "math"

// MCE is the maximum calibration error: the greatest |observed - predicted| of a bin that holds anything. 0..1; exact, from exact
// bins. A bin of few outcomes can make it large by chance alone.
//
// Source: Naeini, Cooper and Hauskrecht 2015.
func (b Bins) MCE() float64 {
	if _, ok := b.total(); !ok {
		return math.NaN()
	}
	greatest := 0.0
	for _, bin := range b {
		if n := bin.Samples(); n > 0 {
			greatest = max(greatest, math.Abs(bin.gap())/n)
		}
	}
	return greatest
}
