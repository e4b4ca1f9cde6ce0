package quality

import (
	"math"

	"github.com/leeway-ml/leeway/stats/scores"
)

// AddLogLosses takes in the log losses of a binary score, -ln score of the positives and -ln (1 - score) of the negatives, each
// bin's by the score that stands for it. The mean comes exact from the sums of losses; this is for its standard error, which is off
// by about the relative width of the bins' odds, some per cent.
func (m *Moments) AddLogLosses(t *scores.Table) {
	m.AddLogLossesOfPositives(t)
	for i, b := range t.Bins {
		m.Add(-math.Log(max(1-b.Score, least)), t.Negatives[i])
	}
}

// AddLogLossesOfPositives takes in those of the positives alone: over the tables of all classes that is the log loss of a
// multiclass model whose probabilities add up to 1.
func (m *Moments) AddLogLossesOfPositives(t *scores.Table) {
	for i, b := range t.Bins {
		m.Add(-math.Log(max(b.Score, least)), t.Positives[i])
	}
}

// least is how near to 0 a probability counts; from semconv.md.
const least = 1e-15
