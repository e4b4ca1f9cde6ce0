package sequential

// Pane is how many values there were in one stretch of time, and what they add up to.
type Pane struct{ Count, Sum float64 }

// Total of panes.
func Total(panes []Pane) Pane {
	var t Pane
	for _, p := range panes {
		t.Count += p.Count
		t.Sum += p.Sum
	}
	return t
}

// Mean of the values; NaN where there are none.
func (p Pane) Mean() float64 { return p.Sum / p.Count }

// effective is the pane as one of independent values that says as much: values that are correlated within the pane count as fewer.
// A power of an e-value below 1 is an e-value (Jensen's inequality).
func (p Pane) effective(correlation float64) Pane {
	if p.Count <= 1 || correlation <= 0 {
		return p
	}
	by := 1 + (p.Count-1)*correlation
	return Pane{p.Count / by, p.Sum / by}
}
