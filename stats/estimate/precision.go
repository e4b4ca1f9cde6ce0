package estimate

// Precision is TP / (TP + FP), 0..1; not defined where nothing was predicted as the class (NannyML says 0 there).
func (e *Expected) Precision() Value {
	n := e.tp + e.fp
	return e.ofConfusion(e.tp/n, 1/n, 0)
}
