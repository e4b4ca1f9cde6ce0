package multivariate

import "math"

// ReconstructionShift is how far the mean reconstruction error moved, in standard deviations of the reference's rows: signed, without
// limits. Above 0, rows have left the plane of the principal components, as where features no longer go with one another; below, they lie
// nearer to it than the reference did, as where some feature stands still. NaN where the reference has no spread.
//
// The error is what NannyML calls the data reconstruction error; from exact sums, so that binning costs nothing.
func ReconstructionShift(currentMean, referenceMean, referenceStd float64) float64 {
	if !(referenceStd > 0) {
		return math.NaN()
	}
	return (currentMean - referenceMean) / referenceStd
}

// ReconstructionShiftNoise is the noise of ReconstructionShift: the difference of two means is normal with variance 1/n + 1/m.
func ReconstructionShiftNoise(n, m float64) Noise { return normalNoise(reciprocals(n, m)) }
