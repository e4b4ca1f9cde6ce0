package distance

import "math"

// MeanShift is how far the mean moved, in standard deviations of the reference: (current - reference) / std. Signed, no limits.
// ok is false where the reference has no spread or an argument is not finite: there is no scale to measure on then.
// Means from exact sums: no binning error.
func MeanShift(currentMean, referenceMean, referenceStd float64) (shift float64, ok bool) {
	shift = (currentMean - referenceMean) / referenceStd
	if !(referenceStd > 0) || math.IsInf(referenceStd, 0) || math.IsNaN(shift) || math.IsInf(shift, 0) {
		return 0, false
	}
	return shift, true
}
