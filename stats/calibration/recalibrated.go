package calibration

import "github.com/leeway-ml/leeway/stats/scores"

// Recalibrated is the table of the calibrated scores of the same outcomes. Bins that the calibrator maps onto one score become one.
func Recalibrated(t *scores.Table, c Calibrator) *scores.Table {
	out := &scores.Table{
		Bins:      make([]scores.Bin, 0, len(t.Bins)),
		Positives: make([]float64, 0, len(t.Bins)),
		Negatives: make([]float64, 0, len(t.Bins)),
	}
	for i, b := range t.Bins {
		moved := scores.Bin{Low: c.Apply(b.Low), High: c.Apply(b.High), Score: c.Apply(b.Score)}
		if k := len(out.Bins) - 1; k >= 0 {
			moved.Low = max(moved.Low, out.Bins[k].High)
			if out.Bins[k].Score == moved.Score {
				out.Bins[k].High = max(out.Bins[k].High, moved.High)
				out.Positives[k] += t.Positives[i]
				out.Negatives[k] += t.Negatives[i]
				continue
			}
		}
		moved.High = max(moved.High, moved.Low)
		moved.Score = min(max(moved.Score, moved.Low), moved.High)
		out.Bins = append(out.Bins, moved)
		out.Positives = append(out.Positives, t.Positives[i])
		out.Negatives = append(out.Negatives, t.Negatives[i])
	}
	return out
}
