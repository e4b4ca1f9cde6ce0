package build

import "math"

// largest is the greatest magnitude that a value may have. Beyond, squares overflow; such numbers stand for "none" (the
// greatest double is a usual mark) rather than for a quantity.
const largest = 1e100

// finite reports whether a number is counted in the bins.
func finite(x float64) bool { return math.Abs(x) <= largest }
