package estimate

import (
	"math"
	"math/rand/v2"
	"testing"
)

func benchmarked(b *testing.B) (*Reference, *sample) {
	random := rand.New(rand.NewPCG(1, 1))
	draw := func(w world) *sample {
		at, probability := w.draw(random, bins(), 20_000)
		return newSample(bins(), at, func(i int) bool { return random.Float64() < probability[i] })
	}
	r, err := NewReference(&draw(world{2, 0, 1.5}).table, Auto)
	if err != nil {
		b.Fatal(err)
	}
	return r, draw(world{2, 0.5, 1})
}

// Each measure of a window of 300 bins, with its error.
func BenchmarkMeasures(b *testing.B) {
	r, window := benchmarked(b)
	b.Run("expect", func(b *testing.B) {
		for b.Loop() {
			r.Expect(window.predictions)
		}
	})
	e := r.Expect(window.predictions)
	for _, measure := range []struct {
		name string
		of   func() Value
	}{{"accuracy", e.Accuracy}, {"f1", e.F1}, {"roc_auc", e.ROCAUC}, {"average_precision", e.AveragePrecision}, {"log_loss", e.LogLoss}} {
		b.Run(measure.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				measure.of()
			}
		})
	}
	l := NewLosses([]Loss{{100, 50, 40}, {100, 60, 70}, {100, 90, 100}}, math.NaN())
	b.Run("mae", func(b *testing.B) {
		for b.Loop() {
			l.MAE([]float64{5, 6, 7})
		}
	})
}

func BenchmarkNewReference(b *testing.B) {
	_, window := benchmarked(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := NewReference(&window.table, Auto); err != nil {
			b.Fatal(err)
		}
	}
}
