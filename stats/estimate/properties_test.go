package estimate

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/stats/quality"
	"github.com/leeway-ml/leeway/stats/scores"
)

// counts draws an element a bin.
func counts(t *rapid.T, name string, n, most int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = float64(rapid.IntRange(0, most).Draw(t, name))
	}
	return out
}

func drawTable(t *rapid.T) *scores.Table {
	n := rapid.IntRange(2, 30).Draw(t, "bins")
	table := &scores.Table{Positives: counts(t, "positives", n, 40), Negatives: counts(t, "negatives", n, 40)}
	for i := range n {
		table.Bins = append(table.Bins, scores.Bin{Low: float64(i) / float64(n), High: float64(i+1) / float64(n), Score: (float64(i) + 0.5) / float64(n)})
	}
	table.Positives[0]++
	table.Negatives[n-1]++
	return table
}

func TestEstimatesAreWithinTheirBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := drawTable(t)
		r, err := NewReference(table, rapid.SampledFrom(Methods()).Draw(t, "method"))
		if err != nil {
			return // what can't be fitted is told, not estimated
		}
		n := len(table.Bins)
		e := r.Expect(Predictions{table.Bins, counts(t, "predicted", n, 9), counts(t, "others", n, 9)})
		for name, v := range estimates(e) {
			if math.IsNaN(v.Value) {
				require.True(t, math.IsNaN(v.Error), name)
				continue
			}
			require.GreaterOrEqual(t, v.Value, -1e-9, name)
			require.GreaterOrEqual(t, v.Error, 0.0, name)
			require.False(t, math.IsInf(v.Error, 0), name)
			if name != "log_loss" {
				require.LessOrEqual(t, v.Value, 1+1e-9, name)
			}
		}
		tp, fp, fn, tn := e.Confusion()
		require.InDelta(t, e.Total(), tp+fp+fn+tn, 1e-9)
		if auc := e.ROCAUC().Value; !math.IsNaN(auc) {
			expected := e.Table()
			require.InDelta(t, quality.ROCAUC(&expected), auc, 1e-9)
		}
	})
}

// Isotonic calibration keeps the number of positives: what is expected of the reference itself is what it had.
func TestTheReferenceItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := drawTable(t)
		r, err := NewReference(table, "isotonic")
		require.NoError(t, err)
		predicted := make([]float64, len(table.Bins))
		all := table.Distribution()
		for i := range predicted {
			if table.Bins[i].Score > 0.5 {
				predicted[i] = all.Counts[i]
			}
		}
		e := r.Expect(PredictionsOf(&all, &scores.Distribution{Bins: table.Bins, Counts: predicted}))
		tp, _, fn, _ := e.Confusion()
		positives, _ := table.Totals()
		require.InDelta(t, positives, tp+fn, 1e-9*(1+positives))
		require.InDelta(t, positives/all.Total(), e.PositiveShare().Value, 1e-9)
	})
}

// Expected numbers of a whole are the sums of its parts'.
func TestPartsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := drawTable(t)
		r, err := NewReference(table, None)
		require.NoError(t, err)
		n := len(table.Bins)
		a := Predictions{table.Bins, counts(t, "predicted", n, 9), counts(t, "others", n, 9)}
		b := Predictions{table.Bins, counts(t, "predicted", n, 9), counts(t, "others", n, 9)}
		whole := Predictions{table.Bins, make([]float64, n), make([]float64, n)}
		for i := range n {
			whole.Predicted[i], whole.Others[i] = a.Predicted[i]+b.Predicted[i], a.Others[i]+b.Others[i]
		}
		atp, afp, afn, atn := r.Expect(a).Confusion()
		btp, bfp, bfn, btn := r.Expect(b).Confusion()
		tp, fp, fn, tn := r.Expect(whole).Confusion()
		for _, pair := range [][2]float64{{tp, atp + btp}, {fp, afp + bfp}, {fn, afn + bfn}, {tn, atn + btn}} {
			require.InDelta(t, pair[0], pair[1], 1e-9)
		}
	})
}

func TestUndefined(t *testing.T) {
	table := &scores.Table{Bins: bins()[140:160], Positives: make([]float64, 20), Negatives: make([]float64, 20)}
	for i := range table.Bins {
		table.Positives[i], table.Negatives[i] = 5, 5
	}
	r, err := NewReference(table, None)
	require.NoError(t, err)
	empty := make([]float64, 20)
	for name, v := range estimates(r.Expect(Predictions{table.Bins, empty, empty})) {
		assert.True(t, math.IsNaN(v.Value) && math.IsNaN(v.Error), name)
	}
	for name, v := range estimates(r.Expect(Predictions{})) {
		assert.True(t, math.IsNaN(v.Value), name)
	}
	some := make([]float64, 20)
	some[3] = 4
	e := r.Expect(Predictions{table.Bins, empty, some})
	assert.True(t, math.IsNaN(e.Precision().Value), "nothing was predicted as the class")
	assert.Zero(t, e.F1().Value)
	assert.Zero(t, e.Recall().Value)
	assert.Equal(t, Value{1, 0}, e.Specificity())

	_, err = NewReference(&scores.Table{Bins: table.Bins, Positives: some, Negatives: empty}, Auto)
	assert.EqualError(t, err, "the reference has outcomes of one class only; an estimate needs both")
	_, err = NewReference(table, "spline")
	assert.ErrorContains(t, err, "spline")
}

// Auto leaves calibrated scores alone, and picks a calibrator by how many outcomes there are.
func TestAuto(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	methods := func(w world, n int) map[string]int {
		out := make(map[string]int)
		for range 200 {
			at, probability := w.draw(random, bins(), n)
			r, err := NewReference(&newSample(bins(), at, func(i int) bool { return random.Float64() < probability[i] }).table, Auto)
			require.NoError(t, err)
			out[r.Method()]++
		}
		return out
	}
	assert.GreaterOrEqual(t, methods(world{1, 0, 1.5}, 3000)[None], 194)
	assert.GreaterOrEqual(t, methods(world{1, -3, 1}, 3000)[None], 194)
	assert.Equal(t, map[string]int{"isotonic": 200}, methods(world{2, 0, 1.5}, 3000))
	assert.Equal(t, map[string]int{"platt": 200}, methods(world{2, 0, 1.5}, 900))
	assert.Equal(t, map[string]int{"platt": 200}, methods(world{2, -5, 1}, 2500), "few positives")
}
