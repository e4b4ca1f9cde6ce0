// Package multivariate has the mathematics of drift of several variables together: what each may hide while all its own
// numbers look as ever.
//
// Rows are encoded first: NormalScores and Indicators turn bins into numbers of mean 0 and variance 1. What is said of encoded rows
// is then a mean over rows, so that it adds up over any parts of the data: the angles along random Frequencies (the maximum mean
// discrepancy), the error of the reconstruction from principal components, the products of pairs (correlations).
package multivariate
