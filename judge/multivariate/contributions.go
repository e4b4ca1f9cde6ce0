package multivariate

import (
	"math"

	"github.com/leeway-ml/leeway/stats/multivariate"
)

// contributions are the shares of Joint.Features in what drifted; they add up to 1, or are all 0 where nothing is beyond the noise.
func (x *comparison) contributions() []float64 {
	shares := make([]float64, len(x.reference.Features))
	index := make(map[string]int, len(shares))
	for i, name := range x.reference.Features {
		index[name] = i
		shares[i] = x.residualShift(i)
	}
	for _, p := range x.pairs {
		excess := math.Max(0, p.shift*p.shift-p.variance)
		shares[index[x.reference.Correlated[p.first]]] += excess
		shares[index[x.reference.Correlated[p.second]]] += excess
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

// residualShift is how much the mean squared residual of the feature moved beyond the noise to be expected.
func (x *comparison) residualShift(i int) float64 {
	if i >= len(x.current.Residuals) || i >= len(x.expected.Residuals) {
		return 0
	}
	shift := x.current.Residuals[i] - x.expected.Residuals[i]
	noise := multivariate.ReconstructionShiftNoise(float64(x.current.Count), float64(x.expected.Count))
	deviation := math.Sqrt2 * x.expected.Residuals[i] // of the square of a normal variable
	return math.Max(0, math.Abs(shift)-deviation*math.Sqrt(2/math.Pi*noise.MeanSquare))
}
