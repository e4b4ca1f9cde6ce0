package quality

import "math"

// Average says how a measure of each class becomes one of all.
type Average int

// Macro is the mean over the classes, Weighted the mean weighed by how often each class was true, Micro the measure of all
// decisions counted together. For precision, recall and F-beta of a matrix of all classes, Micro is the accuracy.
const (
	Macro Average = iota
	Weighted
	Micro
)

// Averaged is the average of a measure of the classes, as Precision, Recall or FBeta. Where it is not defined for a class, it
// counts as 0, as scikit-learn's default has it. Micro is the accuracy, so it is of use for these three only. Exact where the
// measure is.
//
// Source: Sokolova & Lapalme, A systematic analysis of performance measures for classification tasks, 2009; scikit-learn,
// precision_recall_fscore_support.
func Averaged(c *Confusion, a Average, measure func(c *Confusion, class int) float64) float64 {
	if a == Micro {
		return Accuracy(c)
	}
	sum, weights := 0.0, 0.0
	for class := range c.truth {
		if c.truth[class] == 0 && c.predicted[class] == 0 {
			continue
		}
		weight := 1.0
		if a == Weighted {
			weight = c.truth[class]
		}
		weights += weight
		if x := measure(c, class); !math.IsNaN(x) {
			sum += weight * x
		}
	}
	return sum / weights
}

// AveragedInterval is by the delta method, on the scale of log-odds; Micro's is Wilson's.
func AveragedInterval(c *Confusion, a Average, measure func(c *Confusion, class int) float64) Interval {
	if a == Micro {
		return AccuracyInterval(c)
	}
	f := func(c *Confusion) float64 { return Averaged(c, a, measure) }
	return shareInterval(f(c), StandardError(c, f))
}
