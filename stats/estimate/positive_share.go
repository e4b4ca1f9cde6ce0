package estimate

// PositiveShare is the expected share of the class among the truths, the mean calibrated score. 0..1.
func (e *Expected) PositiveShare() Value {
	n := e.Total()
	return e.ofConfusion((e.tp+e.fn)/n, 1/n, 1/n)
}
