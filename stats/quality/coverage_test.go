package quality_test

import (
	"math"
	"math/rand/v2"
	"sort"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/leeway-ml/leeway/stats/quality"
	"github.com/leeway-ml/leeway/stats/scores"
)

const draws = 2000

// covered counts how often intervals hold the truth.
type covered struct {
	inside map[string]int
}

func (c *covered) see(what string, truth float64, i quality.Interval) {
	if c.inside == nil {
		c.inside = map[string]int{}
	}
	c.inside[what] += 0
	if i.Lower <= truth && truth <= i.Upper {
		c.inside[what]++
	}
}

func (c *covered) check(t *testing.T) {
	t.Helper()
	for what, n := range c.inside {
		share := float64(n) / draws
		t.Logf("%s: %.4f", what, share)
		assert.InDelta(t, 0.95, share, 0.02, what)
	}
}

// draw a sample of n from the cells of a distribution.
func drawCounts(r *rand.Rand, shares [][]float64, n int) *quality.Confusion {
	counts := make([][]float64, len(shares))
	for i := range counts {
		counts[i] = make([]float64, len(shares))
	}
	for range n {
		x := r.Float64()
	cells:
		for i, row := range shares {
			for j, p := range row {
				if x -= p; x < 0 {
					counts[i][j]++
					break cells
				}
			}
		}
	}
	return quality.NewConfusion(counts)
}

func TestIntervalsOfConfusionCover(t *testing.T) {
	for name, shares := range map[string][][]float64{
		"binary": {{0.55, 0.06}, {0.09, 0.30}},
		"rare":   {{0.88, 0.03}, {0.03, 0.06}},
		"three":  {{0.3, 0.04, 0.05}, {0.02, 0.2, 0.04}, {0.03, 0.02, 0.3}},
	} {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(7, 11))
			whole := quality.NewConfusion(shares)
			last := len(shares) - 1
			var c covered
			for range draws {
				m := drawCounts(r, shares, 400)
				c.see("accuracy", quality.Accuracy(whole), quality.AccuracyInterval(m))
				c.see("balanced accuracy", quality.BalancedAccuracy(whole), quality.BalancedAccuracyInterval(m))
				c.see("precision", quality.Precision(whole, last), quality.PrecisionInterval(m, last))
				c.see("recall", quality.Recall(whole, last), quality.RecallInterval(m, last))
				c.see("specificity", quality.Specificity(whole, last), quality.SpecificityInterval(m, last))
				c.see("F1", f1(whole, last), quality.FBetaInterval(m, last, 1))
				c.see("F2", f2(whole, last), quality.FBetaInterval(m, last, 2))
				c.see("MCC", quality.MCC(whole), quality.MCCInterval(m))
				c.see("kappa", quality.CohenKappa(whole), quality.CohenKappaInterval(m))
				c.see("macro F1", quality.Averaged(whole, quality.Macro, f1), quality.AveragedInterval(m, quality.Macro, f1))
				c.see("weighted precision", quality.Averaged(whole, quality.Weighted, quality.Precision), quality.AveragedInterval(m, quality.Weighted, quality.Precision))
			}
			c.check(t)
		})
	}
}

// Scores whose log-odds are normal: the positives' a unit and a half above the negatives'.
func TestIntervalsOfScoresCover(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	const shift = 1.5
	draw := func(n int) *scores.Table {
		bins := make([]scores.Bin, 200)
		for i := range bins {
			score := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
			low := float64(i-100) / 12
			bins[i] = scores.Bin{Low: score(low), High: score(low + 1./12), Score: score(low + 1./24)}
		}
		t := &scores.Table{Bins: bins, Positives: make([]float64, 200), Negatives: make([]float64, 200)}
		for range n {
			x, positive := r.NormFloat64()-0.75, r.Float64() < 0.3
			if positive {
				x += shift
			}
			i := max(0, min(199, int(math.Floor(x*12))+100))
			if positive {
				t.Positives[i]++
			} else {
				t.Negatives[i]++
			}
		}
		return t
	}
	logLoss := func(t *scores.Table) (float64, quality.Interval) {
		var m quality.Moments
		m.AddLogLosses(t)
		return m.Mean(), quality.LossInterval(m.Mean(), m.StandardError())
	}
	brier := func(t *scores.Table) (float64, quality.Interval) {
		var m quality.Moments
		m.AddSquaredErrors(t)
		return m.Mean(), quality.LossInterval(m.Mean(), m.StandardError())
	}
	whole := draw(2_000_000)
	trueLog, _ := logLoss(whole)
	trueBrier, _ := brier(whole)
	auc, ap := quality.ROCAUC(whole), quality.AveragePrecision(whole)
	assert.InDelta(t, 0.5*math.Erfc(-shift/2), auc, 2e-3, "AUC of two normal distributions")
	var c covered
	for range draws {
		t := draw(500)
		c.see("ROC-AUC", auc, quality.ROCAUCInterval(t))
		c.see("average precision", ap, quality.AveragePrecisionInterval(t))
		_, i := logLoss(t)
		c.see("log loss", trueLog, i)
		_, i = brier(t)
		c.see("Brier score", trueBrier, i)
	}
	c.check(t)
}

// Errors that are normal, and some that are not.
func TestIntervalsOfErrorsCover(t *testing.T) {
	for name, draw := range map[string]func(r *rand.Rand) float64{
		"normal":  func(r *rand.Rand) float64 { return 1 + 3*r.NormFloat64() },
		"laplace": func(r *rand.Rand) float64 { return (r.ExpFloat64() - r.ExpFloat64()) * 10 },
	} {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(17, 19))
			measure := func(n int) (mae, rmse, mean, median, pinball float64, e *quality.Errors) {
				e = &quality.Errors{}
				var absolute, squared, over, under float64
				bins := map[[2]int]float64{}
				sizes := make([]float64, 0, n)
				for range n {
					x := draw(r)
					absolute += math.Abs(x)
					squared += x * x
					over += max(0, x)
					under += max(0, -x)
					bins[[2]int{int(math.Floor(math.Log2(math.Abs(x)) * 8)), index(x < 0)}]++
					sizes = append(sizes, math.Abs(x))
				}
				for b, count := range bins {
					e.Add(quality.ErrorBin{Low: math.Exp2(float64(b[0]) / 8), High: math.Exp2(float64(b[0]+1) / 8), Negative: b[1] == 1, Count: count})
				}
				m := float64(n)
				sort.Float64s(sizes)
				return absolute / m, math.Sqrt(squared / m), (over - under) / m, sizes[n/2], quality.PinballLoss(over/m, under/m, 0.9), e
			}
			mae, rmse, mean, median, pinball, _ := measure(1_000_000)
			var c covered
			for range draws {
				a, s, m, _, p, e := measure(400)
				c.see("MAE", mae, quality.MAEInterval(a, e))
				c.see("RMSE", rmse, quality.RMSEInterval(s*s, e))
				c.see("mean error", mean, quality.MeanErrorInterval(m, e))
				c.see("median absolute error", median, quality.MedianAbsoluteErrorInterval(e))
				c.see("pinball loss", pinball, quality.PinballLossInterval(p, 0.9, e))
			}
			c.check(t)
		})
	}
}
