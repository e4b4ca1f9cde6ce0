package multivariate

import "math"

// Correlation is Pearson's, of the means of x, y, x², y² and xy: -1..1. ok is false where one of both does not vary, or a mean is not finite.
// Rounding costs about 1e-15 / (variance of x or y, whichever is less, in units of its mean square).
func Correlation(x, y, xx, yy, xy float64) (r float64, ok bool) {
	varianceX, varianceY := xx-x*x, yy-y*y
	if !(varianceX > 1e-9*xx && varianceY > 1e-9*yy) {
		return 0, false
	}
	r = (xy - x*y) / math.Sqrt(varianceX*varianceY)
	if math.IsNaN(r) || math.IsInf(r, 0) {
		return 0, false
	}
	return max(-1, min(1, r)), true
}
