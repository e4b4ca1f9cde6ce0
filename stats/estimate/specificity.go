package estimate

// Specificity is TN / (TN + FP), 0..1; not defined where no negatives are expected. A ratio of expected numbers, as Recall.
func (e *Expected) Specificity() Value {
	negatives := e.fp + e.tn
	return e.ofConfusion(e.tn/negatives, e.tn/(negatives*negatives), -e.fp/(negatives*negatives))
}
