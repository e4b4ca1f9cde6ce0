package estimate

// ROCAUC is the area under the expected ROC curve: the probability that a positive has a higher score than a negative, ties
// half. 0..1; not defined where no positives or no negatives are expected.
//
// Scores of one bin count as equal: with 640 buckets of odds the error is below 1e-3 (see stats/quality).
func (e *Expected) ROCAUC() Value {
	positives, negatives := e.tp+e.fn, e.fp+e.tn
	growth := make([]float64, len(e.Bins))
	var u, below, seen float64 // negatives and positives below the bin
	for i, p := range e.probabilities {
		n := e.Predicted[i] + e.Others[i]
		above := positives - seen - n*p
		u += n * p * (below + n*(1-p)/2)
		// One more positive wins against the negatives below; one fewer negative is beaten by none of the positives above.
		growth[i] = below + n*(1-p)/2 - above - n*p/2
		below += n * (1 - p)
		seen += n * p
	}
	auc := u / (positives * negatives)
	of := func(i int) float64 {
		return growth[i]/(positives*negatives) - auc/positives + auc/negatives
	}
	return e.value(auc, of, of)
}
