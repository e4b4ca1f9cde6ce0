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
	return shareInterval(Averaged(c, a, measure), averagedError(c, a, measure))
}

// averagedError is the standard error of an average. A class's measure depends on its own matrix of four cells, so that each cell of
// the whole matrix has a say in three ways only: as one of the class predicted, of the class that was true, and of none of both.
func averagedError(c *Confusion, a Average, measure func(c *Confusion, class int) float64) float64 {
	k := len(c.truth)
	weights, values, own := make([]float64, k), make([]float64, k), make([][][]float64, k)
	var total, none float64
	for class := range weights {
		if c.truth[class] == 0 && c.predicted[class] == 0 {
			continue
		}
		weights[class] = 1
		if a == Weighted {
			weights[class] = c.truth[class]
		}
		total += weights[class]
		two := c.Against(class)
		of := func(c *Confusion) float64 { return measure(c, 1) }
		if values[class] = of(two); math.IsNaN(values[class]) {
			values[class] = 0
			continue
		}
		own[class] = two.derivatives(of)
		none += weights[class] * own[class][0][0]
	}
	average := Averaged(c, a, measure)
	return c.standardError(func(i, j int) float64 {
		g := none
		if i == j {
			g += gain(own[i], weights[i], 1, 1)
		} else {
			g += gain(own[i], weights[i], 1, 0) + gain(own[j], weights[j], 0, 1)
		}
		if a == Weighted {
			g += values[j] - average
		}
		return g / total
	})
}

// gain is what a cell of the class's own matrix has to say beyond the one of the others.
func gain(own [][]float64, weight float64, predicted, truth int) float64 {
	if own == nil {
		return 0
	}
	return weight * (own[predicted][truth] - own[0][0])
}
