package quality

import "github.com/leeway-ml/leeway/stats/scores"

// AddSquaredErrors takes in the squared errors of a binary score, (1 - score)² of the positives and score² of the negatives, each
// bin's by the score that stands for it. The Brier score comes exact from the sums of losses; this is for its standard error, which
// is off by about the relative width of the bins' odds, some per cent.
func (m *Moments) AddSquaredErrors(t *scores.Table) {
	for i, b := range t.Bins {
		m.Add((1-b.Score)*(1-b.Score), t.Positives[i])
		m.Add(b.Score*b.Score, t.Negatives[i])
	}
}
