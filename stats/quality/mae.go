package quality

import "math"

// MAEInterval is the LossInterval of a mean absolute error, with the standard error from the binned errors.
func MAEInterval(meanAbsoluteError float64, e *Errors) Interval {
	return LossInterval(meanAbsoluteError, e.StandardError(math.Abs))
}
