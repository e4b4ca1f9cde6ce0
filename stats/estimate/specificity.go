package estimate

// Specificity is TN / (TN + FP), 0..1; not defined where no negatives are expected. A ratio of expected numbers, as Recall.
func (e *Expected) Specificity() Value {
	fp, tn := e.predicted-e.tp, e.others-e.fn
	negatives := fp + tn
	return e.ofConfusion(tn/negatives, tn/(negatives*negatives), -fp/(negatives*negatives))
}
