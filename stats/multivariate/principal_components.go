package multivariate

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// ExplainedShare is how much of the variance principal components are to explain, unless configured: NannyML's default.
const ExplainedShare = 0.65

// negligible is the share of the variance below which a direction counts as none, and how nearly the same two numbers are.
const negligible = 1e-9

// PrincipalComponents are the directions of the greatest variance of a covariance, by variance: the fewest that explain the share of all variance,
// explained is what share they do. Each has length 1 and is perpendicular to the others.
//
// At least one direction that has variance is left to reconstruct, where there is more than one: else every row would be reconstructed
// without an error, whatever becomes of the features. Two features that are not correlated thus have one component, and explained may be
// less than the share.
//
// A direction has no sign of its own; here the first of its greatest elements is positive, so that the same covariance gives the
// same components (scikit-learn has the same rule, but for ties). Directions of equal variance have no order either: which ones come out is
// an accident. ok is false where nothing varies, or not all numbers are finite.
//
// Pearson 1901; Jolliffe, Principal Component Analysis, 2002, section 6.1.1 (the cumulative share).
func PrincipalComponents(covariance *mat.SymDense, share float64) (components [][]float64, explained float64, ok bool) {
	var eigen mat.EigenSym
	if covariance == nil || !allFinite(covariance) || !eigen.Factorize(covariance, true) {
		return nil, 0, false
	}
	values := eigen.Values(nil) // ascending
	var total float64
	for _, v := range values {
		total += math.Max(v, 0)
	}
	if !(total > 0) || math.IsInf(total, 1) {
		return nil, 0, false
	}
	rank := 0
	for _, v := range values {
		if v > negligible*total {
			rank++
		}
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	n := len(values)
	for k := range max(1, rank-1) {
		component := mat.Col(nil, n-1-k, &vectors)
		turn(component)
		components = append(components, component)
		explained += values[n-1-k] / total
		if explained >= share-negligible {
			break
		}
	}
	return components, math.Min(explained, 1), true
}

// turn makes the first of the greatest elements positive.
func turn(component []float64) {
	greatest := 0.0
	for _, x := range component {
		greatest = math.Max(greatest, math.Abs(x))
	}
	for _, x := range component {
		if math.Abs(x) < greatest*(1-1e-6) {
			continue
		}
		if x < 0 {
			for i := range component {
				component[i] = -component[i]
			}
		}
		return
	}
}

func allFinite(m *mat.SymDense) bool {
	for i := range m.SymmetricDim() {
		for j := i; j < m.SymmetricDim(); j++ {
			if x := m.At(i, j); math.IsNaN(x) || math.IsInf(x, 0) {
				return false
			}
		}
	}
	return true
}
