package estimate

// Precision is TP / (TP + FP), 0..1; not defined where nothing was predicted as the class (NannyML says 0 there).
func (e *Expected) Precision() Value {
	return e.ofConfusion(e.tp/e.predicted, 1/e.predicted, 0)
}
