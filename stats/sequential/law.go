package sequential

// Law is what is known of values beside their count and sum.
type Law interface {
	// LogRatio is the logarithm of the e-value of n values that add up to sum: against a mean of at most baseline, for one that is
	// higher by a step, of Steps. It is monotone: more in the sum is more evidence.
	LogRatio(baseline, step, n, sum float64) float64
	// Steps are the changes that are looked for, as logarithms of a ratio; all weigh alike.
	Steps() []float64
	// Greatest is the greatest value that there can be.
	Greatest() float64
	// Variance of a value, by the mean.
	Variance(mean float64) float64
	// Divergence is how fast it gets unlikely that values of a mean have another one on average: n values have an average of
	// observed, or one further away, with a probability of at most exp(-n x Divergence).
	Divergence(observed, mean float64) float64
}

// doubling steps from the first one. Evidence for a change between two of them is at least 8/9 of what its own step would give; first is
// a change by 5 %.
func doubling(n int) []float64 {
	const first = 0.05
	steps := make([]float64, n)
	for i := range steps {
		steps[i] = first * float64(int(1)<<i)
	}
	return steps
}
