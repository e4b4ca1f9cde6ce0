package quality

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/leeway-ml/leeway/stats/scores"
)

// Each measure of a window, with its interval: 300 bins of scores, 320 of errors, or a confusion matrix.
func BenchmarkMeasures(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 1))
	table := &scores.Table{}
	at := func(i int) float64 { return 1 / (1 + math.Exp(12-24*float64(i)/300)) }
	for i := range 300 {
		table.Bins = append(table.Bins, scores.Bin{Low: at(i), High: at(i + 1), Score: (at(i) + at(i+1)) / 2})
		table.Positives, table.Negatives = append(table.Positives, float64(random.IntN(i+1))), append(table.Negatives, float64(random.IntN(301-i)))
	}
	square := func(n int) *Confusion {
		counts := make([][]float64, n)
		for i := range counts {
			for k := range n {
				counts[i] = append(counts[i], float64(random.IntN(100)))
				if i == k {
					counts[i][k] += 500
				}
			}
		}
		return NewConfusion(counts)
	}
	two, ten, hundred := square(2), square(10), square(100)
	f1 := func(c *Confusion, class int) float64 { return FBeta(c, class, 1) }
	errors := &Errors{}
	for i := range 320 {
		low := math.Exp2(float64(i/2-80) / 8)
		errors.Add(ErrorBin{Low: low, High: low * math.Exp2(1./8), Negative: i%2 == 0, Count: float64(random.IntN(100))})
	}
	for _, measure := range []struct {
		name string
		of   func()
	}{
		{"accuracy", func() { Accuracy(two); AccuracyInterval(two) }},
		{"f1", func() { FBeta(two, 1, 1); FBetaInterval(two, 1, 1) }},
		{"mcc", func() { MCC(two); MCCInterval(two) }},
		{"mcc of ten classes", func() { MCC(ten); MCCInterval(ten) }},
		{"mcc of a hundred classes", func() { MCC(hundred); MCCInterval(hundred) }},
		{"macro f1 of ten classes", func() { Averaged(ten, Macro, f1); AveragedInterval(ten, Macro, f1) }},
		{"macro f1 of a hundred classes", func() { Averaged(hundred, Macro, f1); AveragedInterval(hundred, Macro, f1) }},
		{"roc_auc", func() { ROCAUC(table); ROCAUCInterval(table) }},
		{"average_precision", func() { AveragePrecision(table); AveragePrecisionInterval(table) }},
		{"ks_separation", func() { KSSeparation(table) }},
		{"log_loss", func() {
			var m Moments
			m.AddLogLosses(table)
			LossInterval(m.Mean(), m.StandardError())
		}},
		{"rmse", func() { RMSE(100); RMSEInterval(100, errors) }},
		{"median_absolute_error", func() { MedianAbsoluteError(errors); MedianAbsoluteErrorInterval(errors) }},
	} {
		b.Run(measure.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				measure.of()
			}
		})
	}
}
