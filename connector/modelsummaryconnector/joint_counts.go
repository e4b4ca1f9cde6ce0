package modelsummaryconnector

import (
	"gonum.org/v1/gonum/floats"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/joint"
)

// phaseCounts are counts of angles, of each frequency in PhaseBins bins.
type phaseCounts []uint64

func newPhaseCounts(frequencies int) phaseCounts {
	return make(phaseCounts, frequencies*profile.PhaseBins)
}

func (c phaseCounts) add(phases []uint8) {
	for k, bin := range phases {
		c[k*profile.PhaseBins+int(bin)]++
	}
}

func (c phaseCounts) merge(o phaseCounts) {
	for i, n := range o {
		c[i] += n
	}
}

// jointCounts is what the inputs of all events together add up to.
type jointCounts struct {
	events uint64
	phases phaseCounts
	errors histogram
	// residuals by feature, products by pair: each feature with those after it.
	residuals, products []float64
}

func newJointCounts(j *profile.Joint) *jointCounts {
	n := len(j.Correlated)
	return &jointCounts{
		phases: newPhaseCounts(j.Frequencies), errors: *newHistogram(j.ErrorBounds),
		residuals: make([]float64, len(j.Features)), products: make([]float64, n*(n-1)/2),
	}
}

func (c *jointCounts) add(s *joint.Sketch) {
	c.events++
	c.phases.add(s.Phases)
	c.errors.add(s.Error)
	floats.Add(c.residuals, s.Residuals)
	products := c.products
	for i, x := range s.Correlated {
		rest := s.Correlated[i+1:]
		floats.AddScaled(products[:len(rest)], x, rest)
		products = products[len(rest):]
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
	floats.Add(c.products, o.products)
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
		c.phases, c.components = make(phaseCounts, len(sketch.Phases)*profile.PhaseBins), make([]float64, len(sketch.Components))
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
	return extraSize + 8*(len(c.phases)+len(c.errors.counts)+len(c.residuals)+len(c.products))
}

func (c *vectorCounts) size() int { return 8 * (len(c.phases) + len(c.components)) }

// sentSize is about how many bytes of OTLP they make.
func (c *jointCounts) sentSize() int {
	if c == nil {
		return 0
	}
	return c.phases.sentSize() + c.errors.sentSize() + pointSize*(len(c.residuals)+len(c.products))
}

func (c *vectorCounts) sentSize() int {
	return c.phases.sentSize() + pointSize*(len(c.components)+2)
}

func (c phaseCounts) sentSize() int {
	return len(c)/profile.PhaseBins*pointSize + binSize*len(c)
}
