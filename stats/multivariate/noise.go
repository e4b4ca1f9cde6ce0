package multivariate

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Noise is what sampling alone makes of a statistic: its law where n rows of the current and m of the reference are drawn from one
// distribution. n and m need not be whole; m = +Inf stands for a reference that is known exactly. NaN where a size is not positive.
type Noise struct {
	// MeanSquare is the mean of the statistic's square.
	MeanSquare float64
	// P99 is the 99th percentile of the statistic's size: above it, chance is no good explanation.
	P99 float64
}

// Excess is what a value is beyond the noise to be expected: the root of its square less the mean square, and 0 where that is negative.
// For a distance the mean of the square is the true square plus the noise's, so that this is the distance itself, as nearly as can be told.
func (n Noise) Excess(value float64) float64 {
	return math.Sqrt(math.Max(0, value*value-n.MeanSquare))
}

// Threshold is the value whose excess is so much.
func (n Noise) Threshold(excess float64) float64 {
	return math.Sqrt(excess*excess + n.MeanSquare)
}

// normalP99 is the 99th percentile of the size of a standard normal variable.
const normalP99 = 2.5758293035489004

// normalNoise is that of a normal variable of mean 0.
func normalNoise(variance float64) Noise {
	return Noise{MeanSquare: variance, P99: normalP99 * math.Sqrt(variance)}
}

// reciprocals is 1/n + 1/m, the variance that sampling adds to the difference of two means in units of a row's.
func reciprocals(n, m float64) float64 {
	if !(n > 0 && m > 0) {
		return math.NaN()
	}
	return 1/n + 1/m
}

// gammaP99 is the 99th percentile of a gamma variable of the mean and the variance.
func gammaP99(mean, variance float64) float64 {
	if !(mean > 0 && variance > 0) || math.IsInf(mean, 1) || math.IsInf(variance, 1) {
		return math.NaN()
	}
	shape := mean * mean / variance
	return distuv.Gamma{Alpha: shape, Beta: 1}.Quantile(0.99) * variance / mean
}
