package quality_test

import (
	"math/rand/v2"
	"testing"

	"github.com/leeway-ml/leeway/stats/quality"
)

// Each measure with its interval, over what a window of a busy model has: 640 bins of scores, 320 of errors, or a matrix.
func BenchmarkMeasures(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var sample []scored
	var errs []float64
	for range 20_000 {
		sample = append(sample, scored{r.Float64(), r.Float64() < 0.3})
		errs = append(errs, r.NormFloat64()*10)
	}
	table, errors := binned(sample), errorsOf(errs)
	matrix := func(k int) *quality.Confusion {
		counts := make([][]float64, k)
		for i := range counts {
			for j := range k {
				counts[i] = append(counts[i], float64(1+(i*7+j*3)%11))
				if i == j {
					counts[i][j] += 200
				}
			}
		}
		return quality.NewConfusion(counts)
	}
	two, ten, hundred := matrix(2), matrix(10), matrix(100)
	for _, m := range []struct {
		name string
		of   func() (float64, quality.Interval)
	}{
		{"accuracy", func() (float64, quality.Interval) { return quality.Accuracy(two), quality.AccuracyInterval(two) }},
		{"f1", func() (float64, quality.Interval) { return f1(two, 1), quality.FBetaInterval(two, 1, 1) }},
		{"mcc", func() (float64, quality.Interval) { return quality.MCC(two), quality.MCCInterval(two) }},
		{"mcc of 10 classes", func() (float64, quality.Interval) { return quality.MCC(ten), quality.MCCInterval(ten) }},
		{"mcc of 100 classes", func() (float64, quality.Interval) { return quality.MCC(hundred), quality.MCCInterval(hundred) }},
		{"macro f1 of 10 classes", func() (float64, quality.Interval) {
			return quality.Averaged(ten, quality.Macro, f1), quality.AveragedInterval(ten, quality.Macro, f1)
		}},
		{"macro f1 of 100 classes", func() (float64, quality.Interval) {
			return quality.Averaged(hundred, quality.Macro, f1), quality.AveragedInterval(hundred, quality.Macro, f1)
		}},
		{"roc_auc", func() (float64, quality.Interval) { return quality.ROCAUC(table), quality.ROCAUCInterval(table) }},
		{"average_precision", func() (float64, quality.Interval) {
			return quality.AveragePrecision(table), quality.AveragePrecisionInterval(table)
		}},
		{"ks_separation", func() (float64, quality.Interval) { return quality.KSSeparation(table), quality.Interval{} }},
		{"log_loss", func() (float64, quality.Interval) {
			var m quality.Moments
			m.AddLogLosses(table)
			return m.Mean(), quality.LossInterval(m.Mean(), m.StandardError())
		}},
		{"rmse", func() (float64, quality.Interval) { return quality.RMSE(100), quality.RMSEInterval(100, errors) }},
		{"median_absolute_error", func() (float64, quality.Interval) {
			return quality.MedianAbsoluteError(errors), quality.MedianAbsoluteErrorInterval(errors)
		}},
	} {
		b.Run(m.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.of()
			}
		})
	}
}
