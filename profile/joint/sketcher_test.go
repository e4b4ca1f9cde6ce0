package joint

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/multivariate"
)

// mixed is a profile of numeric, boolean and categorical features, one of them constant; its components are random but orthonormal.
func mixed(numeric int) *profile.Profile {
	r := rand.New(rand.NewPCG(1, 2))
	p := &profile.Profile{Model: "m", Joint: &profile.Joint{Bandwidth: 3, Frequencies: profile.JointFrequencies, Seed: 5}}
	add := func(v *profile.Variable) {
		p.Features = append(p.Features, v)
		p.Joint.Features = append(p.Joint.Features, v.Name)
	}
	for i := range numeric {
		v := &profile.Variable{Name: "n" + string(rune('a'+i%26)) + string(rune('a'+i/26)), Type: profile.Numeric}
		for b := range 100 {
			if b > 0 {
				v.Bounds = append(v.Bounds, float64(b))
			}
			v.Counts = append(v.Counts, 50+r.Uint64N(100))
		}
		add(v)
		p.Joint.Correlated = append(p.Joint.Correlated, v.Name)
	}
	add(&profile.Variable{Name: "flag", Type: profile.Boolean, Categories: []string{"false", "true"}, Counts: []uint64{700, 300, 0}})
	add(&profile.Variable{Name: "constant", Type: profile.Categorical, Categories: []string{"a"}, Counts: []uint64{1000, 0}})
	add(&profile.Variable{Name: "color", Type: profile.Categorical, Categories: []string{"red", "green", "blue"}, Counts: []uint64{500, 300, 200, 0}})
	many := &profile.Variable{Name: "city", Type: profile.Categorical, Counts: make([]uint64, 41)}
	for i := range 40 {
		many.Categories = append(many.Categories, "c"+string(rune('a'+i)))
		many.Counts[i] = uint64(100 - i)
	}
	add(many)
	dims := NewEncoder(p.Features).Dims()
	for range dims / 3 { // Gram and Schmidt
		c := make([]float64, dims)
		for d := range c {
			c[d] = r.NormFloat64()
		}
		for _, other := range p.Joint.Components {
			dot := 0.0
			for d := range c {
				dot += c[d] * other[d]
			}
			for d := range c {
				c[d] -= dot * other[d]
			}
		}
		length := 0.0
		for d := range c {
			length += c[d] * c[d]
		}
		for d := range c {
			c[d] /= math.Sqrt(length)
		}
		p.Joint.Components = append(p.Joint.Components, c)
	}
	return p
}

// drawBins gives any bins that a row may have, and such as it may not.
func drawBins(t *rapid.T, p *profile.Profile) []int32 {
	bins := make([]int32, len(p.Features))
	for i, v := range p.Features {
		bins[i] = rapid.Int32Range(-3, int32(len(v.Counts))+1).Draw(t, v.Name)
	}
	return bins
}

// A sketch is what the formulas say, worked out one by one.
func TestSketch(t *testing.T) {
	p := mixed(6)
	s, err := NewSketcher(p)
	require.NoError(t, err)
	assert.Equal(t, 6+1+0+4+21, s.Dims())
	sketch := s.NewSketch()
	w := multivariate.Frequencies(p.Joint.Seed, p.Joint.Frequencies, s.Dims(), p.Joint.Bandwidth)
	rapid.Check(t, func(t *rapid.T) {
		bins := drawBins(t, p)
		s.Sketch(bins, sketch)
		x := make([]float64, s.Dims())
		s.Encode(bins, x)
		rest := append([]float64{}, x...)
		for _, c := range p.Joint.Components {
			y := 0.0
			for d := range c {
				y += c[d] * x[d]
			}
			for d := range c {
				rest[d] -= y * c[d]
			}
		}
		total := 0.0
		for i := range p.Features {
			first, dims := s.Span(i)
			squares := 0.0
			for d := first; d < first+dims; d++ {
				squares += rest[d] * rest[d]
			}
			total += squares
			if math.Abs(squares-sketch.Residuals[i]) > 1e-9 {
				t.Fatalf("residual of %s: %v, not %v", p.Features[i].Name, sketch.Residuals[i], squares)
			}
		}
		if math.Abs(math.Sqrt(total)-sketch.Error) > 1e-9 {
			t.Fatalf("error %v, not %v", sketch.Error, math.Sqrt(total))
		}
		for k := range w {
			angle := 0.0
			for d := range x {
				angle += w[k][d] * x[d]
			}
			turns := angle / (2 * math.Pi)
			if multivariate.Phase(turns-1e-9, 32) != int(sketch.Phases[k]) && multivariate.Phase(turns+1e-9, 32) != int(sketch.Phases[k]) {
				t.Fatalf("phase %d: %d, not %d", k, sketch.Phases[k], multivariate.Phase(turns, 32))
			}
		}
		for i, v := range sketch.Correlated {
			if first, _ := s.Span(i); v != x[first] {
				t.Fatalf("correlated %d", i)
			}
		}
	})
}

// Over the reference itself, every dimension has mean 0 and every feature variance 1.
func TestEncodedReference(t *testing.T) {
	p := mixed(3)
	e := NewEncoder(p.Features)
	bins, x := make([]int32, len(p.Features)), make([]float64, e.Dims())
	for i, v := range p.Features {
		first, dims := e.Span(i)
		means, variance, n := make([]float64, dims), 0.0, 0.0
		for bin, c := range v.Counts {
			bins[i] = int32(bin)
			e.Encode(bins, x)
			n += float64(c)
			for d := range dims {
				means[d] += float64(c) * x[first+d]
				variance += float64(c) * x[first+d] * x[first+d]
			}
		}
		for _, m := range means {
			assert.InDelta(t, 0, m/n, 1e-9, v.Name)
		}
		if dims > 0 {
			assert.InDelta(t, 1, variance/n, 1e-9, v.Name)
		}
		bins[i] = -1
		e.Encode(bins, x)
		for d := range dims {
			assert.Zero(t, x[first+d], "a missing %s", v.Name)
		}
		bins[i] = 0
	}
}

// Rare categories, Other and Unseen share a dimension; of two categories, a third is as if missing.
func TestCategories(t *testing.T) {
	p := mixed(0)
	e := NewEncoder(p.Features)
	x, y := make([]float64, e.Dims()), make([]float64, e.Dims())
	e.Encode([]int32{0, 0, 0, 20}, x)
	for _, bin := range []int32{21, 39, 40, 41} {
		e.Encode([]int32{0, 0, 0, bin}, y)
		assert.Equal(t, x, y, bin)
	}
	e.Encode([]int32{0, 0, 0, 19}, y)
	assert.NotEqual(t, x, y)
	e.Encode([]int32{3, 0, 0, 19}, y)
	assert.Zero(t, y[0])
}

func TestSketcherRefuses(t *testing.T) {
	_, err := NewSketcher(&profile.Profile{})
	require.ErrorIs(t, err, ErrNone)
	for want, change := range map[string]func(*profile.Joint){
		`joint.features[1]: "x" is no feature of the profile`:                                        func(j *profile.Joint) { j.Features[1] = "x" },
		"joint.components[2]: has 1 elements, but the features have 28 dimensions":                   func(j *profile.Joint) { j.Components[2] = []float64{1} },
		`joint.correlated[1]: "city" must be one of joint.features that has one dimension`:           func(j *profile.Joint) { j.Correlated[1] = "city" },
		`joint.correlated[0]: "somewhere else" must be one of joint.features that has one dimension`: func(j *profile.Joint) { j.Correlated[0] = "somewhere else" },
	} {
		p := mixed(2)
		change(p.Joint)
		_, err := NewSketcher(p)
		require.EqualError(t, err, want)
	}
}

func TestVectorSketch(t *testing.T) {
	v := &profile.Vector{Mean: []float64{1, -2, 3}, Spread: 2, Bandwidth: 1.5, Frequencies: 64, Seed: 3}
	s := NewVectorSketcher(v)
	sketch := s.NewSketch()
	require.Equal(t, Sound, s.Sketch([]float64{2, -1, 3e9}, sketch))
	assert.Equal(t, []float64{0.5, 0.5, 100}, sketch.Components)
	for k, w := range multivariate.Frequencies(3, 64, 3, 1.5) {
		turns := (0.5*w[0] + 0.5*w[1] + 100*w[2]) / (2 * math.Pi)
		assert.Equal(t, multivariate.Phase(turns, 32), int(sketch.Phases[k]))
	}
	assert.Equal(t, Length, s.Sketch([]float64{1, 2}, sketch))
	assert.Equal(t, NonFinite, s.Sketch([]float64{1, 2, math.NaN()}, sketch))
	assert.Equal(t, NonFinite, s.Sketch([]float64{1, math.Inf(-1), 0}, sketch))
}

func TestNoAllocation(t *testing.T) {
	p := mixed(6)
	s, err := NewSketcher(p)
	require.NoError(t, err)
	sketch, bins := s.NewSketch(), make([]int32, len(p.Features))
	assert.Zero(t, testing.AllocsPerRun(100, func() { s.Sketch(bins, sketch) }))
}

func BenchmarkSketch(b *testing.B) {
	for name, numeric := range map[string]int{"20 features": 16, "100 features": 96} {
		b.Run(name, func(b *testing.B) {
			p := mixed(numeric)
			p.Joint.Correlated = p.Joint.Correlated[:min(numeric, profile.MaxCorrelated)]
			s, err := NewSketcher(p)
			require.NoError(b, err)
			r := rand.New(rand.NewPCG(1, 2))
			rows := make([][]int32, 64)
			for i := range rows {
				for _, v := range p.Features {
					rows[i] = append(rows[i], r.Int32N(int32(len(v.Counts))))
				}
			}
			sketch, i := s.NewSketch(), 0
			for b.Loop() {
				s.Sketch(rows[i%64], sketch)
				i++
			}
		})
	}
}

func BenchmarkVectorSketch(b *testing.B) {
	for name, dims := range map[string]int{"384": 384, "768": 768} {
		b.Run(name, func(b *testing.B) {
			s := NewVectorSketcher(&profile.Vector{Mean: make([]float64, dims), Spread: 1, Bandwidth: 1, Frequencies: profile.JointFrequencies})
			sketch, v := s.NewSketch(), make([]float64, dims)
			for i := range v {
				v[i] = math.Sin(float64(i))
			}
			for b.Loop() {
				s.Sketch(v, sketch)
			}
		})
	}
}
