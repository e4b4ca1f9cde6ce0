package modelsummaryconnector

import (
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/joint"
)

// phaseCounts are counts of angles, by frequency.
type phaseCounts [][profile.PhaseBins]uint64

func (c phaseCounts) add(phases []uint8) {
	for k := range c {
		c[k][phases[k]%profile.PhaseBins]++
	}
}

func (c phaseCounts) merge(o phaseCounts) {
	for k := range o {
		for bin, n := range o[k] {
			c[k][bin] += n
		}
	}
}

// jointCounts is what the inputs of all events together add up to.
type jointCounts struct {
	events    uint64
	phases    phaseCounts
	errors    histogram
	residuals []float64 // by feature
	// products of the correlated features, each with each.
	products blas64.General
}

func newJointCounts(j *profile.Joint) *jointCounts {
	n := len(j.Correlated)
	return &jointCounts{
		phases: make(phaseCounts, j.Frequencies), errors: *newHistogram(j.ErrorBounds),
		residuals: make([]float64, len(j.Features)),
		products:  blas64.General{Rows: n, Cols: n, Stride: n, Data: make([]float64, n*n)},
	}
}

func (c *jointCounts) add(s *joint.Sketch) {
	c.events++
	c.phases.add(s.Phases)
	c.errors.add(s.Error)
	floats.Add(c.residuals, s.Residuals)
	if n := len(s.Correlated); n > 0 {
		x := blas64.Vector{N: n, Data: s.Correlated, Inc: 1}
		blas64.Ger(1, x, x, c.products) // twice the work that is needed, at four times the speed
	}
}

func (c *jointCounts) merge(o *jointCounts) *jointCounts {
	if c == nil || o == nil {
		if c == nil {
			return o
		}
		return c
	}
	c.events += o.events
	c.phases.merge(o.phases)
	c.errors.merge(&o.errors)
	floats.Add(c.residuals, o.residuals)
	floats.Add(c.products.Data, o.products.Data)
	return c
}

// vectorCounts is what one vector input adds up to. What is missing is worked out as it is written.
type vectorCounts struct {
	events               uint64 // those in phases and components
	wrongType, nonFinite uint64
	phases               phaseCounts
	components           []float64
}

func (c *vectorCounts) merge(o *vectorCounts) {
	c.events += o.events
	c.wrongType += o.wrongType
	c.nonFinite += o.nonFinite
	if c.phases == nil {
		c.phases, c.components = o.phases, o.components
	} else if o.phases != nil {
		c.phases.merge(o.phases)
		floats.Add(c.components, o.components)
	}
}

func (a *accumulator) countSketches(s *shard, o *observation) {
	if o.joint != nil {
		if a.joint == nil {
			a.joint = newJointCounts(a.plan.profile.Joint)
			s.grow(a.joint.size())
		}
		a.joint.add(o.joint)
	}
	for i := range o.vectors {
		a.countVector(s, &o.vectors[i])
	}
}

func (a *accumulator) countVector(s *shard, input *vectorInput) {
	if a.vectors == nil {
		a.vectors = make([]vectorCounts, len(a.plan.vectors))
		s.grow(extraSize * len(a.vectors))
	}
	c := &a.vectors[input.vector]
	switch input.fault {
	case binType:
		c.wrongType++
		return
	case binNonFinite:
		c.nonFinite++
		return
	}
	sketch := input.sketch
	if c.phases == nil {
		c.phases, c.components = make(phaseCounts, len(sketch.Phases)), make([]float64, len(sketch.Components))
		s.grow(c.size())
	}
	c.events++
	c.phases.add(sketch.Phases)
	floats.Add(c.components, sketch.Components)
}

func mergeVectors(a, b []vectorCounts) []vectorCounts {
	if a == nil {
		return b
	}
	for i := range b {
		a[i].merge(&b[i])
	}
	return a
}

// size is about how many bytes the counts take.
func (c *jointCounts) size() int {
	if c == nil {
		return 0
	}
	return extraSize + c.phases.size() + 8*(len(c.errors.counts)+len(c.residuals)+len(c.products.Data))
}

func (c *vectorCounts) size() int { return c.phases.size() + 8*len(c.components) }

func (c phaseCounts) size() int { return 8 * profile.PhaseBins * len(c) }

// sentSize is about how many bytes of OTLP they make.
func (c *jointCounts) sentSize() int {
	if c == nil {
		return 0
	}
	return c.phases.sentSize() + c.errors.sentSize() + pointSize*(len(c.residuals)+len(c.products.Data)/2)
}

func (c *vectorCounts) sentSize() int {
	return c.phases.sentSize() + pointSize*(len(c.components)+2)
}

func (c phaseCounts) sentSize() int {
	return len(c) * (pointSize + binSize*profile.PhaseBins)
}
