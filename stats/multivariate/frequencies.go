package multivariate

import (
	"math"
	"math/rand/v2"
)

// Frequencies draws the random frequencies of a Gaussian kernel exp(-|x-y|²/(2 h²)) of bandwidth h, count vectors of so many dimensions: each
// component is Gaussian with mean 0 and standard deviation 1/h. The mean of cos(w.(x-y)) over them is the kernel, within some
// 1/sqrt(2 count). The same seed gives the same frequencies everywhere.
//
// Rahimi and Recht, Random features for large-scale kernel machines, NIPS 2007.
func Frequencies(seed uint64, count, dims int, bandwidth float64) [][]float64 {
	source := rand.NewPCG(seed, 0x6c6565776179) // its numbers are fixed by its definition
	frequencies := make([][]float64, count)
	for i := range frequencies {
		w := make([]float64, dims)
		for d := 0; d < dims; d += 2 {
			radius := math.Sqrt(-2*math.Log(uniform(source))) / bandwidth // Box and Muller 1958
			sin, cos := math.Sincos(2 * math.Pi * uniform(source))
			w[d] = radius * cos
			if d+1 < dims {
				w[d+1] = radius * sin
			}
		}
		frequencies[i] = w
	}
	return frequencies
}

// uniform is in (0, 1).
func uniform(source *rand.PCG) float64 {
	return (float64(source.Uint64()>>11) + 0.5) / (1 << 53)
}
