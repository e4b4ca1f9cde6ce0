package loss

import "math"

// leastProbability is how far from 0 and 1 probabilities are taken to be, so that one outcome does not make a mean infinite.
// Source: scikit-learn 1.2, log_loss.
const leastProbability = 1e-15

// Log is the logarithmic loss,
//
//	-ln p, p = the probability that the model gave to what turned out to be true, clipped to [1e-15, 1 - 1e-15],
//
// 1e-15..34.5, in nats. In multiclass tasks probabilities are to be divided by their sum before.
//
// Source: Good, Rational Decisions, Journal of the Royal Statistical Society B 14, 1952; scikit-learn, log_loss.
func Log(probability float64) float64 {
	return -math.Log(min(max(probability, leastProbability), 1-leastProbability))
}

// LogBinary is Log of a binary score: of the score where the positive class is the true one, else of 1 - score.
func LogBinary(score float64, positive bool) float64 {
	score = min(max(score, leastProbability), 1-leastProbability) // before the subtraction, as scikit-learn clips
	if !positive {
		return -math.Log1p(-score)
	}
	return -math.Log(score)
}
