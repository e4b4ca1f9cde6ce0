package estimate

import "math"

// Loss is what the reference's outcomes lost whose prediction fell into one bin.
type Loss struct {
	Count float64
	// Absolute and Squared are the sums of the absolute and of the squared errors.
	Absolute, Squared float64
}

// Losses are the losses of the reference, as a function of the prediction: bins of predictions, ascending.
type Losses struct {
	bins []Loss // thin ones have the sums of their neighbourhood
	// kurtosis of the errors inside a bin, E e^4 / (E e^2)^2.
	kurtosis float64
}

// leastInBin is how many outcomes a bin's mean loss rests on at least.
const leastInBin = 30

// normalKurtosis is that of the normal distribution.
const normalKurtosis = 3

// NewLosses learns from the reference's losses by bin of the prediction. A bin of fewer than 30 outcomes takes in its neighbours, both sides alike, until there are
// 30. fourth is the mean fourth power of the reference's errors, NaN where it is not known; then errors count as normal. nil where
// the reference has no losses at all.
func NewLosses(bins []Loss, fourth float64) *Losses {
	var all Loss
	for _, b := range bins {
		all = all.plus(b)
	}
	if !(all.Count > 0) {
		return nil
	}
	l := &Losses{bins: make([]Loss, len(bins)), kurtosis: normalKurtosis}
	for i := range bins {
		l.bins[i] = bins[i]
		for reach := 1; l.bins[i].Count < leastInBin && reach < len(bins); reach++ {
			if i-reach >= 0 {
				l.bins[i] = l.bins[i].plus(bins[i-reach])
			}
			if i+reach < len(bins) {
				l.bins[i] = l.bins[i].plus(bins[i+reach])
			}
		}
	}
	// One kurtosis for all bins, so that the mixture of bins has the fourth moment that the errors have.
	squares := 0.0
	for _, b := range bins {
		if b.Count > 0 {
			squares += b.Squared * b.Squared / b.Count
		}
	}
	if squares > 0 && fourth >= 0 && !math.IsInf(fourth, 1) {
		l.kurtosis = max(1, fourth*all.Count/squares)
	}
	return l
}

func (l Loss) plus(o Loss) Loss {
	return Loss{l.Count + o.Count, l.Absolute + o.Absolute, l.Squared + o.Squared}
}

// MAE is the mean absolute error to be expected of predictions that fell into the bins, in units of the target: the mean over the bins' mean
// losses. counts has an element a bin.
func (l *Losses) MAE(counts []float64) Value {
	return l.mean(counts, func(b Loss) (mean, variance float64) {
		mean = b.Absolute / b.Count
		return mean, max(0, b.Squared/b.Count-mean*mean)
	})
}

// RMSE is the root of the mean squared error to be expected, in units of the target. Its error is by the delta method, from the variance of
// squared errors in a bin: (kurtosis - 1) times the square of their mean.
func (l *Losses) RMSE(counts []float64) Value {
	v := l.mean(counts, func(b Loss) (mean, variance float64) {
		mean = b.Squared / b.Count
		return mean, (l.kurtosis - 1) * mean * mean
	})
	root := math.Sqrt(v.Value)
	if root == 0 {
		return Value{0, 0}
	}
	return Value{root, v.Error / (2 * root)}
}

// mean is the mean over the window's predictions. Its variance is that of the window's own losses, and that of the reference's means.
func (l *Losses) mean(counts []float64, of func(Loss) (mean, variance float64)) Value {
	n := 0.0
	for _, c := range counts {
		n += c
	}
	if !(n > 0) || len(counts) != len(l.bins) {
		return undefined
	}
	var sum, variance float64
	for i, c := range counts {
		if c == 0 {
			continue
		}
		mean, spread := of(l.bins[i])
		share := c / n
		sum += share * mean
		variance += share*spread/n + share*share*spread/l.bins[i].Count
	}
	return Value{sum, math.Sqrt(variance)}
}
