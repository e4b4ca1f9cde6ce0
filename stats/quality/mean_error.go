package quality

// MeanError is the mean of prediction - truth, or bias, in units of the target, from the means of the losses over and under.
// Exact.
func MeanError(meanOver, meanUnder float64) float64 { return meanOver - meanUnder }

// MeanErrorInterval is its MeanInterval, with the standard error from the binned errors.
func MeanErrorInterval(meanError float64, e *Errors) Interval {
	return MeanInterval(meanError, e.StandardError(func(x float64) float64 { return x }))
}
