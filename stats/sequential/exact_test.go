package sequential

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// sums of n values of a law of few values: how likely each is.
func sums(values, probabilities []float64, n int) map[float64]float64 {
	all := map[float64]float64{0: 1}
	for range n {
		next := map[float64]float64{}
		for sum, p := range all {
			for i, x := range values {
				next[sum+x] += p * probabilities[i]
			}
		}
		all = next
	}
	return all
}

// laws within 0 and 1, by values and their probabilities.
var within = map[string][2][]float64{
	"zeros and ones":   {{0, 1}, {0.8, 0.2}},
	"rare":             {{0, 1}, {0.99, 0.01}},
	"three values":     {{0, 0.5, 1}, {0.5, 0.3, 0.2}},
	"never extreme":    {{0.25, 0.5}, {0.5, 0.5}},
	"always the same":  {{0.375}, {1}},
	"nearly always 1":  {{0, 0.5, 1}, {0.01, 0.04, 0.95}},
	"mostly 0, some 1": {{0, 0.125, 1}, {0.9, 0.05, 0.05}},
}

// An e-value has an expectation of at most 1 where the mean is the baseline or less, and of exactly 1 for zeros and ones at it; a
// power of it, as correlated values have, too.
func TestExpectationOfBounded(t *testing.T) {
	for name, law := range within {
		mean := 0.0
		for i, x := range law[0] {
			mean += x * law[1][i]
		}
		for _, baseline := range []float64{mean, mean * 1.1, math.Sqrt(mean)} {
			for _, step := range (Bounded{}).Steps() {
				for _, n := range []int{1, 2, 7} {
					for _, correlation := range []float64{0, 0.1, 1} {
						expectation := 0.0
						for sum, p := range sums(law[0], law[1], n) {
							e := Pane{float64(n), sum}.effective(correlation)
							expectation += p * math.Exp(Bounded{}.LogRatio(baseline, step, e.Count, e.Sum))
						}
						assert.LessOrEqual(t, expectation, 1+1e-12, "%s, baseline %v, step %v, n %d", name, baseline, step, n)
						if len(law[0]) == 2 && law[0][1] == 1 && baseline == mean && (correlation == 0 || n == 1) {
							assert.InDelta(t, 1, expectation, 1e-12, "%s, step %v, n %d", name, step, n)
						}
					}
				}
			}
		}
	}
}

// The same of the gamma law, whose moment generating function is known: E exp(a X) = (1 - a scale)^-shape.
func TestExpectationOfPositive(t *testing.T) {
	for _, variation := range []float64{0.1, 0.57, 1, 2, 5} {
		law := Positive{variation}
		for _, step := range law.Steps() {
			for _, mean := range []float64{0.5, 0.9, 1} {
				a := law.LogRatio(1, step, 0, 1) // what a value multiplies
				logExpectation := law.LogRatio(1, step, 1, 0) - math.Log1p(-a*mean*variation)/variation
				assert.LessOrEqual(t, logExpectation, 1e-12)
				if mean == 1 {
					assert.InDelta(t, 0, logExpectation, 1e-12)
				}
			}
		}
	}
}

// The detector's expectation is the number of its starts, at most: over all that can happen in a few panes of two or three values,
// with what each start says worked out from the panes before it.
func TestExpectationOfDetector(t *testing.T) {
	const p = 0.3
	counts := []int{3, 2, 2, 3, 2, 2, 3, 2}
	for _, law := range []struct{ values, probabilities []float64 }{{[]float64{0, 1}, []float64{1 - p, p}}, {[]float64{0, 0.4, 1}, []float64{0.5, 0.4, 0.1}}} {
		mean := 0.0
		for i, x := range law.values {
			mean += x * law.probabilities[i]
		}
		rise := &Rise{Law: Bounded{}, Baseline: mean}
		expectation, starts := 0.0, 0
		var each func(panes []Pane, probability float64)
		each = func(panes []Pane, probability float64) {
			if len(panes) == len(counts) {
				s := rise.Starts(panes)
				starts = len(s)
				expectation += probability * math.Exp(Evidence(Bounded{}, panes, s))
				return
			}
			n := counts[len(panes)]
			for sum, p := range sums(law.values, law.probabilities, n) {
				each(append(panes[:len(panes):len(panes)], Pane{float64(n), sum}), probability*p)
			}
		}
		if len(law.values) == 3 {
			counts = counts[:6]
		}
		each(nil, 1)
		assert.Equal(t, len(counts)-len(counts)/2, starts)
		assert.LessOrEqual(t, expectation, float64(starts)*(1+1e-12))
		assert.Greater(t, expectation, 0.5*float64(starts), "and it is no idle bound")
	}
}

// A bound fails no more often than it says.
func TestUpperHolds(t *testing.T) {
	for name, law := range within {
		mean := 0.0
		for i, x := range law[0] {
			mean += x * law[1][i]
		}
		for _, nats := range []float64{0.5, 2, 4} {
			fails := 0.0
			for sum, p := range sums(law[0], law[1], 9) {
				if Upper(Bounded{}, []Pane{{9, sum}}, 0, nats) < mean-1e-12 {
					fails += p
				}
			}
			assert.LessOrEqual(t, fails, math.Exp(-nats), "%s, %v nats", name, nats)
		}
	}
	assert.InDelta(t, 1-math.Exp(-2.0/9), Upper(Bounded{}, []Pane{{9, 0}}, 0, 2), 1e-12, "of none, (1 - mean)^9 = e^-2")
	assert.InDelta(t, 1, Upper(Bounded{}, []Pane{{9, 9}}, 0, 2), 0)
	assert.Zero(t, Upper(Positive{1}, []Pane{{9, 0}}, 0, 2))
	assert.True(t, math.IsNaN(Upper(Bounded{}, nil, 0, 2)))
}
