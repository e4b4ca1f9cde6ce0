package estimate

// Accuracy is the expected share of right predictions, (TP + TN) / n. 0..1; with two classes and calibrated scores cut at 0.5 at least 0.5.
func (e *Expected) Accuracy() Value {
	n := e.Total()
	return e.ofConfusion((e.tp+e.tn)/n, 1/n, -1/n)
}
