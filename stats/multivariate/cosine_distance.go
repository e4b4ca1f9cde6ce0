package multivariate

import "math"

// CosineDistance is 1 - the cosine of the angle between two vectors, 0..2. NaN where one of them is 0, is not finite, or the lengths differ.
func CosineDistance(a, b []float64) float64 {
	if len(a) == 0 || len(a) != len(b) {
		return math.NaN()
	}
	var ab, aa, bb float64
	for i, x := range a {
		ab += x * b[i]
		aa += x * x
		bb += b[i] * b[i]
	}
	d := 1 - ab/math.Sqrt(aa*bb)
	if math.IsNaN(d) || math.IsInf(d, 0) {
		return math.NaN()
	}
	return max(0, min(2, d))
}
