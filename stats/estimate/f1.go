package estimate

// F1 is the harmonic mean of precision and recall, TP / (TP + (FP + FN) / 2), 0..1; not defined where nothing was predicted as the class and
// no positives are expected. A ratio of expected numbers, as Recall.
func (e *Expected) F1() Value {
	d := 2*e.tp + e.fp + e.fn
	return e.ofConfusion(2*e.tp/d, 2/d-2*e.tp/(d*d), -2*e.tp/(d*d))
}
