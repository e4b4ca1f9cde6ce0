package loss

import "math"

// leastTruth is what the truth is taken to be at least, where it is divided by: the distance of 1 and the next float64.
// Source: scikit-learn, mean_absolute_percentage_error.
const leastTruth = 0x1p-52

// AbsolutePercentage is the absolute error as a fraction of the truth,
//
//	|prediction - truth| / max(|truth|, 2^-52),
//
// at least 0, without unit; 0.1 is 10 %. It is huge where the truth is 0.
//
// Source: Makridakis, Accuracy measures, International Journal of Forecasting 9, 1993; scikit-learn,
// mean_absolute_percentage_error.
func AbsolutePercentage(prediction, truth float64) float64 {
	return math.Abs(prediction-truth) / max(math.Abs(truth), leastTruth)
}

// SymmetricPercentage is the absolute error as a fraction of the mean of prediction and truth,
//
//	2 |prediction - truth| / (|prediction| + |truth|),
//
// 0..2, without unit; 0 where both are 0.
//
// Source: Makridakis & Hibon, The M3-Competition, International Journal of Forecasting 16, 2000.
func SymmetricPercentage(prediction, truth float64) float64 {
	total := math.Abs(prediction) + math.Abs(truth)
	if total == 0 {
		return 0
	}
	if total > math.MaxFloat64 {
		return SymmetricPercentage(prediction/4, truth/4)
	}
	return min(2, 2*(math.Abs(prediction-truth)/total)) // above 2 by rounding only
}
