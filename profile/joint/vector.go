package joint

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/multivariate"
)

// farthest bounds a component in units of the reference's spread, so that one vector can't outweigh a million others.
const farthest = 100

// VectorSketcher says what a vector adds to the summaries. It is safe for concurrent use.
type VectorSketcher struct {
	vector      *profile.Vector
	frequencies [][]float64 // in turns
}

// VectorSketch is what one vector adds. Its slices are reused.
type VectorSketch struct {
	// Phases are the bins of the angles along the random frequencies.
	Phases []uint8
	// Components are measured from the reference's mean, in units of its spread; at most 100.
	Components []float64
}

// NewVectorSketcher makes the sketcher of a vector input.
func NewVectorSketcher(v *profile.Vector) *VectorSketcher {
	return &VectorSketcher{vector: v, frequencies: multivariate.Frequencies(v.Seed, v.Frequencies, len(v.Mean), v.Bandwidth*2*math.Pi)}
}

// NewSketch makes room for a sketch.
func (s *VectorSketcher) NewSketch() *VectorSketch {
	return &VectorSketch{Phases: make([]uint8, len(s.frequencies)), Components: make([]float64, len(s.vector.Mean))}
}

// Fault is why a vector adds nothing.
type Fault uint8

// Faults of a vector.
const (
	Sound     Fault = iota
	Length          // it has more or fewer components than the reference's
	NonFinite       // a component is NaN or infinite
)

// Sketch writes what the vector adds into the sketch, which NewSketch of the same sketcher made; nothing where there is a fault.
func (s *VectorSketcher) Sketch(v []float64, to *VectorSketch) Fault {
	if len(v) != len(s.vector.Mean) {
		return Length
	}
	for i, x := range v {
		z := (x - s.vector.Mean[i]) / s.vector.Spread
		if math.IsNaN(z) || math.IsInf(x, 0) {
			return NonFinite
		}
		to.Components[i] = max(-farthest, min(farthest, z))
	}
	for k, w := range s.frequencies {
		to.Phases[k] = uint8(multivariate.Phase(floats.Dot(w, to.Components), profile.PhaseBins))
	}
	return Sound
}
