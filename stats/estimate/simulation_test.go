package estimate

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/stats/scores"
)

// world is a model whose score is not the probability: odds are taken to a power.
type world struct {
	power  float64 // 1: calibrated
	center float64 // of the log-odds of the true probability
	spread float64
}

// bins are 300 equal steps of log-odds.
func bins() []scores.Bin {
	const n, most = 300, 12.0
	all := make([]scores.Bin, n)
	at := func(i float64) float64 { return 1 / (1 + math.Exp(-(2*most*i/n - most))) }
	for i := range all {
		all[i] = scores.Bin{Low: at(float64(i)), High: at(float64(i + 1)), Score: at(float64(i) + 0.5)}
	}
	return all
}

// draw draws the bins of n scores and the probability of each one's truth, which is a function of its bin.
func (w world) draw(random *rand.Rand, all []scores.Bin, n int) (at []int, probability []float64) {
	for range n {
		logit := w.power * (w.center + w.spread*random.NormFloat64())
		i := min(max(int((logit+12)/24*float64(len(all))), 0), len(all)-1)
		s := all[i].Score
		at = append(at, i)
		probability = append(probability, 1/(1+math.Pow((1-s)/s, 1/w.power)))
	}
	return at, probability
}

// sample is a window or a reference with its truth.
type sample struct {
	table       scores.Table
	predictions Predictions
	tp, fp      float64
	fn, tn      float64
}

func newSample(all []scores.Bin, at []int, truth func(i int) bool) *sample {
	zero := func() []float64 { return make([]float64, len(all)) }
	s := &sample{table: scores.Table{Bins: all, Positives: zero(), Negatives: zero()}, predictions: Predictions{all, zero(), zero()}}
	for i, b := range at {
		predicted, positive := all[b].Score > 0.5, truth(i)
		if predicted {
			s.predictions.Predicted[b]++
		} else {
			s.predictions.Others[b]++
		}
		switch {
		case positive && predicted:
			s.tp++
		case positive:
			s.fn++
		case predicted:
			s.fp++
		default:
			s.tn++
		}
		if positive {
			s.table.Positives[b]++
		} else {
			s.table.Negatives[b]++
		}
	}
	return s
}

// realised are the measures of a sample, by their definitions over pairs and ranks of rows.
func (s *sample) realised() map[string]float64 {
	p, n := s.table.Totals()
	total := p + n
	var wins, below, brier, loss float64
	for i, b := range s.table.Bins {
		wins += s.table.Positives[i] * (below + s.table.Negatives[i]/2)
		below += s.table.Negatives[i]
		brier += s.table.Positives[i]*(1-b.Score)*(1-b.Score) + s.table.Negatives[i]*b.Score*b.Score
		loss -= s.table.Positives[i]*math.Log(b.Score) + s.table.Negatives[i]*math.Log(1-b.Score)
	}
	var above, seen, precision float64
	for i := range slices.Backward(s.table.Bins) {
		a, m := s.table.Positives[i], s.table.Positives[i]+s.table.Negatives[i]
		const steps = 32 // of the integral over the bin
		for k := range steps {
			x := (float64(k) + 0.5) / steps
			if m > 0 {
				precision += a / steps * (above + a*x) / (seen + m*x)
			}
		}
		above, seen = above+a, seen+m
	}
	return map[string]float64{
		"accuracy": (s.tp + s.tn) / total, "precision": s.tp / (s.tp + s.fp), "recall": s.tp / p, "specificity": s.tn / n,
		"f1": 2 * s.tp / (2*s.tp + s.fp + s.fn), "positive_share": p / total, "brier_score": brier / total, "log_loss": loss / total,
		"roc_auc": wins / (p * n), "average_precision": precision / p,
	}
}

func estimates(e *Expected) map[string]Value {
	return map[string]Value{
		"accuracy": e.Accuracy(), "precision": e.Precision(), "recall": e.Recall(), "specificity": e.Specificity(), "f1": e.F1(),
		"positive_share": e.PositiveShare(), "brier_score": e.BrierScore(), "log_loss": e.LogLoss(), "roc_auc": e.ROCAUC(),
		"average_precision": e.AveragePrecision(),
	}
}

// With a reference that leaves no doubt, the error is the spread of the measure over the truths that the scores leave open, and the
// estimate its mean.
func TestErrorIsTheSpreadOfTheTruth(t *testing.T) {
	for name, w := range map[string]world{"balanced": {1, 0, 1.5}, "rare": {1, -3.5, 1.5}, "sure of itself": {1, 1, 4}} {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(7, 1))
			all := bins()
			at, probability := w.draw(random, all, 2000)
			var big scores.Table
			big.Bins = all
			for _, b := range all {
				big.Positives, big.Negatives = append(big.Positives, 1e9*b.Score), append(big.Negatives, 1e9*(1-b.Score))
			}
			r, err := NewReference(&big, Auto)
			require.NoError(t, err)
			require.Equal(t, None, r.Method())
			sums, squares := make(map[string]float64), make(map[string]float64)
			const draws = 3000
			var predictions Predictions
			for range draws {
				s := newSample(all, at, func(i int) bool { return random.Float64() < probability[i] })
				predictions = s.predictions
				for name, x := range s.realised() {
					sums[name] += x
					squares[name] += x * x
				}
			}
			for name, v := range estimates(r.Expect(predictions)) {
				mean := sums[name] / draws
				deviation := math.Sqrt(squares[name]/draws - mean*mean)
				// 3000 draws tell a standard deviation to 1.3 %. A ratio of means is not the mean of the ratio, and with few positives
				// the delta method is not exact either.
				assert.InEpsilon(t, deviation, v.Error, 0.06, name)
				assert.InDelta(t, mean, v.Value, 0.1*deviation, name)
			}
		})
	}
}

// The interval holds what the truth turns out to be in about 95 % of windows, though the window's inputs are not the reference's, and the reference
// is small. With scores that were calibrated by few outcomes it may hold more.
func TestIntervalCovers(t *testing.T) {
	for _, test := range []struct {
		name              string
		reference, window world
		outcomes, size    int
		method            string
	}{
		{"isotonic, inputs as they were", world{2, 0, 1.5}, world{2, 0, 1.5}, 3000, 1000, Auto},
		{"isotonic, harder inputs", world{2, 0, 2}, world{2, 0, 0.7}, 3000, 1000, Auto},
		{"isotonic, more positives", world{0.5, -1, 1.5}, world{0.5, 1, 1.2}, 4000, 4000, Auto},
		{"Platt, large window", world{2, 0, 1.5}, world{2, 0.5, 1}, 800, 20_000, Auto},
		{"none, inputs changed", world{1, 0, 1.5}, world{1, -1, 1}, 2000, 2000, Auto},
	} {
		t.Run(test.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(11, 5))
			all := bins()
			const draws = 400
			inside, methods := make(map[string]int), make(map[string]int)
			for range draws {
				draw := func(w world, n int) *sample {
					at, probability := w.draw(random, all, n)
					return newSample(all, at, func(i int) bool { return random.Float64() < probability[i] })
				}
				reference, window := draw(test.reference, test.outcomes), draw(test.window, test.size)
				r, err := NewReference(&reference.table, test.method)
				require.NoError(t, err)
				methods[r.Method()]++
				realised := window.realised()
				for name, v := range estimates(r.Expect(window.predictions)) {
					if low, high := v.Interval(math.Inf(-1), math.Inf(1)); low <= realised[name] && realised[name] <= high {
						inside[name]++
					}
				}
			}
			t.Log(methods)
			for name, n := range inside {
				t.Logf("%-18s %.3f", name, float64(n)/draws)
				assert.GreaterOrEqual(t, float64(n)/draws, 0.92, name)
			}
		})
	}
}
