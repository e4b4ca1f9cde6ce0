package estimate

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/stats/scores"
)

// Estimates of a calibrated model of four classes, and their intervals, against what the truth turns out to be.
func TestMulticlass(t *testing.T) {
	const classes, rows, draws = 4, 1500, 400
	random := rand.New(rand.NewPCG(5, 5))
	all := bins()
	probabilities := func() (p [classes]float64, at [classes]int, predicted int) {
		total := 0.0
		for k := range p {
			p[k] = math.Exp(1.5 * random.NormFloat64())
			total += p[k]
		}
		for k := range p {
			p[k] /= total
			at[k] = min(max(int((math.Log(p[k]/(1-p[k]))+12)/24*float64(len(all))), 0), len(all)-1)
			if p[k] > p[predicted] {
				predicted = k
			}
		}
		return p, at, predicted
	}
	draw := func(n int) (outcomes [classes]scores.Table, predictions [classes]Predictions, confusion [classes][classes]float64) {
		zero := func() []float64 { return make([]float64, len(all)) }
		for k := range classes {
			outcomes[k] = scores.Table{Bins: all, Positives: zero(), Negatives: zero()}
			predictions[k] = Predictions{all, zero(), zero()}
		}
		for range n {
			p, at, predicted := probabilities()
			truth, u := 0, random.Float64()
			for u -= p[0]; u > 0 && truth < classes-1; u -= p[truth] {
				truth++
			}
			confusion[predicted][truth]++
			for k := range classes {
				if k == predicted {
					predictions[k].Predicted[at[k]]++
				} else {
					predictions[k].Others[at[k]]++
				}
				if k == truth {
					outcomes[k].Positives[at[k]]++
				} else {
					outcomes[k].Negatives[at[k]]++
				}
			}
		}
		return outcomes, predictions, confusion
	}
	inside, deviation := make(map[string]int), make(map[string]float64)
	for range draws {
		outcomes, _, _ := draw(3000)
		_, predictions, confusion := draw(rows)
		var m Multiclass
		for k := range classes {
			r, err := NewReference(&outcomes[k], Auto)
			require.NoError(t, err)
			m = append(m, r.Expect(predictions[k]))
		}
		right, f1, recall := 0.0, 0.0, 0.0
		for k := range classes {
			right += confusion[k][k]
			var predicted, truths float64
			for i := range classes {
				predicted += confusion[k][i]
				truths += confusion[i][k]
			}
			f1 += 2 * confusion[k][k] / (predicted + truths) / classes
			recall += confusion[k][k] / truths / classes
		}
		for name, x := range map[string]struct {
			realised float64
			Value
		}{"accuracy": {right / rows, m.Accuracy()}, "f1": {f1, m.Macro((*Expected).F1)}, "recall": {recall, m.Macro((*Expected).Recall)}} {
			deviation[name] += (x.Value.Value - x.realised) / draws
			if low, high := x.Interval(0, 1); low <= x.realised && x.realised <= high {
				inside[name]++
			}
		}
	}
	for name, n := range inside {
		t.Logf("%s: %.3f, mean deviation %.4f", name, float64(n)/draws, deviation[name])
		assert.GreaterOrEqual(t, n, draws*93/100, name)
		assert.InDelta(t, 0, deviation[name], 0.01, name)
	}
	assert.True(t, math.IsNaN(Multiclass{}.Accuracy().Value))
	assert.True(t, math.IsNaN(Multiclass{}.Macro((*Expected).F1).Value))
}

// Two classes one against the rest are the binary task: the same accuracy, with the same error.
func TestTwoClasses(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 8))
	all := bins()
	at, probability := world{1, 0, 1.5}.draw(random, all, 3000)
	s := newSample(all, at, func(i int) bool { return random.Float64() < probability[i] })
	mirror := func(xs []float64) []float64 {
		out := make([]float64, len(xs))
		for i, x := range xs {
			out[len(xs)-1-i] = x
		}
		return out
	}
	r, err := NewReference(&s.table, None)
	require.NoError(t, err)
	other, err := NewReference(&scores.Table{Bins: all, Positives: mirror(s.table.Negatives), Negatives: mirror(s.table.Positives)}, None)
	require.NoError(t, err)
	e := r.Expect(s.predictions)
	m := Multiclass{e, other.Expect(Predictions{all, mirror(s.predictions.Others), mirror(s.predictions.Predicted)})}
	assert.InDelta(t, e.Accuracy().Value, m.Accuracy().Value, 1e-9)
	assert.InEpsilon(t, e.Accuracy().Error, m.Accuracy().Error, 0.05)
}
