// Package outcome gathers what the summaries of a window, or of the reference, say about a model's outcomes: what the judges
// of quality and calibration, and the estimates of quality, are computed from.
package outcome

import (
	"slices"

	"github.com/leeway-ml/leeway/stats/calibration"
	"github.com/leeway-ml/leeway/stats/scores"
	"github.com/leeway-ml/leeway/summary"
)

// Predicted is the class of the series that are about whichever class was predicted; from semconv.md.
const Predicted = "__predicted__"

// Other is every class that is not the one a series is about; from semconv.md.
const Other = "__other__"

// CalibrationBins is how many bins of equal width the exact sums of scores are kept in; from semconv.md.
const CalibrationBins = 20

// Outcomes is what became of a model's predictions. What there is no series of is empty.
type Outcomes struct {
	Confusion Confusion
	// Scores by the class that they are for; in binary tasks the positive class alone.
	Scores map[string]*Scores
	// Calibration by the same, exact; each has CalibrationBins bins. Under Predicted: of the score of the predicted class.
	Calibration map[string]calibration.Bins
	// Losses by name.
	Losses map[string]Sum
	// LossesByBin are losses by name and by the prediction's roll-up bin; only the reference has them.
	LossesByBin map[string]map[int]Sum
	// Error is prediction - truth, nil where there is none.
	Error *summary.Exponential
	// Truth is the values that turned out to be true.
	Truth Sum
	// Joins is how often each join result came.
	Joins map[string]float64
	// Delay from prediction to label, in seconds; nil where there is none.
	Delay *summary.Histogram
}

// Sum is how many values there were, and what they add up to.
type Sum struct {
	Count float64
	Sum   float64
}

// Mean of the values; NaN where there are none.
func (s Sum) Mean() float64 { return s.Sum / s.Count }

func (s Sum) plus(o Sum) Sum { return Sum{s.Count + o.Count, s.Sum + o.Sum} }

// Confusion is how often each class was predicted for each true one.
type Confusion struct {
	// Classes, predicted or true, sorted.
	Classes []string
	// Counts by the index of the predicted class and that of the true one.
	Counts [][]float64
}

// Total is the number of outcomes.
func (c *Confusion) Total() float64 {
	n := 0.0
	for _, row := range c.Counts {
		for _, x := range row {
			n += x
		}
	}
	return n
}

// Index of the class, -1 where it is not there.
func (c *Confusion) Index(class string) int {
	if i, found := slices.BinarySearch(c.Classes, class); found {
		return i
	}
	return -1
}

// Scores is how the scores for one class are distributed: of all outcomes, of those that were predicted as the class, and of
// those that were predicted as another. Outcomes without a predicted class are in All only. The three share their bins.
type Scores struct {
	All, AsClass, AsOther scores.Table
}

// Empty reports whether there is no outcome with a truth.
func (o *Outcomes) Empty() bool {
	return o == nil || len(o.Confusion.Classes) == 0 && len(o.Scores) == 0 && len(o.Losses) == 0 && o.Error == nil
}

// Samples is how many outcomes have a truth: the most that any of the measures is of.
func (o *Outcomes) Samples() float64 {
	if o == nil {
		return 0
	}
	n := max(o.Confusion.Total(), o.Truth.Count)
	for _, s := range o.Losses {
		n = max(n, s.Count)
	}
	if o.Error != nil {
		n = max(n, float64(o.Error.Count()))
	}
	for _, s := range o.Scores {
		p, q := s.All.Totals()
		n = max(n, p+q)
	}
	return n
}
