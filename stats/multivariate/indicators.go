package multivariate

import "math"

// leastVariance bounds what a rare category can weigh: a variable of which all but 1 % is one category has about this.
const leastVariance = 0.02

// Indicators gives each of several unordered categories a point: with shares p,
//
//	x_k(category) = ([category = k] - p_k) / sqrt(1 - sum of p²),
//
// so that each coordinate has mean 0 and all together have variance 1: a categorical variable weighs as much as a numeric one, however
// many categories it has. Where one category holds nearly everything, the root is of 0.02 instead, and the variance below 1.
//
// points[c] is the point of category c; all have as many coordinates as there are categories, but where there are two: then one
// is enough, (1 - p_0, -p_1) with the same total variance. ok is false where fewer than two categories hold anything.
func Indicators(counts []uint64) (points [][]float64, ok bool) {
	var n float64
	filled := 0
	for _, c := range counts {
		n += float64(c)
		if c > 0 {
			filled++
		}
	}
	dims := len(counts)
	if dims == 2 {
		dims = 1
	}
	points = make([][]float64, len(counts))
	for i := range points {
		points[i] = make([]float64, dims)
	}
	if filled < 2 {
		return points, false
	}
	variance := 1.0
	for _, c := range counts {
		p := float64(c) / n
		variance -= p * p
	}
	if dims == 1 {
		variance /= 2 // one coordinate has half of what two have
	}
	scale := 1 / math.Sqrt(math.Max(variance, leastVariance))
	for c := range points {
		for k := range dims {
			x := -float64(counts[k]) / n
			if c == k {
				x++
			}
			points[c][k] = x * scale
		}
	}
	return points, true
}
