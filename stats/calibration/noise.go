package calibration

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Noise is what chance alone makes of a measure where the scores are calibrated.
type Noise struct {
	// Expected is the mean.
	Expected float64
	// P99 is the 99th percentile: above it, chance is no good explanation.
	P99 float64
}

// ECENoise is the noise of ECE for a calibrated model whose scores fell into the bins as these did. In closed form: a
// bin's gap is then a normal variable of variance n p (1-p), p its mean score, so that ECE is a sum of half-normal variables. Mean,
// variance and skewness add up exactly; the percentile is that of the gamma variable (Pearson's type III) with the same three.
// One bin alone, the worst case: 1.6 % too high; ten bins: within 1 %. Where less than one positive (or negative) is expected in most bins, or the
// scores of a bin lie far apart, it is too high, by some percent.
//
// Source of the moments: Leone, Nelson and Nottingham, The folded normal distribution, Technometrics 1961.
func ECENoise(b Bins) Noise {
	total, ok := b.total()
	if !ok {
		return Noise{math.NaN(), math.NaN()}
	}
	n := total.Samples()
	var mean, variance, third float64
	for _, bin := range b {
		if bin.Samples() == 0 {
			continue
		}
		p := min(max(bin.Predicted(), 0), 1)
		sigma := math.Sqrt(bin.Samples()*p*(1-p)) / n
		mean += sigma * halfNormalMean
		variance += sigma * sigma * halfNormalVariance
		third += sigma * sigma * sigma * halfNormalThird
	}
	if !(variance > 0 && third > 0) { // scores of 0 and 1 only
		return Noise{mean, mean}
	}
	deviation := math.Sqrt(variance)
	shape := 4 * variance * variance * variance / (third * third)
	quantile := distuv.Gamma{Alpha: shape, Beta: 1}.Quantile(0.99)
	return Noise{Expected: mean, P99: mean + deviation*(quantile-shape)/math.Sqrt(shape)}
}

// Moments of |z|, z standard normal: mean sqrt(2/pi), variance 1 - 2/pi, third central moment sqrt(2/pi) (4/pi - 1).
var (
	halfNormalMean     = math.Sqrt(2 / math.Pi)
	halfNormalVariance = 1 - 2/math.Pi
	halfNormalThird    = math.Sqrt(2/math.Pi) * (4/math.Pi - 1)
)
