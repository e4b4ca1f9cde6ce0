package loss

// Brier is the Brier score of a binary score,
//
//	(score - y)^2, y = 1 where the positive class is the true one, else 0,
//
// 0..1, without unit.
//
// Source: Brier, Verification of forecasts expressed in terms of probability, Monthly Weather Review 78, 1950; scikit-learn,
// brier_score_loss.
func Brier(score float64, positive bool) float64 {
	if positive {
		score = 1 - score
	}
	return score * score
}

// BrierMulticlass is the Brier score of the probabilities of several classes,
//
//	sum over the classes of (p - y)^2, y = 1 for the true class, else 0,
//
// 0..2 where the probabilities add up to 1, without unit. truth is the index of the true class; where it is none of them (-1),
// the model gave it a probability of 0.
//
// Source: Brier 1950, whose own form this is.
func BrierMulticlass(probabilities []float64, truth int) float64 {
	sum := 0.0
	for i, p := range probabilities {
		if i == truth {
			p = 1 - p
		}
		sum += p * p
	}
	if truth < 0 {
		sum++
	}
	return sum
}
