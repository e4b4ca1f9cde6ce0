package quality

import "math"

// R2 is the coefficient of determination: the share of the truth's variance that the predictions account for,
//
//	1 - MSE / (mean of truth² - (mean of truth)²),
//
// at most 1; 0 = as good as the truth's own mean; NaN where the truth does not vary. Exact, apart from rounding, which is the
// greater the farther the truth's mean is from 0 in terms of its spread: by a factor of about (mean / standard deviation)².
//
// Source: scikit-learn, r2_score.
func R2(meanSquaredError, meanTruth, meanSquaredTruth float64) float64 {
	variance := meanSquaredTruth - meanTruth*meanTruth
	if !(variance > 1e-12*meanSquaredTruth) { // nothing but rounding
		return math.NaN()
	}
	return 1 - meanSquaredError/variance
}
