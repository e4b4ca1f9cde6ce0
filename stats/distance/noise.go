package distance

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/stat/distuv"
)

// Noise is what sampling alone makes of a statistic: its law where n observations of the current and m of the reference are
// drawn from one distribution. Both numbers are in the statistic's unit.
//
// All laws but SimulatedNoise's are those for many observations. Where few are expected in a bin, the true 99th percentile is
// higher: with ten equal bins PSI is above P99 in 6 % of windows at 5 expected a bin, 2 % at 10, 1.5 % at 20. n and m need not be
// whole; m = +Inf stands for a reference that is known exactly. NaN where there are no bins or a size is not positive. One bin: 0.
type Noise struct {
	// Expected is the mean.
	Expected float64
	// P99 is the 99th percentile: above it, chance is no good explanation.
	P99 float64
}

// PSINoise is the noise of PSI over so many bins. To second order PSI is the sum of (c - r)^2 / r, which is
// (1/n + 1/m) times a chi-square variable of bins-1 degrees of freedom: Expected is (bins-1)(1/n + 1/m).
//
// Source: Yurdakul and Naranjo, Statistical properties of the population stability index, Journal of Risk Model Validation, 2020.
func PSINoise(bins int, n, m float64) Noise {
	return chiSquareNoise(bins, reciprocals(n, m))
}

// KLNoise is the noise of KL: to second order KL is half the PSI.
//
// Source: Kullback, Information Theory and Statistics, 1959, chapter 6.
func KLNoise(bins int, n, m float64) Noise {
	return chiSquareNoise(bins, reciprocals(n, m)/2)
}

// JSDistanceNoise is the noise of JSDistance: to second order the divergence in bits is PSI / (8 ln 2), so that the distance is
// sqrt((1/n + 1/m) / (8 ln 2)) times a chi variable of bins-1 degrees of freedom.
//
// Source: Lin 1991 for the divergence; the expansion of c ln(c/m) + r ln(r/m) around c = r.
func JSDistanceNoise(bins int, n, m float64) Noise {
	return chiNoise(bins, reciprocals(n, m)/(8*math.Ln2))
}

// HellingerNoise is the noise of Hellinger: to second order its square is PSI / 8.
func HellingerNoise(bins int, n, m float64) Noise {
	return chiNoise(bins, reciprocals(n, m)/8)
}

// CramersVNoise is the noise of Cramér's V over so many categories: V^2 (n + m) is chi-square of bins-1 degrees of freedom.
func CramersVNoise(bins int, n, m float64) Noise {
	if !(n > 0 && m > 0) {
		return Noise{math.NaN(), math.NaN()}
	}
	return chiNoise(bins, 1/(n+m))
}

// KSNoise is the noise of KS by Kolmogorov's law: sqrt(1/n + 1/m) times a variable of mean sqrt(pi/2) ln 2 = 0.8687 and 99th
// percentile 1.6276. That is for continuous values without bins; bins, ties and small samples only lower it.
//
// Source: Kolmogorov 1933, Smirnov 1939.
func KSNoise(n, m float64) Noise {
	scale := math.Sqrt(reciprocals(n, m))
	return Noise{Expected: kolmogorovMean * scale, P99: kolmogorovP99 * scale}
}

const (
	kolmogorovMean = 0.8687311606361591 // sqrt(pi/2) ln 2
	kolmogorovP99  = 1.6276236115189502 // scipy.stats.kstwobign.ppf(0.99)
)

// reciprocals is 1/n + 1/m, the variance that sampling adds to a share, but for the share's own factor.
func reciprocals(n, m float64) float64 {
	if !(n > 0 && m > 0) {
		return math.NaN()
	}
	return 1/n + 1/m
}

// chiSquareNoise is that of scale times a chi-square variable.
func chiSquareNoise(bins int, scale float64) Noise {
	if bins < 1 || math.IsNaN(scale) {
		return Noise{math.NaN(), math.NaN()}
	}
	return Noise{Expected: float64(bins-1) * scale, P99: chiSquareP99(bins-1) * scale}
}

// chiNoise is that of the root of scale times a chi-square variable.
func chiNoise(bins int, scale float64) Noise {
	if bins < 1 || math.IsNaN(scale) {
		return Noise{math.NaN(), math.NaN()}
	}
	return Noise{Expected: chiMean(bins-1) * math.Sqrt(scale), P99: math.Sqrt(chiSquareP99(bins-1) * scale)}
}

// chiMean is the mean of a chi variable: sqrt(2) Gamma((k+1)/2) / Gamma(k/2).
func chiMean(k int) float64 {
	if k == 0 {
		return 0
	}
	upper, _ := math.Lgamma(float64(k+1) / 2)
	lower, _ := math.Lgamma(float64(k) / 2)
	return math.Sqrt2 * math.Exp(upper-lower)
}

// chiSquareP99 is the 99th percentile of a chi-square variable. Windows are judged by the thousand over few numbers of bins,
// and the quantile is found by iteration: it is kept for those.
func chiSquareP99(k int) float64 {
	if k == 0 {
		return 0
	}
	if table := chiSquareP99Table(); k < len(table) {
		return table[k]
	}
	return distuv.ChiSquared{K: float64(k)}.Quantile(0.99)
}

var chiSquareP99Table = sync.OnceValue(func() *[128]float64 {
	var table [128]float64
	for k := 1; k < len(table); k++ {
		table[k] = distuv.ChiSquared{K: float64(k)}.Quantile(0.99)
	}
	return &table
})
