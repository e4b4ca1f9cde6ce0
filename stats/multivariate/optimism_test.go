package multivariate

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/mat"
)

// By simulation: components of a sample leave so much less of its own rows than of others, whether variances are alike or apart.
func TestOptimism(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, test := range []struct {
		name       string
		variances  []float64
		rows, k    int
		within     float64
		repetition int
	}{
		{"alike", repeat(1, 10), 1000, 6, 0.1, 60},
		{"alike, ten rows a dimension", repeat(1, 20), 200, 12, 0.2, 60},
		{"alike, five rows a dimension", repeat(1, 20), 100, 12, 0.3, 60},
		{"apart", []float64{8, 4, 2, 1, 0.5}, 500, 2, 0.12, 400},
		{"one direction and noise", append([]float64{10}, repeat(0.5, 15)...), 500, 1, 0.2, 1500},
		{"one direction and noise, of which some is kept", append([]float64{10}, repeat(0.5, 15)...), 500, 6, 0.12, 200},
	} {
		var truth, estimate float64
		for range test.repetition {
			dims := len(test.variances)
			s, row := mat.NewSymDense(dims, nil), mat.NewVecDense(dims, nil)
			for range test.rows { // about the true mean, so that nothing but the components is of the sample
				for d, v := range test.variances {
					row.SetVec(d, math.Sqrt(v)*random.NormFloat64())
				}
				s.SymRankOne(s, 1/float64(test.rows), row)
			}
			var eigen mat.EigenSym
			eigen.Factorize(s, true)
			var vectors mat.Dense
			eigen.VectorsTo(&vectors)
			values := eigen.Values(nil)
			for k := range test.k {
				at := len(values) - 1 - k
				outside := 0.0
				for d, v := range test.variances {
					outside += v * vectors.At(d, at) * vectors.At(d, at)
				}
				truth += (values[at] - outside) / float64(test.repetition)
			}
			// What is left: the sample's own variance less what is explained, both inside and outside.
			inside := mat.Trace(s)
			for _, v := range test.variances {
				inside -= v
			}
			truth -= inside / float64(test.repetition)
			estimate += Optimism(s, test.k, float64(test.rows)) / float64(test.repetition)
		}
		t.Logf("%s: %.4f, estimated %.4f", test.name, truth, estimate)
		assert.InEpsilon(t, truth, estimate, test.within, test.name)
	}
}

func TestOptimismOfNothing(t *testing.T) {
	s := mat.NewSymDense(2, []float64{1, 0, 0, 1})
	assert.Zero(t, Optimism(nil, 1, 10))
	assert.Zero(t, Optimism(s, 1, 0))
	assert.Zero(t, Optimism(s, 2, 10), "nothing is left")
	assert.Zero(t, Optimism(s, 5, 10))
	assert.Zero(t, Optimism(mat.NewSymDense(2, []float64{1, 0, 0, math.NaN()}), 1, 10))
	assert.Zero(t, Optimism(mat.NewSymDense(2, []float64{1, 0, 0, 0}), 1, 10), "nothing but the component varies")
	assert.InDelta(t, 20/math.Sqrt(10), Optimism(s, 1, 10), 1e-12, "no difference counts as a tenth of sqrt(1/10)")
}
