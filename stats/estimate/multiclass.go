package estimate

import "math"

// Multiclass has what the predictions of each class, one against the rest, are expected to turn out as.
type Multiclass []*Expected

// Accuracy is the expected share of right predictions: the mean calibrated score of the predicted class. 0..1.
//
// Each prediction is in one class's TP only, so that the variances of the classes add up.
func (m Multiclass) Accuracy() Value {
	var tp, n, variance float64
	for _, e := range m {
		tp, n = tp+e.tp, n+e.tp+e.fp
	}
	for _, e := range m {
		v := e.ofConfusion(e.tp/n, 1/n, 0)
		variance += v.Error * v.Error
	}
	if n == 0 {
		return undefined
	}
	return Value{tp / n, math.Sqrt(variance)}
}

// Macro is the mean of a measure over the classes that it is defined for.
//
// How the truths of classes go together is not to be seen from scores class by class. But a wrong prediction is wrong in two classes, that
// predicted and the true one, so that the errors of any two of k classes correlate by about 1 / (k - 1): exactly 1 for two
// classes, which are one another's mirror.
func (m Multiclass) Macro(measure func(*Expected) Value) Value {
	var sum, errors, squares, classes float64
	for _, e := range m {
		if v := measure(e); !math.IsNaN(v.Value) {
			sum, errors, squares = sum+v.Value, errors+v.Error, squares+v.Error*v.Error
			classes++
		}
	}
	if classes == 0 {
		return undefined
	}
	variance := squares + (errors*errors-squares)/max(1, classes-1)
	return Value{sum / classes, math.Sqrt(variance) / classes}
}
