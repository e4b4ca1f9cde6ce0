package estimate

// Recall is TP / (TP + FN), 0..1; not defined where no positives are expected.
//
// It is a ratio of expected numbers, as in NannyML, not the expected ratio: the two differ by less than 1 / (TP + FN).
func (e *Expected) Recall() Value {
	positives := e.tp + e.fn
	return e.ofConfusion(e.tp/positives, e.fn/(positives*positives), -e.tp/(positives*positives))
}
