package estimate

import (
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

// All measures of a window of 300 bins.
func BenchmarkExpect(b *testing.B) {
	r, window := benchmarked(b)
	b.ReportAllocs()
	for b.Loop() {
		e := r.Expect(window.predictions)
		e.Accuracy()
		e.F1()
		e.ROCAUC()
		e.AveragePrecision()
		e.LogLoss()
	}
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
