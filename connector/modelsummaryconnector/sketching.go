package modelsummaryconnector

import (
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/joint"
)

// sketching is how what a profile's inputs are together is counted, and what its vectors are: worked out once a profile, and shared
// by the plans of all versions of a model that have it.
type sketching struct {
	joint *joint.Sketcher // nil where the profile has no joint reference
	// places are those of the profile's features in the joint reference, -1 of those that are not in it.
	places  []int32
	vectors []planVector
	err     error // why there is no joint
}

// planVector is an input of a profile that is an array of numbers.
type planVector struct {
	*joint.VectorSketcher
	name string
	dims int
}

func newSketching(p *profile.Profile) *sketching {
	s := &sketching{}
	if p.Joint != nil {
		s.joint, s.err = joint.NewSketcher(p)
	}
	if s.joint != nil {
		at := make(map[string]int32, len(p.Joint.Features))
		for i, name := range p.Joint.Features {
			at[name] = int32(i)
		}
		for _, v := range p.Features {
			place, ok := at[v.Name]
			if !ok {
				place = -1
			}
			s.places = append(s.places, place)
		}
	}
	for _, v := range p.Vectors {
		s.vectors = append(s.vectors, planVector{joint.NewVectorSketcher(v), v.Name, len(v.Mean)})
	}
	return s
}

// sketches are the memory that a shard sketches in.
type sketches struct {
	bins    []int32
	joint   *joint.Sketch
	vectors []*joint.VectorSketch
}

func newSketches(s *sketching) (m sketches) {
	if s.joint != nil {
		m.joint = s.joint.NewSketch()
		m.bins = make([]int32, len(s.joint.Joint().Features))
	}
	for i := range s.vectors {
		m.vectors = append(m.vectors, s.vectors[i].NewSketch())
	}
	return m
}

// vectorInput is a vector that an event has. fault is 0 where the sketch is one of it, else what code says of such a value.
type vectorInput struct {
	vector int
	fault  int32
	sketch *joint.VectorSketch
}

// sketched reports whether an event counts in the sketches: those of all of the traffic, and of no arm of an experiment.
func sketched(e *event.Event) bool { return e.Experiment == "" && e.Variant == "" }

// sketchJoint works out what the event's features are together. A feature that it lacks, or that is in no bin, is missing.
func (s *planState) sketchJoint(o *observation) {
	bins := s.sketches.bins
	for i := range bins {
		bins[i] = binMissing
	}
	for i := range o.coded {
		if place := s.places[o.coded[i].feature]; place >= 0 {
			bins[place] = o.coded[i].bin
		}
	}
	s.joint.Sketch(bins, s.sketches.joint)
	o.joint = s.sketches.joint
}

// sketchVector works out what a vector adds.
func (s *shard) sketchVector(p *planState, o *observation, vector int, v *event.Field) {
	if v.Kind == event.Missing || !sketched(o.event) {
		return
	}
	fault, sketch := binType, p.sketches.vectors[vector]
	if v.Kind == event.Numbers {
		switch p.vectors[vector].Sketch(v.Numbers, sketch) {
		case joint.Sound:
			fault = 0
		case joint.NonFinite:
			fault = binNonFinite
		}
	}
	switch fault {
	case binType:
		s.noVector(p.plan, &p.vectors[vector], v)
	case binNonFinite:
		s.nonFinite(p.plan, p.vectors[vector].name)
	}
	o.vectors = append(o.vectors, vectorInput{vector, fault, sketch})
}

// noVector counts an input that is no vector, or one of another length, and says so.
func (s *shard) noVector(p *plan, vector *planVector, v *event.Field) {
	s.tally.invalid[invalidType]++
	if s.notices.once(noticeKey{p.model, p.version, "type", vector.name}) {
		s.notices.warn(p, "An input is not the vector that it is in the profile; it is counted as invalid. Is it another model's embedding?",
			zap.String("feature", vector.name), zap.Int("profile_numbers", vector.dims), zap.Int("event_numbers", len(v.Numbers)), zap.Stringer("event", v.Kind))
	}
}

// checkSketching says why a profile's joint reference is not used.
func (s *shard) checkSketching(p *plan) {
	if p.err != nil && s.notices.once(noticeKey{p.model, p.version, "joint", ""}) {
		s.notices.warn(p, "The joint reference of the model's profile can't be used, and what the inputs are together is not counted; make the profile again", zap.Error(p.err))
	}
}
