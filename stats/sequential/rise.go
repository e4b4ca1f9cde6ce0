package sequential

import "math"

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
		s := Start{Pane: i, Baseline: r.Baseline, Correlation: cautious(Correlation(r.Law, before), populated(before))}
		if s.Baseline == 0 && Total(before).Count >= r.Least {
			s.Baseline = max(r.Tolerated(Total(before).Mean()), Upper(r.Law, before, s.Correlation, r.Nats))
		}
		if s.Baseline > 0 && s.Baseline < r.Law.Greatest() {
			starts = append(starts, s)
		}
	}
	return starts
}

// cautious is the upper confidence bound, of 90 %, of a correlation that was estimated from so many panes: by k / chi-square's 10th percentile, k = panes - 1,
// as of a variance of Gaussian means; the percentile by E. B. Wilson and M. M. Hilferty (1931, "The distribution of chi-square", PNAS 17, 684-688). An
// estimate of a few panes is far too low now and then, and each time is a false alarm.
func cautious(correlation float64, panes int) float64 {
	const z = -1.2815515655446004 // the 10th percentile of the standard normal law
	k := float64(panes - 1)
	root := 1 - 2/(9*k) + z*math.Sqrt(2/(9*k))
	return math.Min(1, correlation/(root*root*root))
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
