package multivariate

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func vectors(t *rapid.T, most int) (a, b []float64) {
	n := rapid.IntRange(1, most).Draw(t, "length")
	x := rapid.SliceOfN(rapid.Float64Range(-1, 1), n, n)
	return x.Draw(t, "a"), x.Draw(t, "b")
}

func TestMMDProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "frequencies")
		angles := rapid.SliceOfN(rapid.Float64Range(0, 7), n, n)
		c1, s1, c2, s2 := []float64{}, []float64{}, []float64{}, []float64{}
		for _, x := range angles.Draw(t, "a") {
			c1, s1 = append(c1, math.Cos(x)), append(s1, math.Sin(x))
		}
		for _, x := range angles.Draw(t, "b") {
			c2, s2 = append(c2, math.Cos(x)), append(s2, math.Sin(x))
		}
		d := MMD(c1, s1, c2, s2)
		if !(d >= 0 && d <= 2+1e-12) || MMD(c1, s1, c1, s1) != 0 || d != MMD(c2, s2, c1, s1) {
			t.Fatal(d)
		}
	})
	assert.True(t, math.IsNaN(MMD(nil, nil, nil, nil)))
	assert.True(t, math.IsNaN(MMD([]float64{1}, []float64{1}, []float64{1}, nil)))
	assert.InDelta(t, math.Sqrt2, MMD([]float64{1, 1}, []float64{0, 0}, []float64{0, 0}, []float64{1, -1}), 1e-15)
}

func TestCorrelationProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := vectors(t, 30)
		moments := func(scale, move float64) (r float64, ok bool) {
			var x, y, xx, yy, xy float64
			for i := range a {
				p, q := scale*a[i]+move, b[i]
				x, y, xx, yy, xy = x+p, y+q, xx+p*p, yy+q*q, xy+p*q
			}
			n := float64(len(a))
			return Correlation(x/n, y/n, xx/n, yy/n, xy/n)
		}
		r, ok := moments(1, 0)
		if ok && !(r >= -1 && r <= 1) {
			t.Fatal(r)
		}
		if !ok {
			return
		}
		if moved, ok := moments(3, 0.5); ok && math.Abs(moved-r) > 1e-4 {
			t.Fatalf("%v after %v", moved, r)
		}
		if turned, ok := moments(-1, 0); !ok || math.Abs(turned+r) > 1e-9 {
			t.Fatalf("%v, of which turned round %v", r, turned)
		}
	})
	_, ok := Correlation(1, 0, 1, 1, 0)
	assert.False(t, ok, "the first does not vary")
	_, ok = Correlation(0, 0, 1, math.NaN(), 0)
	assert.False(t, ok)
	_, ok = Correlation(0, 0, 1, 1, math.Inf(1))
	assert.False(t, ok)
	r, ok := Correlation(0, 0, 1, 1, 1.5)
	require.True(t, ok)
	assert.Equal(t, 1.0, r)
}

func TestDistancesOfMeans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := vectors(t, 30)
		if d := MeanDistance(a, b); !(d >= 0) || MeanDistance(a, a) != 0 || d != MeanDistance(b, a) {
			t.Fatal(d)
		}
		d := CosineDistance(a, b)
		if math.IsNaN(d) {
			return
		}
		twice := make([]float64, len(a))
		for i, x := range a {
			twice[i] = 2 * x
		}
		if !(d >= 0 && d <= 2) || math.Abs(CosineDistance(twice, b)-d) > 1e-9 {
			t.Fatal(d)
		}
	})
	assert.InDelta(t, 1, CosineDistance([]float64{1, 0}, []float64{0, 5}), 1e-15)
	assert.InDelta(t, 2, CosineDistance([]float64{1, 0}, []float64{-3, 0}), 1e-15)
	for _, d := range []float64{CosineDistance([]float64{0, 0}, []float64{0, 5}), CosineDistance(nil, nil), CosineDistance([]float64{1}, []float64{1, 2}),
		CosineDistance([]float64{math.NaN()}, []float64{1}), MeanDistance(nil, nil), MeanDistance([]float64{1}, nil)} {
		assert.True(t, math.IsNaN(d))
	}
}

func TestReconstructionShift(t *testing.T) {
	assert.InDelta(t, -0.5, ReconstructionShift(1, 2, 2), 1e-15)
	assert.True(t, math.IsNaN(ReconstructionShift(1, 2, 0)))
	assert.True(t, math.IsNaN(ReconstructionShift(1, 2, math.NaN())))
}
