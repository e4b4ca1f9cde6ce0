package estimate

import (
	"math"

	"github.com/leeway-ml/leeway/stats/calibration"
)

// LogLoss is the expected mean of -ln of the score of the true class, in nats, at least 0. The score is the model's own, the probability of the truth
// the calibrated one; where the model is calibrated this is the mean entropy.
//
// Scores are kept to 1e-9 of 0 and 1, as summaries of odds have them: a wrong prediction of a score beyond counts 20.7, where scikit-learn lets it count
// up to 34.5.
func (e *Expected) LogLoss() Value {
	return e.ofLoss(func(score float64) (positive, negative float64) {
		score = min(max(score, calibration.Clip), 1-calibration.Clip)
		return -math.Log(score), -math.Log1p(-score)
	})
}
