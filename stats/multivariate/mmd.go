package multivariate

import "math"

// MMD is the maximum mean discrepancy of two samples by random Fourier features,
//
//	MMD = |mean of f(x) - mean of f(y)|,  f(x) = (cos(w_1 x), sin(w_1 x), ..., cos(w_K x), sin(w_K x)) / sqrt(K),
//
// from the mean cosines and sines along the K frequencies. It is 0 where the two distributions have the same characteristic function
// at the frequencies, and at most sqrt(2) by the kernel, 2 by any means. The product f(x).f(y) is the kernel within some 1/sqrt(2K): with
// 64 frequencies a discrepancy is within some 15 % of the kernel's own, with 4,096 within 2 % (docs/multivariate-drift.md). Both samples are
// measured along the same frequencies, so that identity is exact, and discrepancies by one choice of them compare with one another.
//
// The biased estimate: sampling adds to its square on average what MMDNoise says. NaN where the lengths differ or are 0.
//
// Sources: Gretton, Borgwardt, Rasch, Schölkopf and Smola, A kernel two-sample test, JMLR 13, 2012; Rahimi and Recht, Random features for
// large-scale kernel machines, NIPS 2007.
func MMD(currentCosines, currentSines, referenceCosines, referenceSines []float64) float64 {
	k := len(currentCosines)
	if k == 0 || len(currentSines) != k || len(referenceCosines) != k || len(referenceSines) != k {
		return math.NaN()
	}
	var sum float64
	for i := range k {
		cosine, sine := currentCosines[i]-referenceCosines[i], currentSines[i]-referenceSines[i]
		sum += cosine*cosine + sine*sine
	}
	return math.Sqrt(sum / float64(k))
}

// MMDNoise is the noise of MMD. trace and traceSquared are tr(S) and tr(S²) of the covariance S of a row's features f. The difference of
// the means is normal with covariance (1/n + 1/m) S, so that the square is a sum of chi-square variables weighted with S's eigenvalues: mean
// tr(S)(1/n + 1/m), variance 2 tr(S²)(1/n + 1/m)². The percentile is that of the gamma variable of
// this mean and variance; in simulation 1 to 1.7 in 100 lie beyond it.
//
// Sources: Gretton et al. 2012, theorem 12 and section 3.3 (the gamma approximation); Satterthwaite, Biometrics Bulletin 2, 1946.
func MMDNoise(trace, traceSquared, n, m float64) Noise {
	scale := reciprocals(n, m)
	if !(trace > 0 && traceSquared > 0) {
		return Noise{math.NaN(), math.NaN()}
	}
	return Noise{
		MeanSquare: trace * scale,
		P99:        math.Sqrt(gammaP99(trace, 2*traceSquared) * scale),
	}
}
