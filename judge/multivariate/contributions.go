package multivariate

import (
	"math"
	"slices"

	"github.com/leeway-ml/leeway/stats/multivariate"
)

// A feature that no longer goes with its partners moves the correlation of each of them too, and what the components leave of them. So the
// moved correlations are explained feature by feature: the one that explains most takes what it explains, and only the rest is left to the
// others. docs/multivariate-drift.md has how often this, and what else was tried, names the right features.

// standardErrors is how many of them a difference must exceed to count; it is taken off its size.
const standardErrors = 2

// contributions are the shares of Joint.Features in what drifted; they add up to 1, or are all 0 where nothing is beyond the noise. A
// feature contributes the shift of its mean squared residual, the squared shift of its mean and, if it is one of Joint.Correlated, the
// squared shifts of the correlations that it explains: all are in units of the feature's variance in the reference.
func (x *comparison) contributions() []float64 {
	shares := x.squaredMeanShifts()
	for i := range shares {
		shares[i] += x.residualShift(i)
	}
	for i, explained := range x.explain() {
		shares[slices.Index(x.reference.Features, x.reference.Correlated[i])] += explained
	}
	total := 0.0
	for _, s := range shares {
		total += s
	}
	for i := range shares {
		if total > 0 {
			shares[i] /= total
		}
	}
	return shares
}

// explain gives each of Joint.Correlated the squared shifts of the correlations that it explains, the greatest first. Where most of what a
// feature explains is one pair, nothing tells the two apart: they share it.
func (x *comparison) explain() []float64 {
	k := len(x.reference.Correlated)
	explained, left := make([]float64, k), make([]float64, k)
	moved := make([][]float64, k)
	for i := range moved {
		moved[i] = make([]float64, k)
	}
	for _, p := range x.pairs {
		m := beyond(p.shift, p.variance)
		moved[p.first][p.second], moved[p.second][p.first] = m, m
		left[p.first] += m
		left[p.second] += m
	}
	for range k {
		best := 0
		for i, sum := range left {
			if sum > left[best] {
				best = i
			}
		}
		if !(left[best] > 0) {
			break
		}
		explained[best] += left[best]
		for i, m := range moved[best] {
			if m > left[best]/2 {
				explained[best] -= m / 2
				explained[i] += m / 2
			}
			left[i] = math.Max(0, left[i]-m)
			moved[i][best] = 0
		}
		left[best] = 0
	}
	return explained
}

// residualShift is how much the mean squared residual of the feature moved.
func (x *comparison) residualShift(i int) float64 {
	if i >= len(x.current.Residuals) || i >= len(x.expected.Residuals) {
		return 0
	}
	expected := x.expected.Residuals[i] * x.inflation()
	shift := math.Abs(x.current.Residuals[i] - expected)
	noise := multivariate.ReconstructionShiftNoise(float64(x.current.Count), float64(x.expected.Count))
	deviation := math.Sqrt2 * expected // of the square of a normal variable
	return math.Max(0, shift-standardErrors*deviation*math.Sqrt(noise.MeanSquare))
}

// inflation is how many times as great the squared residuals of rows outside the reference are to be expected.
func (x *comparison) inflation() float64 {
	if !(x.expected.Error > 0) {
		return 1
	}
	longer := 1 + x.optimism/x.expected.Error
	return longer * longer
}

// beyond is the square of a shift, less that of the noise.
func beyond(shift, variance float64) float64 {
	return math.Max(0, shift*shift-standardErrors*standardErrors*variance)
}
