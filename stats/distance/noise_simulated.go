package distance

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Simulations is how many pairs SimulatedNoise draws. What it calls the 99th percentile lies between the true 98.4th and 99.6th,
// with 95 % confidence.
const Simulations = 1000

// SimulatedNoise is the noise of any statistic, by drawing from the reference, Simulations times: n observations as current and
// m as reference (+Inf: the reference as it is). The same arguments give the same numbers. It is for statistics without a known
// law (total variation, L-infinity, Wasserstein). It takes half a millisecond for 10 bins, and up to 40 for 100 bins of few
// observations: keep the result.
//
// Sizes are rounded to whole numbers. statistic may keep neither slice. Draws for which it is NaN are left out; NaN where nothing
// is left, or where reference is no distribution.
func SimulatedNoise(reference []float64, statistic func(current, reference []float64) float64, n, m float64, seed uint64) Noise {
	none := Noise{math.NaN(), math.NaN()}
	if !distribution(reference) || !(math.Round(n) >= 1 && math.Round(m) >= 1) || math.IsInf(n, 0) {
		return none
	}
	random := rand.New(rand.NewPCG(seed, 0))
	current, drawn := make([]float64, len(reference)), slices.Clone(reference)
	values := make([]float64, 0, Simulations)
	var sum float64
	for range Simulations {
		draw(current, reference, math.Round(n), random)
		if !math.IsInf(m, 0) {
			draw(drawn, reference, math.Round(m), random)
		}
		if x := statistic(current, drawn); !math.IsNaN(x) {
			values = append(values, x)
			sum += x
		}
	}
	if len(values) == 0 {
		return none
	}
	slices.Sort(values)
	return Noise{Expected: sum / float64(len(values)), P99: values[min(len(values)*99/100, len(values)-1)]}
}

// draw fills shares with those of n observations of the distribution: a multinomial variable, bin after bin as binomials of
// what is left.
func draw(shares, distribution []float64, n float64, random *rand.Rand) {
	left, mass := n, 1.0
	for i, p := range distribution {
		k := left
		if chance := p / mass; left == 0 || p == 0 {
			k = 0
		} else if chance < 1 {
			k = binomial(left, chance, random)
		}
		shares[i] = k / n
		left -= k
		mass -= p
	}
	// Rounding may leave a few for nobody: they belong to the last bin that has a share.
	for i := len(shares) - 1; left > 0 && i >= 0; i-- {
		if distribution[i] > 0 {
			shares[i] += left / n
			return
		}
	}
}

// binomial draws a binomial variable. Where its variance is large it is a normal variable with the skewness put right
// (Cornish and Fisher 1938), ten times faster and off by less than rounding to a whole number is.
func binomial(n, p float64, random *rand.Rand) float64 {
	variance := n * p * (1 - p)
	if variance < 10 {
		return distuv.Binomial{N: n, P: p, Src: random}.Rand()
	}
	z := random.NormFloat64()
	k := math.Round(n*p + math.Sqrt(variance)*z + (1-2*p)*(z*z-1)/6)
	return min(max(k, 0), n)
}
