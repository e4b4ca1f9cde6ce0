package quality_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/stats/quality"
	"github.com/leeway-ml/leeway/stats/scores"
)

func drawMatrix(t *rapid.T) [][]float64 {
	k := rapid.IntRange(1, 6).Draw(t, "classes")
	counts := make([][]float64, k)
	for i := range counts {
		for range k {
			counts[i] = append(counts[i], float64(rapid.IntRange(0, 50).Draw(t, "count")))
		}
	}
	return counts
}

func f1(c *quality.Confusion, class int) float64 { return quality.FBeta(c, class, 1) }

func f2(c *quality.Confusion, class int) float64 { return quality.FBeta(c, class, 2) }

// Bounds hold, and each value lies in its interval.
func TestConfusionProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := quality.NewConfusion(drawMatrix(t))
		within := func(x float64, i quality.Interval, low, high float64, what string) {
			if math.IsNaN(x) {
				return
			}
			require.True(t, x >= low-1e-12 && x <= high+1e-12, "%s is %v", what, x)
			if i.Known() {
				require.True(t, i.Lower <= x+1e-9 && x <= i.Upper+1e-9 && i.Lower >= low && i.Upper <= high, "%s %v is not in %v", what, x, i)
			}
		}
		within(quality.Accuracy(c), quality.AccuracyInterval(c), 0, 1, "accuracy")
		within(quality.BalancedAccuracy(c), quality.BalancedAccuracyInterval(c), 0, 1, "balanced accuracy")
		within(quality.MCC(c), quality.MCCInterval(c), -1, 1, "MCC")
		within(quality.CohenKappa(c), quality.CohenKappaInterval(c), -1, 1, "kappa")
		for _, a := range []quality.Average{quality.Macro, quality.Weighted, quality.Micro} {
			within(quality.Averaged(c, a, f1), quality.AveragedInterval(c, a, f1), 0, 1, "average")
		}
		for k := range c.Classes() {
			within(quality.Precision(c, k), quality.PrecisionInterval(c, k), 0, 1, "precision")
			within(quality.Recall(c, k), quality.RecallInterval(c, k), 0, 1, "recall")
			within(quality.Specificity(c, k), quality.SpecificityInterval(c, k), 0, 1, "specificity")
			within(f1(c, k), quality.FBetaInterval(c, k, 1), 0, 1, "F1")
			within(f2(c, k), quality.FBetaInterval(c, k, 2), 0, 1, "F2")
			two := c.Against(k)
			if p := quality.Precision(c, k); !math.IsNaN(p) {
				require.InDelta(t, p, quality.Precision(two, 1), 1e-12)
			}
		}
	})
}

// All right is 1; for two classes MCC is the root of chi-square over n.
func TestIdentities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := func(name string) float64 { return float64(rapid.IntRange(1, 100).Draw(t, name)) }
		perfect := quality.NewConfusion([][]float64{{n("a"), 0, 0}, {0, n("b"), 0}, {0, 0, n("c")}})
		for _, x := range []float64{
			quality.Accuracy(perfect), quality.BalancedAccuracy(perfect), quality.MCC(perfect), quality.CohenKappa(perfect),
			quality.Averaged(perfect, quality.Macro, f1), quality.Averaged(perfect, quality.Weighted, quality.Recall),
		} {
			require.InDelta(t, 1, x, 1e-12)
		}
		tn, fn, fp, tp := n("tn"), n("fn"), n("fp"), n("tp")
		c := quality.NewConfusion([][]float64{{tn, fn}, {fp, tp}})
		require.InDelta(t, (tp*tn-fp*fn)/math.Sqrt((tp+fp)*(tp+fn)*(tn+fp)*(tn+fn)), quality.MCC(c), 1e-12)
		require.InDelta(t, quality.Accuracy(c), quality.Averaged(c, quality.Weighted, quality.Recall), 1e-12)
		p, r := quality.Precision(c, 1), quality.Recall(c, 1)
		require.InDelta(t, 2*p*r/(p+r), f1(c, 1), 1e-12)
		require.InDelta(t, 5*p*r/(4*p+r), f2(c, 1), 1e-12)
		// The delta method agrees with the variance of a share.
		require.InEpsilon(t, math.Sqrt(quality.Accuracy(c)*(1-quality.Accuracy(c))/c.Samples()), quality.StandardError(c, quality.Accuracy), 1e-6)
	})
}

// Intervals with derivatives in closed form are those of the delta method with derivatives by each cell.
func TestStandardErrors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := quality.NewConfusion(drawMatrix(t))
		half := func(i quality.Interval, scale func(float64) float64) float64 {
			return (scale(i.Upper) - scale(i.Lower)) / 2 / 1.959963984540054
		}
		logit := func(p float64) float64 { return math.Log(p / (1 - p)) }
		for _, m := range []struct {
			name     string
			f        func(*quality.Confusion) float64
			interval quality.Interval
			scale    func(float64) float64
			slope    func(float64) float64
		}{
			{"MCC", quality.MCC, quality.MCCInterval(c), math.Atanh, func(x float64) float64 { return 1 / (1 - x*x) }},
			{"kappa", quality.CohenKappa, quality.CohenKappaInterval(c), math.Atanh, func(x float64) float64 { return 1 / (1 - x*x) }},
			{"macro F1", func(c *quality.Confusion) float64 { return quality.Averaged(c, quality.Macro, f1) },
				quality.AveragedInterval(c, quality.Macro, f1), logit, func(x float64) float64 { return 1 / (x * (1 - x)) }},
			{"weighted F2", func(c *quality.Confusion) float64 { return quality.Averaged(c, quality.Weighted, f2) },
				quality.AveragedInterval(c, quality.Weighted, f2), logit, func(x float64) float64 { return 1 / (x * (1 - x)) }},
			{"weighted precision", func(c *quality.Confusion) float64 { return quality.Averaged(c, quality.Weighted, quality.Precision) },
				quality.AveragedInterval(c, quality.Weighted, quality.Precision), logit, func(x float64) float64 { return 1 / (x * (1 - x)) }},
			{"macro specificity", func(c *quality.Confusion) float64 { return quality.Averaged(c, quality.Macro, quality.Specificity) },
				quality.AveragedInterval(c, quality.Macro, quality.Specificity), logit, func(x float64) float64 { return 1 / (x * (1 - x)) }},
		} {
			x := m.f(c)
			want := quality.StandardError(c, m.f) * m.slope(x)
			if !m.interval.Known() || m.interval.Lower == m.interval.Upper || math.IsNaN(want) || want > 3 {
				continue // beyond, the ends of the interval are too near to 1 to be turned back
			}
			require.InDelta(t, want, half(m.interval, m.scale), 1e-5*want+1e-6, "%s %v", m.name, x)
		}
	})
}

func drawScores(t *rapid.T) []scored {
	var sample []scored
	for range rapid.IntRange(2, 60).Draw(t, "n") {
		sample = append(sample, scored{float64(rapid.IntRange(0, 40).Draw(t, "score")) / 40, rapid.Bool().Draw(t, "positive")})
	}
	return append(sample, scored{0.25, true}, scored{0.5, false})
}

func TestScoreProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sample := drawScores(t)
		table := exact(sample)
		auc := quality.ROCAUC(table)
		// By its definition: pairs.
		pairs, won := 0.0, 0.0
		for _, p := range sample {
			for _, n := range sample {
				if p.positive && !n.positive {
					pairs++
					if p.score > n.score {
						won++
					} else if p.score == n.score {
						won += 0.5
					}
				}
			}
		}
		require.InDelta(t, won/pairs, auc, 1e-12)

		turned := &scores.Table{Bins: table.Bins, Positives: table.Negatives, Negatives: table.Positives}
		require.InDelta(t, 1-auc, quality.ROCAUC(turned), 1e-12)
		if e := quality.ROCAUCError(table); !math.IsNaN(e) {
			require.InDelta(t, e, quality.ROCAUCError(turned), 1e-12)
			i := quality.ROCAUCInterval(table)
			positives, negatives := table.Totals()
			require.Equal(t, min(positives, negatives) >= 10, i.Known())
			require.True(t, !i.Known() || i.Lower <= auc && auc <= i.Upper && i.Lower >= 0 && i.Upper <= 1)
		}
		ks := quality.KSSeparation(table)
		require.True(t, 2*ks >= math.Abs(quality.Gini(auc))-1e-12 && ks <= 1, "KS is %v, AUC %v", ks, auc)
		ap := quality.AveragePrecision(table)
		require.True(t, ap > 0 && ap <= 1+1e-12)
	})
}

// The sum in closed form is the sum.
func TestAveragePrecisionOfManyPositives(t *testing.T) {
	table := &scores.Table{
		Bins:      []scores.Bin{{High: 0.5, Score: 0.25}, {Low: 0.5, High: 0.75, Score: 0.6}, {Low: 0.75, High: 1, Score: 0.9}},
		Positives: []float64{40, 1000, 5000}, Negatives: []float64{9000, 3000, 17},
	}
	var tp, fp, want float64
	for i := 2; i >= 0; i-- {
		p, n := table.Positives[i], table.Negatives[i]
		for k := 1.0; k <= p; k++ {
			want += (tp + k) / (tp + fp + k + n*k/p) / 6040
		}
		tp += p
		fp += n
	}
	assert.InDelta(t, want, quality.AveragePrecision(table), 1e-12)
}

// Few that all went wrong are no certainty.
func TestFBetaWithoutHits(t *testing.T) {
	for _, beta := range []float64{0.5, 1, 2} {
		i := quality.FBetaInterval(quality.NewConfusion([][]float64{{100, 3}, {1, 0}}), 1, beta)
		assert.Zero(t, i.Lower)
		assert.Greater(t, i.Upper, 0.5)
		assert.LessOrEqual(t, i.Upper, 1.0)
	}
}

func TestUndefined(t *testing.T) {
	nothing := quality.NewConfusion(nil)
	empty := &scores.Table{}
	errs := &quality.Errors{}
	for name, x := range map[string]float64{
		"accuracy": quality.Accuracy(nothing), "balanced accuracy": quality.BalancedAccuracy(nothing), "MCC": quality.MCC(nothing),
		"kappa": quality.CohenKappa(nothing), "average": quality.Averaged(nothing, quality.Macro, f1), "AUC": quality.ROCAUC(empty),
		"AP": quality.AveragePrecision(empty), "KS": quality.KSSeparation(empty), "AUC error": quality.ROCAUCError(empty),
		"median": quality.MedianAbsoluteError(errs), "R2": quality.R2(0, 3, 9),
		"Wilson": quality.Wilson(1, 0).Lower, "interval": quality.MedianAbsoluteErrorInterval(errs).Lower,
		"MCC's interval": quality.MCCInterval(nothing).Lower, "MAE's interval": quality.MAEInterval(0, errs).Lower,
	} {
		assert.True(t, math.IsNaN(x), "%s is %v", name, x)
	}
	one := quality.NewConfusion([][]float64{{5}})
	assert.Zero(t, quality.MCC(one), "as scikit-learn has it")
	assert.True(t, math.IsNaN(quality.CohenKappa(one)))
}
