package loss

import "math"

// Squared is the squared error of a regression,
//
//	(prediction - truth)^2,
//
// at least 0, in squared units of the target. The root of its mean is the root mean squared error.
//
// Source: Gauss, Theoria combinationis observationum, 1821; scikit-learn, mean_squared_error.
func Squared(prediction, truth float64) float64 {
	e := prediction - truth
	return e * e
}

// Absolute is the absolute error of a regression,
//
//	|prediction - truth|,
//
// at least 0, in units of the target. It is Over + Under.
//
// Source: Laplace 1774; scikit-learn, mean_absolute_error.
func Absolute(prediction, truth float64) float64 { return math.Abs(prediction - truth) }

// Over is by how much a prediction was too high,
//
//	max(0, prediction - truth),
//
// at least 0, in units of the target. With the means of Over and Under: the mean error is over - under, and the pinball loss at
// the quantile q is q * under + (1 - q) * over.
//
// Source: Koenker & Bassett, Regression Quantiles, Econometrica 46, 1978; scikit-learn, mean_pinball_loss.
func Over(prediction, truth float64) float64 { return max(0, prediction-truth) }

// Under is by how much a prediction was too low,
//
//	max(0, truth - prediction),
//
// at least 0, in units of the target; see Over.
func Under(prediction, truth float64) float64 { return max(0, truth-prediction) }
