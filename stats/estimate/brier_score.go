package estimate

// BrierScore is the expected mean squared difference of score and truth, 0..1. The score is the model's own, the probability of the truth the calibrated
// one; where the model is calibrated this is the mean of p (1-p).
//
// A bin's scores count as the one that stands for them: off by less than twice the bin's width.
func (e *Expected) BrierScore() Value {
	return e.ofLoss(func(score float64) (positive, negative float64) { return (1 - score) * (1 - score), score * score })
}

// ofLoss is the mean of a loss that is one number for positives of a score and another for negatives.
func (e *Expected) ofLoss(loss func(score float64) (positive, negative float64)) Value {
	n := e.Total()
	sum := 0.0
	for i, b := range e.Bins {
		positive, negative := loss(b.Score)
		p := e.probabilities[i]
		sum += (e.Predicted[i] + e.Others[i]) * (p*positive + (1-p)*negative)
	}
	growth := func(i int) float64 {
		positive, negative := loss(e.Bins[i].Score)
		return (positive - negative) / n
	}
	return e.value(sum/n, growth, growth)
}
