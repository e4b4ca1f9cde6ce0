package multivariate

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Excess and Threshold are each other's inverse, and nothing is beyond what is expected.
func TestExcess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := Noise{MeanSquare: rapid.Float64Range(0, 10).Draw(t, "mean square")}
		excess := rapid.Float64Range(0, 10).Draw(t, "excess")
		if x := n.Excess(n.Threshold(excess)); math.Abs(x*x-excess*excess) > 1e-9 {
			t.Fatalf("%v, not %v", x, excess)
		}
		value := rapid.Float64Range(-10, 10).Draw(t, "value")
		if x := n.Excess(value); !(x >= 0 && x <= math.Abs(value)) {
			t.Fatalf("excess %v of %v", x, value)
		}
	})
}

func TestNoiseOfNothing(t *testing.T) {
	for _, n := range []Noise{
		MMDNoise(0.5, 0.1, 0, 5), MMDNoise(0, 0, 5, 5), MMDNoise(math.NaN(), 0.1, 5, 5), ReconstructionShiftNoise(-1, 5), MeanDistanceNoise(5, 0),
		GreatestNoise(nil), GreatestNoise([]float64{1, 0}), GreatestNoise([]float64{1, math.NaN()}), GreatestNoise([]float64{math.Inf(1)}),
	} {
		assert.True(t, math.IsNaN(n.MeanSquare) || math.IsNaN(n.P99))
	}
	assert.True(t, math.IsNaN(CorrelationShiftVariance(0, 1)))
	assert.InDelta(t, 1.0/97, CorrelationShiftVariance(100, math.Inf(1)), 1e-15)
	assert.Equal(t, ReconstructionShiftNoise(100, math.Inf(1)), Noise{0.01, normalP99 / 10})
}

// shareAbove simulates so many times and says how often the value is above the noise's percentile, and the mean of its square.
func shareAbove(times int, noise Noise, draw func() float64) (share, meanSquare float64) {
	for range times {
		x := draw()
		meanSquare += x * x / float64(times)
		if math.Abs(x) > noise.P99 {
			share += 1 / float64(times)
		}
	}
	return share, meanSquare
}

// By simulation: of two samples of one distribution, 1 in 100 has a greater discrepancy than MMDNoise says, whatever the dimensions; the
// gamma law is a little low where few directions have all variance.
func TestMMDNoiseIsTheNinetyNinthPercentile(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, dims := range []int{1, 3, 20} {
		for _, size := range [][2]int{{100, 100}, {60, 600}} {
			w := Frequencies(3, 16, dims, math.Sqrt(2*float64(dims)))
			draw := func(n int) (cosines, sines []float64, rows [][]float64) {
				counts := make([][]uint64, len(w))
				for k := range counts {
					counts[k] = make([]uint64, 32)
				}
				x := make([]float64, dims)
				for range n {
					for d := range x {
						x[d] = random.NormFloat64()
					}
					var features []float64
					for k, f := range w {
						angle := 0.0
						for d := range x {
							angle += f[d] * x[d]
						}
						counts[k][Phase(angle/(2*math.Pi), 32)]++
						s, c := math.Sincos(angle)
						features = append(features, c, s)
					}
					rows = append(rows, features)
				}
				for _, c := range counts {
					cosine, sine := MeanPhase(c)
					cosines, sines = append(cosines, cosine), append(sines, sine)
				}
				return cosines, sines, rows
			}
			trace, squared := tracesOf(func() [][]float64 { _, _, rows := draw(2000); return rows }())
			noise := MMDNoise(trace, squared, float64(size[0]), float64(size[1]))
			share, meanSquare := shareAbove(1500, noise, func() float64 {
				c1, s1, _ := draw(size[0])
				c2, s2, _ := draw(size[1])
				return MMD(c1, s1, c2, s2)
			})
			t.Logf("%d dimensions, sizes %v: above %.4f, mean square %.3f of what is expected", dims, size, share, meanSquare/noise.MeanSquare)
			assert.InDelta(t, 0.013, share, 0.0085)
			assert.InDelta(t, 1, meanSquare/noise.MeanSquare, 0.06)
		}
	}
}

// tracesOf the covariance of the features, each divided by the root of their number of pairs.
func tracesOf(rows [][]float64) (trace, squared float64) {
	dims := len(rows[0])
	pairs := float64(dims) / 2
	mean := make([]float64, dims)
	for _, row := range rows {
		for d, x := range row {
			mean[d] += x / float64(len(rows))
		}
	}
	for a := range dims {
		for b := range dims {
			c := 0.0
			for _, row := range rows {
				c += (row[a] - mean[a]) * (row[b] - mean[b]) / float64(len(rows)) / pairs
			}
			squared += c * c
			if a == b {
				trace += c
			}
		}
	}
	return trace, squared
}

// By simulation, whatever the variances: 1 in 100 greatest of independent variables is beyond, fewer where they depend on one another.
func TestGreatestNoise(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 2))
	for name, variances := range map[string][]float64{"one": {4}, "five alike": {1, 1, 1, 1, 1}, "unlike": {0.01, 1, 0.25, 1}, "190": repeat(0.5, 190)} {
		noise := GreatestNoise(variances)
		for _, dependent := range []bool{false, true} {
			share, meanSquare := shareAbove(20_000, noise, func() float64 {
				greatest, common := 0.0, random.NormFloat64()
				for _, v := range variances {
					x := random.NormFloat64()
					if dependent {
						x = 0.6*x + 0.8*common
					}
					greatest = max(greatest, math.Abs(x)*math.Sqrt(v))
				}
				return greatest
			})
			if dependent {
				assert.LessOrEqual(t, share, 0.0125, name)
				continue
			}
			assert.InDelta(t, 0.01, share, 0.0025, name)
			assert.InEpsilon(t, meanSquare, noise.MeanSquare, 0.03, name)
		}
	}
	one := GreatestNoise([]float64{4})
	assert.InDelta(t, 4, one.MeanSquare, 1e-5)
	assert.InDelta(t, 2*normalP99, one.P99, 1e-9)
}

func repeat(x float64, n int) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = x
	}
	return all
}

// Fisher's variance is exact enough for normal variables of any correlation, as a bound.
func TestCorrelationShiftVariance(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	for _, r := range []float64{0, 0.5, -0.9} {
		draw := func(n int) float64 {
			var x, y, xx, yy, xy float64
			for range n {
				a := random.NormFloat64()
				b := r*a + math.Sqrt(1-r*r)*random.NormFloat64()
				x, y, xx, yy, xy = x+a, y+b, xx+a*a, yy+b*b, xy+a*b
			}
			m := float64(n)
			c, ok := Correlation(x/m, y/m, xx/m, yy/m, xy/m)
			require.True(t, ok)
			return c
		}
		noise := GreatestNoise([]float64{CorrelationShiftVariance(100, 300)})
		share, meanSquare := shareAbove(5000, noise, func() float64 { return draw(100) - draw(300) })
		t.Logf("correlation %v: above %.4f, mean square %.2f of what is expected", r, share, meanSquare/noise.MeanSquare)
		assert.LessOrEqual(t, share, 0.014)
		assert.InDelta(t, (1-r*r)*(1-r*r), meanSquare/noise.MeanSquare, 0.08)
	}
}

// The law of one direction bounds that of any other, and is met by it.
func TestMeanDistanceNoise(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	for _, test := range []struct {
		variances   []float64
		most, least float64
	}{
		{[]float64{1}, 0.014, 0.006},
		{[]float64{0.7, 0.2, 0.1}, 0.01, 0},
		{repeat(1.0/16, 16), 0.001, 0},
		{repeat(1.0/128, 128), 0, 0},
	} {
		zero := make([]float64, len(test.variances))
		noise := MeanDistanceNoise(50, 200)
		share, meanSquare := shareAbove(10_000, noise, func() float64 {
			d := make([]float64, len(test.variances))
			for i, v := range test.variances { // the difference of two means
				d[i] = math.Sqrt(v*(1.0/50+1.0/200)) * random.NormFloat64()
			}
			return MeanDistance(d, zero)
		})
		assert.LessOrEqual(t, share, test.most, len(zero))
		assert.GreaterOrEqual(t, share, test.least, len(zero))
		assert.InDelta(t, 1, meanSquare/noise.MeanSquare, 0.05)
	}
}

// The factors that MeanDistanceNoise names.
func TestMeanDistanceNoiseOfSeveralDirections(t *testing.T) {
	for k, want := range map[float64]float64{2: 1.2, 16: 1.83, 128: 2.25} {
		p99 := math.Sqrt(gammaP99(1, 2/k))
		assert.InDelta(t, want, normalP99/p99, 0.06, "%v directions", k)
	}
}
