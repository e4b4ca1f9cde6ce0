package multivariate

import "math"

// Phase is the bin of an angle, given in turns, of so many equal bins of the circle.
//
// Counted angles give the mean of their cosine and sine as if each were at the middle of its bin. With 32 bins an angle is off by
// at most pi/32, and the mean of a smooth distribution smaller by the factor sin(pi/32)/(pi/32) = 0.9984; reference and current are
// binned alike, so that what is measured is the distance by a kernel that differs from the Gaussian one by so little.
func Phase(turns float64, bins int) int {
	if bins&(bins-1) == 0 { // a power of two: what is left of the whole turns is its last bits
		return int(math.Floor(turns*float64(bins))) & (bins - 1)
	}
	part := turns - math.Floor(turns)
	bin := int(part * float64(bins))
	if bin < 0 || bin >= bins { // no number, or just below a whole turn
		return bins - 1
	}
	return bin
}

// PhaseBounds are the upper ends of all bins but the last, in radians.
func PhaseBounds(bins int) []float64 {
	bounds := make([]float64, bins-1)
	for i := range bounds {
		bounds[i] = 2 * math.Pi * float64(i+1) / float64(bins)
	}
	return bounds
}

// PhaseMeans are the cosine and the sine of the middle of each bin.
func PhaseMeans(bins int) (cosines, sines []float64) {
	cosines, sines = make([]float64, bins), make([]float64, bins)
	for i := range bins {
		sines[i], cosines[i] = math.Sincos(2 * math.Pi * (float64(i) + 0.5) / float64(bins))
	}
	return cosines, sines
}

// MeanPhase is the mean cosine and the mean sine of counted angles; 0 and 0 where nothing was counted.
func MeanPhase(counts []uint64) (cosine, sine float64) {
	var n uint64
	for i, c := range counts {
		if c == 0 {
			continue
		}
		n += c
		s, cos := math.Sincos(2 * math.Pi * (float64(i) + 0.5) / float64(len(counts)))
		cosine += float64(c) * cos
		sine += float64(c) * s
	}
	if n == 0 {
		return 0, 0
	}
	return cosine / float64(n), sine / float64(n)
}
