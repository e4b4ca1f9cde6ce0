package sequential

// leastPanes is how many panes with values there must be before a start to tell how correlated the values of a pane are.
const leastPanes = 3

// Rise is the test of the panes of a window. The panes of its second half are where a change may have begun; as many panes as the first half
// has, right before a start, say what a start says of the time before. So a window that moves on says the same of a start, as Evidence asks.
type Rise struct {
	Law Law
	// Baseline is the highest mean that is no change; 0: what is tolerated after the panes before a start, but no less than Upper of them.
	Baseline float64
	// Tolerated is the highest mean that is no change where the mean before is known.
	Tolerated func(before float64) float64
	// Nats of Upper: it is too low with a probability of at most exp(-Nats).
	Nats float64
	// Least is how many values there must be before a start, where they say the baseline.
	Least float64
}

// Starts are those of the window's panes, of which there must be one for every stretch of time, empty or not.
func (r *Rise) Starts(panes []Pane) []Start {
	var starts []Start
	half := len(panes) / 2
	for i := half; i < len(panes); i++ {
		before := panes[i-half : i]
		if panes[i].Count <= 0 || populated(before) < leastPanes {
			continue
		}
		s := Start{Pane: i, Baseline: r.Baseline, Correlation: Correlation(r.Law, before)}
		if s.Baseline == 0 && Total(before).Count >= r.Least {
			s.Baseline = max(r.Tolerated(Total(before).Mean()), Upper(r.Law, before, s.Correlation, r.Nats))
		}
		if s.Baseline > 0 && s.Baseline < r.Law.Greatest() {
			starts = append(starts, s)
		}
	}
	return starts
}

// populated is how many panes have values.
func populated(panes []Pane) (n int) {
	for _, p := range panes {
		if p.Count > 0 {
			n++
		}
	}
	return n
}
