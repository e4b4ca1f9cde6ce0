package loss

// TopKMiss is 1 where the true class is not among the k most probable ones, else 0. Its mean is 1 - top-k accuracy. truth is
// the index of the true class; where it is none of them (-1), it was missed. Of classes that are equally probable the later
// one counts as the more probable: sort classes by name for what scikit-learn gives.
//
// Source: scikit-learn, top_k_accuracy_score.
func TopKMiss(probabilities []float64, truth, k int) float64 {
	if truth < 0 {
		return 1
	}
	ahead := 0
	for i, p := range probabilities {
		if p > probabilities[truth] || p == probabilities[truth] && i > truth {
			ahead++
		}
	}
	if ahead >= k {
		return 1
	}
	return 0
}
