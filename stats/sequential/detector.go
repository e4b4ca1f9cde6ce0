package sequential

import (
	"math"
	"slices"
)

// Start is where a change may have begun, and what is known of the time before.
type Start struct {
	// Pane is the index of the first pane since then.
	Pane int
	// Baseline is the highest mean that is no change, above 0; below 1 where values are Bounded.
	Baseline float64
	// Correlation of values within a pane.
	Correlation float64
}

// Evidence is the logarithm of the e-detector M: of a rise of the mean at one of the starts that lasts until the last pane. Compare it with the
// logarithm of how many panes are to pass, on average and at least, until a false alarm. That holds if what a start says depends only on what was
// before it, and a window that moves on says the same of it. -Inf without starts.
func Evidence(law Law, panes []Pane, starts []Start) float64 {
	var sum logSum
	steps := law.Steps()
	weight := math.Log(float64(len(steps)))
	for _, s := range starts {
		since := s.since(panes)
		for _, step := range steps {
			sum.add(law.LogRatio(s.Baseline, step, since.Count, since.Sum) - weight)
		}
	}
	return sum.log()
}

// since is what the panes from the start on add up to, as independent values.
func (s Start) since(panes []Pane) Pane {
	var t Pane
	for _, p := range panes[s.Pane:] {
		e := p.effective(s.Correlation)
		t.Count += e.Count
		t.Sum += e.Sum
	}
	return t
}

// asLikely is by how many nats a start may be less likely than the likeliest and still be as good as it: e^2 is a factor of 7.
const asLikely = 2

// Likeliest is the index of the start at which a change began: the first of those that are about as likely as the likeliest, by the greatest ratio for any
// step. -1 without starts. They must be in order of their panes.
func Likeliest(law Law, panes []Pane, starts []Start) int {
	ratios, greatest := make([]float64, len(starts)), math.Inf(-1)
	for i, s := range starts {
		ratios[i] = math.Inf(-1)
		since := s.since(panes)
		for _, step := range law.Steps() {
			ratios[i] = max(ratios[i], law.LogRatio(s.Baseline, step, since.Count, since.Sum))
		}
		greatest = max(greatest, ratios[i])
	}
	return slices.IndexFunc(ratios, func(x float64) bool { return x >= greatest-asLikely })
}

// logSum adds up numbers that are given by their logarithms.
type logSum struct {
	greatest float64
	sum      float64 // in units of e^greatest
}

func (l *logSum) add(x float64) {
	switch {
	case l.sum == 0:
		l.greatest, l.sum = x, 1
	case x > l.greatest:
		l.greatest, l.sum = x, l.sum*math.Exp(l.greatest-x)+1
	default:
		l.sum += math.Exp(x - l.greatest)
	}
}

// log of the sum; -Inf of nothing.
func (l *logSum) log() float64 {
	if l.sum == 0 {
		return math.Inf(-1)
	}
	return l.greatest + math.Log(l.sum)
}
