package joint

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/multivariate"
)

// Sketcher says what a row adds to the summaries. It is safe for concurrent use.
type Sketcher struct {
	*Encoder
	joint      *profile.Joint
	components int
	// singles are the dimensions of the features that have one; weights has a row for each: its element of each component, then of each frequency, in turns.
	singles []int
	weights blas64.General
	// multiple are the features of several dimensions; sums are such rows of a category's point, added up: by these and by group.
	multiple []int
	sums     [][][]float64
	// principal has a row a component.
	principal blas64.General
	// correlated are the dimensions of Joint.Correlated.
	correlated []int
}

// Sketch is what one row adds. Its slices are reused.
type Sketch struct {
	// Phases are the bins of the angles along the random frequencies.
	Phases []uint8
	// Error is the reconstruction error: the length of what the components leave of the encoded row.
	Error float64
	// Residuals are the squared lengths of that rest by feature, in the order of Joint.Features; they add up to Error².
	Residuals []float64
	// Correlated are the encoded values of Joint.Correlated.
	Correlated []float64

	encoded, single, rest, projected []float64
}

// ErrNone is returned where the profile has no joint reference.
var ErrNone = errors.New("joint: the profile has no joint reference; make it again, without --joint=false")

// NewSketcher makes the sketcher of a profile that has a joint reference.
func NewSketcher(p *profile.Profile) (*Sketcher, error) {
	if p == nil || p.Joint == nil {
		return nil, ErrNone
	}
	j := p.Joint
	variables := make([]*profile.Variable, len(j.Features))
	index := make(map[string]int, len(j.Features))
	for i, name := range j.Features {
		if variables[i] = p.Feature(name); variables[i] == nil {
			return nil, fmt.Errorf("joint.features[%d]: %q is no feature of the profile", i, name)
		}
		index[name] = i
	}
	s := &Sketcher{Encoder: NewEncoder(variables), joint: j, components: len(j.Components)}
	for i, c := range j.Components {
		if len(c) != s.dims {
			return nil, fmt.Errorf("joint.components[%d]: has %d elements, but the features have %d dimensions", i, len(c), s.dims)
		}
	}
	for i, name := range j.Correlated {
		f, ok := index[name]
		if !ok || s.features[f].scores == nil {
			return nil, fmt.Errorf("joint.correlated[%d]: %q must be one of joint.features that has one dimension", i, name)
		}
		s.correlated = append(s.correlated, s.features[f].first)
	}
	s.weigh()
	return s, nil
}

// weigh lays the components and frequencies out by dimension, and adds up what a category's dimensions come to.
func (s *Sketcher) weigh() {
	j := s.joint
	frequencies := multivariate.Frequencies(j.Seed, j.Frequencies, s.dims, j.Bandwidth*2*math.Pi)
	width := s.components + len(frequencies)
	s.principal = blas64.General{Rows: s.components, Cols: s.dims, Stride: s.dims, Data: slices.Concat(j.Components...)}
	rows := make([][]float64, s.dims)
	for d := range rows {
		rows[d] = make([]float64, width)
		for k, c := range j.Components {
			rows[d][k] = c[d]
		}
		for k, w := range frequencies {
			rows[d][s.components+k] = w[d]
		}
	}
	for i := range s.features {
		f := &s.features[i]
		if f.scores != nil {
			s.singles = append(s.singles, f.first)
			s.weights.Data = append(s.weights.Data, rows[f.first]...)
		}
		if f.points == nil {
			continue
		}
		sums := make([][]float64, len(f.points))
		for group, point := range f.points {
			sums[group] = make([]float64, width)
			for d, x := range point {
				floats.AddScaled(sums[group], x, rows[f.first+d])
			}
		}
		s.multiple, s.sums = append(s.multiple, i), append(s.sums, sums)
	}
	s.weights.Rows, s.weights.Cols, s.weights.Stride = len(s.singles), width, width
}

func vector(x []float64) blas64.Vector { return blas64.Vector{N: len(x), Data: x, Inc: 1} }

// NewSketch makes room for a sketch.
func (s *Sketcher) NewSketch() *Sketch {
	return &Sketch{
		Phases:     make([]uint8, s.joint.Frequencies),
		Residuals:  make([]float64, len(s.features)),
		Correlated: make([]float64, len(s.correlated)),
		encoded:    make([]float64, s.dims),
		single:     make([]float64, len(s.singles)),
		rest:       make([]float64, s.dims),
		projected:  make([]float64, s.components+s.joint.Frequencies),
	}
}

// Sketch writes what the row adds into the sketch, which NewSketch of the same sketcher made. bins are as Encode takes them.
func (s *Sketcher) Sketch(bins []int32, to *Sketch) {
	s.Encode(bins, to.encoded)
	s.project(bins, to)
	for k, turns := range to.projected[s.components:] {
		to.Phases[k] = uint8(multivariate.Phase(turns, profile.PhaseBins))
	}
	copy(to.rest, to.encoded)
	if s.components > 0 && s.dims > 0 {
		blas64.Gemv(blas.Trans, -1, s.principal, vector(to.projected[:s.components]), 1, vector(to.rest))
	}
	var total float64
	for i := range s.features {
		f := &s.features[i]
		var squares float64
		for _, x := range to.rest[f.first : f.first+f.dims] {
			squares += x * x
		}
		to.Residuals[i] = squares
		total += squares
	}
	to.Error = math.Sqrt(total)
	for i, d := range s.correlated {
		to.Correlated[i] = to.encoded[d]
	}
}

// project is the encoded row along all components and frequencies.
func (s *Sketcher) project(bins []int32, to *Sketch) {
	for k, d := range s.singles {
		to.single[k] = to.encoded[d]
	}
	clear(to.projected)
	if len(s.singles) > 0 {
		blas64.Gemv(blas.Trans, 1, s.weights, vector(to.single), 1, vector(to.projected))
	}
	for k, i := range s.multiple {
		group := s.features[i].group
		if bin := bins[i]; bin >= 0 && int(bin) < len(group) {
			floats.Add(to.projected, s.sums[k][group[bin]])
		}
	}
}

// Joint is the reference that the sketcher is of.
func (s *Sketcher) Joint() *profile.Joint { return s.joint }

// Encoded is the row as numbers; it is overwritten by the next Sketch.
func (s *Sketch) Encoded() []float64 { return s.encoded }
