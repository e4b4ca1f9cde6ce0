package joint

import (
	"math"

	"gonum.org/v1/gonum/blas/blas32"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/multivariate"
)

// farthest bounds a component in units of the reference's spread, so that one vector can't outweigh a million others.
const farthest = 100

// VectorSketcher says what a vector adds to the summaries. It is safe for concurrent use.
type VectorSketcher struct {
	vector      *profile.Vector
	frequencies [][]float32 // in turns
}

// VectorSketch is what one vector adds. Its slices are reused.
type VectorSketch struct {
	// Phases are the bins of the angles along the random frequencies.
	Phases []uint8
	// Components are measured from the reference's mean, in units of its spread; at most 100.
	Components []float64

	singles []float32
}

// NewVectorSketcher makes the sketcher of a vector input. Angles are worked out in single precision, which is that of nearly all embeddings:
// of a million, some few are counted in the neighbouring bin.
func NewVectorSketcher(v *profile.Vector) *VectorSketcher {
	s := &VectorSketcher{vector: v}
	for _, w := range multivariate.Frequencies(v.Seed, v.Frequencies, len(v.Mean), v.Bandwidth*2*math.Pi) {
		singles := make([]float32, len(w))
		for i, x := range w {
			singles[i] = float32(x)
		}
		s.frequencies = append(s.frequencies, singles)
	}
	return s
}

// NewSketch makes room for a sketch.
func (s *VectorSketcher) NewSketch() *VectorSketch {
	return &VectorSketch{Phases: make([]uint8, len(s.frequencies)), Components: make([]float64, len(s.vector.Mean)), singles: make([]float32, len(s.vector.Mean))}
}

// Fault is why a vector adds nothing.
type Fault uint8

// Faults of a vector.
const (
	Sound     Fault = iota
	Length          // it has more or fewer components than the reference's
	NonFinite       // a component is NaN or infinite
)

// Sketch writes what the vector adds into the sketch, which NewSketch of the same sketcher made. Where there is a fault, what is in it means
// nothing.
func (s *VectorSketcher) Sketch(v []float64, to *VectorSketch) Fault {
	if len(v) != len(s.vector.Mean) {
		return Length
	}
	mean, components, singles := s.vector.Mean[:len(v)], to.Components[:len(v)], to.singles[:len(v)]
	perSpread := min(1/s.vector.Spread, math.MaxFloat64)
	fault := 0.0
	for i, x := range v {
		fault += x - x // no number where x is none, or infinite
		z := (x - mean[i]) * perSpread
		if z > farthest {
			z = farthest
		} else if z < -farthest {
			z = -farthest
		}
		components[i], singles[i] = z, float32(z)
	}
	if fault != 0 {
		return NonFinite
	}
	z := blas32.Vector{N: len(singles), Data: singles, Inc: 1}
	for k, w := range s.frequencies {
		turns := blas32.Dot(blas32.Vector{N: len(w), Data: w, Inc: 1}, z)
		to.Phases[k] = uint8(multivariate.Phase(float64(turns), profile.PhaseBins))
	}
	return Sound
}
