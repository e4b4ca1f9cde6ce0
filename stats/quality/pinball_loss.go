package quality

// PinballLoss is the mean pinball, or quantile, loss of a prediction of the q-quantile,
//
//	q * under + (1 - q) * over,
//
// from the means of the losses over, max(0, prediction - truth), and under, max(0, truth - prediction). At least 0, in units of
// the target. Exact.
//
// Source: Koenker & Bassett, Regression quantiles, Econometrica 46, 1978; scikit-learn, mean_pinball_loss.
func PinballLoss(meanOver, meanUnder, q float64) float64 { return q*meanUnder + (1-q)*meanOver }

// PinballLossInterval is its LossInterval, with the standard error from the binned errors.
func PinballLossInterval(pinballLoss, q float64, e *Errors) Interval {
	return LossInterval(pinballLoss, e.StandardError(func(x float64) float64 {
		if x > 0 {
			return (1 - q) * x
		}
		return -q * x
	}))
}
