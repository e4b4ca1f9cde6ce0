package quality

import "math"

// RMSE is the root of the mean squared error, at least 0, in units of the target. Exact.
//
// Source: scikit-learn, mean_squared_error with squared=False.
func RMSE(meanSquaredError float64) float64 { return math.Sqrt(meanSquaredError) }

// RMSEInterval is the root of the mean squared error's LossInterval, with the standard error from the binned errors.
func RMSEInterval(meanSquaredError float64, e *Errors) Interval {
	return LossInterval(meanSquaredError, e.StandardError(func(x float64) float64 { return x * x })).Map(math.Sqrt)
}
