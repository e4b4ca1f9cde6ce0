package multivariate

import "math"

// MeanDistance is the Euclidean distance of two mean vectors, 0 and up; in units of the reference's spread where the vectors are. NaN where
// the lengths differ or are 0.
func MeanDistance(current, reference []float64) float64 {
	if len(current) == 0 || len(current) != len(reference) {
		return math.NaN()
	}
	var sum float64
	for i, x := range current {
		d := x - reference[i]
		sum += d * d
	}
	return math.Sqrt(sum)
}

// MeanDistanceNoise is the noise of MeanDistance in units of the spread (the root mean square distance of rows from their mean). The square
// of the distance is a sum of chi-square variables weighted with the eigenvalues of the covariance, which add up to 1 in these units: its mean is 1/n + 1/m, whatever
// they are. The percentile is that of one chi-square variable, where all variance lies along one direction: with the same mean no other
// weights have more beyond it. Where k directions share the variance alike, the true percentile is smaller: by 1.2 for k = 2, 1.8 for 16, 2.2 for 128.
//
// Source: Székely and Bakirov, Extremal probabilities for Gaussian quadratic forms, Probability Theory and Related Fields 126, 2003.
func MeanDistanceNoise(n, m float64) Noise { return normalNoise(reciprocals(n, m)) }
