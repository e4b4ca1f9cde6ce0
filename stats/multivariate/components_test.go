package multivariate

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// congruential is the generator of testdata/components.py.
type congruential uint64

func (g *congruential) gaussian() float64 {
	sum := -6.0
	for range 12 {
		*g = *g*6364136223846793005 + 1442695040888963407
		sum += float64(*g>>11) / (1 << 53)
	}
	return sum
}

// leaning are the rows of testdata/components.py, and what its generator is at after them.
func leaning() ([][]float64, *congruential) {
	const columns = 7
	g := congruential(7)
	rows := make([][]float64, 1500)
	for i := range rows {
		row := make([]float64, columns)
		for j := range row {
			row[j] = g.gaussian()
			if j > 0 {
				row[j] += 0.5 * row[j-1]
			}
		}
		row[columns-1] = row[0] + 0.1*row[columns-1]
		rows[i] = row
	}
	return rows, &g
}

func covarianceOf(rows [][]float64) *mat.SymDense {
	c := NewCovariance(len(rows[0]))
	for _, row := range rows {
		c.Add(row)
	}
	return c.Matrix()
}

// Components, explained share, reconstruction error, median distance and traces are those of scikit-learn and numpy.
func TestComponentsAgainstScikitLearn(t *testing.T) {
	var golden struct {
		MedianDistance float64 `json:"median_distance"`
		Trace          float64 `json:"trace"`
		TraceSquared   float64 `json:"trace_squared"`
	}
	var byShare map[string]json.RawMessage
	text, err := os.ReadFile("testdata/components.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &golden))
	require.NoError(t, json.Unmarshal(text, &byShare))

	rows, g := leaning()
	covariance := covarianceOf(rows)
	means := make([]float64, len(rows[0]))
	for _, row := range rows {
		floats.AddScaled(means, 1/float64(len(rows)), row)
	}
	for share, name := range map[float64]string{ExplainedShare: "0.65", 0.9: "0.9", 0.999: "0.999"} {
		var want struct {
			Components [][]float64
			Explained  float64
			MeanError  float64 `json:"mean_error"`
		}
		require.NoError(t, json.Unmarshal(byShare[name], &want))
		components, explained, ok := PrincipalComponents(covariance, share)
		require.True(t, ok)
		assert.InDelta(t, want.Explained, explained, 1e-9, name)
		require.Len(t, components, len(want.Components), name)
		for k := range components {
			assert.InDeltaSlice(t, want.Components[k], components[k], 1e-9, "component %d of %s", k, name)
		}
		mean := 0.0
		for _, row := range rows {
			rest := floats.SubTo(make([]float64, len(row)), row, means)
			for _, c := range components {
				floats.AddScaled(rest, -floats.Dot(rest, c), c)
			}
			mean += floats.Norm(rest, 2) / float64(len(rows))
		}
		assert.InDelta(t, want.MeanError, mean, 1e-9, name)
	}

	bandwidth := MedianDistance(rows[:400])
	assert.InDelta(t, golden.MedianDistance, bandwidth, 1e-9)
	const frequencies = 16
	features := make([][]float64, len(rows))
	for range frequencies {
		w := make([]float64, len(rows[0]))
		for d := range w {
			w[d] = g.gaussian() / bandwidth
		}
		for i, row := range rows {
			sin, cos := math.Sincos(floats.Dot(w, row))
			features[i] = append(features[i], cos/math.Sqrt(frequencies), sin/math.Sqrt(frequencies))
		}
	}
	trace, traceSquared := Traces(covarianceOf(features))
	assert.InDelta(t, golden.Trace, trace, 1e-9)
	assert.InDelta(t, golden.TraceSquared, traceSquared, 1e-9)
}

// Whatever the rows, components are perpendicular, of length 1, turned one way, and explain what they say.
func TestPrincipalComponentsAreOrthonormal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(1, 9).Draw(t, "columns")
		rows := rapid.SliceOfN(rapid.SliceOfN(rapid.Float64Range(-10, 10), columns, columns), 1, 40).Draw(t, "rows")
		share := rapid.Float64Range(0.01, 1).Draw(t, "share")
		covariance := covarianceOf(rows)
		components, explained, ok := PrincipalComponents(covariance, share)
		total, _ := Traces(covariance)
		if !ok {
			if total > 1e-6 {
				t.Fatal("what varies has components")
			}
			return
		}
		variance := 0.0
		for k, c := range components {
			for l, other := range components[:k] {
				if math.Abs(floats.Dot(c, other)) > 1e-9 {
					t.Fatalf("components %d and %d are not perpendicular", k, l)
				}
			}
			if math.Abs(floats.Norm(c, 2)-1) > 1e-9 {
				t.Fatalf("component %d has length %v", k, floats.Norm(c, 2))
			}
			greatest := math.Max(floats.Max(c), -floats.Min(c))
			for _, x := range c {
				if math.Abs(x) >= greatest*(1-1e-9) {
					if x < 0 {
						t.Fatalf("component %d is turned the wrong way: %v", k, c)
					}
					break
				}
			}
			v := mat.NewVecDense(columns, c)
			variance += mat.Inner(v, covariance, v)
		}
		if math.Abs(variance/total-explained) > 1e-6 {
			t.Fatalf("explain %v, not %v", variance/total, explained)
		}
		if len(components) > max(1, columns-1) {
			t.Fatal("nothing is left to reconstruct")
		}
	})
}

func TestPrincipalComponentsOfTwo(t *testing.T) {
	half := math.Sqrt(0.5)
	components, explained, ok := PrincipalComponents(mat.NewSymDense(2, []float64{1, 0.8, 0.8, 1}), ExplainedShare)
	require.True(t, ok)
	require.Len(t, components, 1)
	assert.InDeltaSlice(t, []float64{half, half}, components[0], 1e-12)
	assert.InDelta(t, 0.9, explained, 1e-12)
	components, _, _ = PrincipalComponents(mat.NewSymDense(2, []float64{1, -0.8, -0.8, 1}), ExplainedShare)
	assert.InDeltaSlice(t, []float64{half, -half}, components[0], 1e-12, "of elements of one size, the first is positive")
	components, explained, ok = PrincipalComponents(mat.NewSymDense(2, []float64{1, 0, 0, 1}), ExplainedShare)
	require.True(t, ok)
	assert.Len(t, components, 1, "one direction is left")
	assert.InDelta(t, 0.5, explained, 1e-12)
	components, explained, ok = PrincipalComponents(mat.NewSymDense(2, []float64{1, 1, 1, 1}), ExplainedShare)
	require.True(t, ok)
	assert.Len(t, components, 1)
	assert.InDelta(t, 1, explained, 1e-12, "the second repeats the first")
	for _, bad := range []*mat.SymDense{nil, mat.NewSymDense(2, nil), mat.NewSymDense(2, []float64{math.NaN(), 0, 0, 1}), mat.NewSymDense(1, []float64{math.Inf(1)})} {
		_, _, ok = PrincipalComponents(bad, ExplainedShare)
		assert.False(t, ok)
	}
}

// A stream's covariance is that of its rows, whatever a block holds.
func TestCovarianceOfBlocks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 3*blockRows).Draw(t, "n")
		seed := rapid.Uint64().Draw(t, "seed")
		r := rand.New(rand.NewPCG(seed, 1))
		c := NewCovariance(3)
		var rows [][]float64
		for range n {
			row := []float64{r.NormFloat64(), r.Float64(), 0}
			row[2] = row[0] - row[1]
			rows = append(rows, row)
			c.Add(row)
			if r.IntN(50) == 0 {
				c.Matrix() // asking in between changes nothing
			}
		}
		have := c.Matrix()
		if c.Count() != n {
			t.Fatal("count")
		}
		for i := range 3 {
			for j := range 3 {
				var a, b, ab float64
				for _, row := range rows {
					a += row[i] / float64(n)
					b += row[j] / float64(n)
					ab += row[i] * row[j] / float64(n)
				}
				if math.Abs(have.At(i, j)-(ab-a*b)) > 1e-9 {
					t.Fatalf("covariance of %d and %d: %v, not %v", i, j, have.At(i, j), ab-a*b)
				}
			}
		}
	})
	assert.Nil(t, NewCovariance(2).Matrix())
	trace, traceSquared := Traces(nil)
	assert.Zero(t, trace+traceSquared)
}

func TestMedianDistance(t *testing.T) {
	assert.Zero(t, MedianDistance(nil))
	assert.Zero(t, MedianDistance([][]float64{{1, 2}, {1, 2}}))
	assert.InDelta(t, 5, MedianDistance([][]float64{{0, 0}, {0, 0}, {0, 0}, {3, 4}}), 1e-12, "pairs of equal rows don't count")
	assert.InDelta(t, 1.5, MedianDistance([][]float64{{0}, {1}, {2}, {3}}), 1e-12, "1 1 1 2 2 3")
}

func BenchmarkCovariance(b *testing.B) {
	for _, columns := range []int{20, 128, 256} {
		b.Run(map[int]string{20: "20 columns", 128: "128 columns", 256: "256 columns"}[columns], func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 1))
			row := make([]float64, columns)
			for i := range row {
				row[i] = r.NormFloat64()
			}
			c := NewCovariance(columns)
			b.ReportAllocs()
			for b.Loop() {
				c.Add(row)
			}
		})
	}
}

func BenchmarkPrincipalComponents(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	rows := make([][]float64, 1000)
	for i := range rows {
		rows[i] = make([]float64, 256)
		for j := range rows[i] {
			rows[i][j] = r.NormFloat64()
		}
	}
	covariance := covarianceOf(rows)
	for b.Loop() {
		PrincipalComponents(covariance, ExplainedShare)
	}
}
