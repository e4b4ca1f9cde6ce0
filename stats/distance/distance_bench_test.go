package distance

import (
	"fmt"
	"math"
	"testing"
)

var sink float64

// Over 10, 20 and 100 bins: what judging a window calls a thousand times.
func BenchmarkDistances(b *testing.B) {
	for _, bins := range []int{10, 20, 100} {
		c, r, bounds := make([]float64, bins), make([]float64, bins), make([]float64, bins-1)
		for i := range c {
			c[i], r[i] = float64(50+i%7), float64(1000+i%3)
		}
		counts, reference := c, r
		c, r = shares(c), shares(r)
		for i := range bounds {
			bounds[i] = float64(i)
		}
		for _, f := range []struct {
			name string
			of   func() float64
		}{
			{"PSI", func() float64 { return PSI(c, r, DefaultFloor) }},
			{"KL", func() float64 { return KL(c, r, DefaultFloor) }},
			{"JSDistance", func() float64 { return JSDistance(c, r) }},
			{"Hellinger", func() float64 { return Hellinger(c, r) }},
			{"TotalVariation", func() float64 { return TotalVariation(c, r) }},
			{"LInfinity", func() float64 { return LInfinity(c, r) }},
			{"KS", func() float64 { return KS(c, r) }},
			{"KSPValue", func() float64 { return KSPValue(0.03, 1000, 20_000) }},
			{"Wasserstein", func() float64 { return Wasserstein(c, r, bounds, -3, 200, false) }},
			{"Quantile", func() float64 { return Quantile(c, bounds, -3, 200, 0.95, false) }},
			{"ChiSquare", func() float64 { return ChiSquare(counts, reference).P }},
			{"PSINoise", func() float64 { return PSINoise(bins, 1000, 20_000).P99 }},
			{"JSDistanceNoise", func() float64 { return JSDistanceNoise(bins, 1000, 20_000).P99 }},
			{"KSNoise", func() float64 { return KSNoise(1000, 20_000).P99 }},
		} {
			b.Run(fmt.Sprintf("%s/%d", f.name, bins), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					sink = f.of()
				}
			})
		}
		b.Run(fmt.Sprintf("SimulatedNoise/%d", bins), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sink = SimulatedNoise(r, TotalVariation, 1000, 20_000, 1).P99
			}
		})
	}
}

// None of them allocates: a window is judged without a trace on the heap.
func TestNoAllocation(t *testing.T) {
	c, r := shares(scipyCurrent), shares(scipyReference)
	bounds := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}
	_ = PSINoise(10, 1, 1) // fills the table
	allocations := testing.AllocsPerRun(100, func() {
		for _, stat := range statistics {
			sink += stat.of(c, r)
		}
		sink += Wasserstein(c, r, bounds, 0, 20, false) + Quantile(c, bounds, 0, 20, 0.5, false)
		sink += ChiSquare(scipyCurrent, scipyReference).P + KSPValue(0.1, 100, 100)
		sink += PSINoise(10, 100, 1000).P99 + JSDistanceNoise(10, 100, 1000).P99 + KSNoise(100, 1000).P99
	})
	if allocations != 0 || math.IsNaN(sink) {
		t.Fatalf("%v allocations", allocations)
	}
}
