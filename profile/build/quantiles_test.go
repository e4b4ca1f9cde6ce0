package build

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"
)

// linear is the quantile by definition: Hyndman and Fan's type 7.
func linear(sorted []float64, p float64) float64 {
	at := float64(len(sorted)-1) * p
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[i]
	}
	return sorted[i]*(1-(at-float64(i))) + sorted[i+1]*(at-float64(i))
}

func TestQuantilesAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 9000).Draw(t, "n")
		distinct := rapid.IntRange(1, 5000).Draw(t, "distinct")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		var q quantiles
		var m moments
		xs := make([]float64, n)
		for i := range xs {
			xs[i] = math.Round(random.NormFloat64()*float64(distinct)) / 8
			q.add(xs[i])
			m.add(xs[i])
		}
		sort.Float64s(xs)
		for _, p := range []float64{0, 0.01, 0.1, 0.3, 0.5, 0.77, 0.99, 1} {
			if want, have := linear(xs, p), q.at(p); math.Abs(want-have) > 1e-9*(1+math.Abs(want)) {
				t.Fatalf("quantile %v of %d values: %v, not %v", p, n, have, want)
			}
		}
		if want := slices.Compact(slices.Clone(xs)); !slices.Equal(want, q.distinct()) {
			t.Fatalf("%d distinct values, not %d", len(q.distinct()), len(want))
		}
		mean, std := stat.MeanStdDev(xs, nil)
		if n == 1 {
			std = 0
		}
		if math.Abs(m.mean-mean) > 1e-9*(1+math.Abs(mean)) || math.Abs(m.stdDev()-std) > 1e-9*(1+std) || m.min != xs[0] || m.max != xs[n-1] {
			t.Fatalf("moments %+v, not mean %v, std %v", m, mean, std)
		}
	})
}

// TestQuantilesOfManyValues checks the error that the docs promise once the digest has taken over: in share of rows.
func TestQuantilesOfManyValues(t *testing.T) {
	for name, draw := range map[string]func(*rand.Rand, int) float64{
		"normal":    func(r *rand.Rand, _ int) float64 { return r.NormFloat64() },
		"lognormal": func(r *rand.Rand, _ int) float64 { return math.Exp(3 * r.NormFloat64()) },
		"ascending": func(_ *rand.Rand, i int) float64 { return float64(i) },
		"half zero": func(r *rand.Rand, _ int) float64 { return max(0, r.NormFloat64()) },
	} {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(3, 4))
			var q quantiles
			xs := make([]float64, 500_000)
			for i := range xs {
				xs[i] = draw(random, i)
				q.add(xs[i])
			}
			assert.False(t, q.exact())
			sort.Float64s(xs)
			worst := 0.0
			for i := 1; i < 100; i++ {
				p := float64(i) / 100
				x := q.at(p)
				below, upTo := sort.SearchFloat64s(xs, x), sort.Search(len(xs), func(j int) bool { return xs[j] > x })
				off := max(0, float64(below)/float64(len(xs))-p, p-float64(upTo)/float64(len(xs)))
				worst = max(worst, off)
			}
			t.Logf("worst error %.5f of the rows", worst)
			assert.Less(t, worst, 0.001)
			assert.GreaterOrEqual(t, q.at(0), xs[0])
			assert.LessOrEqual(t, q.at(1), xs[len(xs)-1])
		})
	}
}

func TestNoQuantiles(t *testing.T) {
	var q quantiles
	assert.True(t, math.IsNaN(q.at(0.5)))
	assert.Zero(t, (&moments{}).stdDev())
}

func TestViewsOfBins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(-100, 100), rapid.Map(rapid.IntRange(0, 30), func(i int) float64 { return float64(i) })), 1, 3000).Draw(t, "values")
		var q quantiles
		for _, x := range values {
			q.add(x)
		}
		v := binned(&q, values)
		if err := (&profileOf{v}).check(); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkQuantiles(b *testing.B) {
	random := rand.New(rand.NewPCG(5, 6))
	xs := make([]float64, 1<<20)
	for i := range xs {
		xs[i] = random.NormFloat64()
	}
	for name, round := range map[string]float64{"exact": 1000, "digest": 1e12} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var q quantiles
			for i := 0; b.Loop(); i++ {
				q.add(math.Round(xs[i&(1<<20-1)]*round) / round)
			}
		})
	}
}
