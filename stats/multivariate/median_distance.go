package multivariate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// MedianDistance is the median Euclidean distance of the pairs of rows that differ: the usual bandwidth of a Gaussian kernel, which is then
// neither blind to what is near nor to what is far. 0 where all rows are the same. Its cost grows with the square of the number of rows: 1000
// rows have half a million pairs.
//
// Gretton, Borgwardt, Rasch, Schölkopf and Smola, A kernel two-sample test, JMLR 13, 2012, section 8; as in their code, pairs of equal
// rows are left out, so that half of the rows being one and the same makes no kernel of width 0.
func MedianDistance(rows [][]float64) float64 {
	distances := make([]float64, 0, len(rows)*(len(rows)-1)/2)
	for i, x := range rows {
		for _, y := range rows[:i] {
			if d := floats.Distance(x, y, 2); d > 0 && !math.IsInf(d, 1) {
				distances = append(distances, d)
			}
		}
	}
	n := len(distances)
	if n == 0 {
		return 0
	}
	slices.Sort(distances)
	return (distances[(n-1)/2] + distances[n/2]) / 2
}
