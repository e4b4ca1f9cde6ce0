package multivariate

import (
	"slices"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/joint"
)

// squaredMeanShifts are those of Joint.Features: how far the mean of a feature's numbers moved, squared. Those of Joint.Correlated are among the
// means; the others' follow from their bins, and are 0 where those are of other rows or of other bins.
func (x *comparison) squaredMeanShifts() []float64 {
	variance := 1/float64(x.current.Count) + 1/float64(x.expected.Count) // of all of the feature's numbers together
	shifts := make([]float64, len(x.reference.Features))
	binned := readBins(x.window, x.profile, x.reference.Features)
	for i, name := range x.reference.Features {
		if at := slices.Index(x.reference.Correlated, name); at >= 0 && x.filled != nil {
			if at < len(x.expected.Means) && x.filled[at] > 0 && x.filledThen[at] > 0 {
				shifts[i] = beyond(x.current.Means[at]-x.expected.Means[at], variance)
			}
			continue
		}
		v := x.profile.Feature(name)
		if b := &binned[i]; !b.unlike && b.rows == x.current.Count {
			shifts[i] = max(0, squaredMeanShift(v, b.counts, float64(b.rows), v.AtMixture(x.mix, nil))-standardErrors*standardErrors*variance)
		}
	}
	return shifts
}

// squaredMeanShift is that of the numbers that the feature becomes. Rows that are in no bin become 0.
func squaredMeanShift(v *profile.Variable, counts []uint64, rows float64, reference profile.Reference) float64 {
	encoder := joint.NewEncoder([]*profile.Variable{v})
	numbers, shift := make([]float64, encoder.Dims()), make([]float64, encoder.Dims())
	for bin := range max(len(counts), len(reference.Shares)) {
		difference := 0.0
		if bin < len(counts) {
			difference += float64(counts[bin]) / rows
		}
		if bin < len(reference.Shares) {
			difference -= reference.Shares[bin] * (1 - reference.MissingShare)
		}
		if difference == 0 {
			continue
		}
		encoder.Encode([]int32{int32(bin)}, numbers)
		for d, z := range numbers {
			shift[d] += difference * z
		}
	}
	squared := 0.0
	for _, s := range shift {
		squared += s * s
	}
	return squared
}
