package modelsummaryconnector

import (
	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/profile/joint"
)

// observation is what is to be counted of one event: worked out once, counted in the whole traffic and in each segment.
type observation struct {
	serial uint64
	event  *event.Event
	// isOutcome: outcome is what is to be counted, nothing else.
	isOutcome bool
	outcome   outcome
	coded     []coded
	// extras are the indices of the inputs that are not in the profile, attributions those of the finite attributions.
	extras, attributions []int32
	scores               []scored
	// joint is what the features are together, nil where that is not counted.
	joint   *joint.Sketch
	vectors []vectorInput

	value, duration       float64
	hasValue, hasDuration bool
}

// coded is an input that the profile knows.
type coded struct {
	feature, bin int32
	outOfRange   bool
	value        float64
}

// planState is what a shard keeps beside a plan.
type planState struct {
	*plan
	// order is where, by the last event, the inputs are in the plan: they mostly come in the same order.
	order []int32
	// seen is the serial of the last event that had the feature, or the vector.
	seen     []uint64
	sketches sketches
	// last is the accumulator of the last event.
	last *accumulator
}

func newPlanState(p *plan) *planState {
	return &planState{plan: p, seen: make([]uint64, len(p.names)), sketches: newSketches(p.sketching)}
}

// find is the place of the i-th input in names, -1 where the profile does not have it.
func (s *planState) find(i int, name string) int32 {
	if i < len(s.order) {
		if f := s.order[i]; f >= 0 && s.names[f] == name {
			return f
		}
	}
	f, ok := s.index[name]
	if !ok {
		f = -1
	}
	if i < len(s.order) {
		s.order[i] = f
	} else if i == len(s.order) && i < 2*len(s.names) {
		s.order = append(s.order, f)
	}
	return f
}

// prepare works out what to count of the event.
func (s *shard) prepare(p *planState, e *event.Event) *observation {
	o := s.begun(e)
	o.isOutcome = false
	if p.overflow {
		return o
	}
	for i := range e.Inputs {
		input := &e.Inputs[i]
		f := p.find(i, input.Name)
		if f < 0 {
			o.extras = append(o.extras, int32(i))
			s.checkExtra(p.plan, input)
			continue
		}
		if p.seen[f] == o.serial {
			continue
		}
		p.seen[f] = o.serial
		if vector := int(f) - len(p.features); vector >= 0 {
			s.sketchVector(p, o, vector, input)
			continue
		}
		feature := &p.features[f]
		c := coded{feature: f, bin: feature.code(&input.Value), value: input.Number}
		switch {
		case c.bin < 0:
			s.invalid(p.plan, feature, &input.Value, c.bin)
		case feature.numeric:
			c.outOfRange = c.value < feature.min || c.value > feature.max
			if c.outOfRange {
				s.tally.invalid[invalidOutOfRange]++
			}
		case c.bin == feature.unseen():
			s.tally.invalid[invalidUnseen]++
		}
		o.coded = append(o.coded, c)
	}
	if p.joint != nil && sketched(e) {
		p.sketchJoint(o)
	}
	for i := range e.Attributions {
		if _, ok := s.number(p.plan, &e.Attributions[i].Value, fieldAttribution); ok {
			o.attributions = append(o.attributions, int32(i))
		}
	}
	s.prepareScores(p, o)
	o.value, o.hasValue = s.number(p.plan, &e.Value, fieldValue)
	o.duration, o.hasDuration = s.number(p.plan, &e.Duration, fieldDuration)
	if o.hasDuration && o.duration < 0 {
		s.refuse(p.plan, fieldDuration, refusedRange, "a duration must not be negative", "")
		o.hasDuration = false
	}
	return o
}

// begun is an empty observation of the event; of an outcome, unless it is said otherwise.
func (s *shard) begun(e *event.Event) *observation {
	o := &s.observation
	s.serial++
	o.serial, o.event, o.isOutcome = s.serial, e, true
	o.coded, o.extras, o.attributions, o.scores = o.coded[:0], o.extras[:0], o.attributions[:0], o.scores[:0]
	o.joint, o.vectors = nil, o.vectors[:0]
	o.hasValue, o.hasDuration = false, false
	return o
}

// number returns the value where it is a finite number; it refuses anything else that is there.
func (s *shard) number(p *plan, v *event.Value, field int) (float64, bool) {
	switch {
	case v.Kind == event.Missing:
		return 0, false
	case v.Kind != event.Number:
		s.refuse(p, field, refusedType, "it must be a number", v.Kind.String())
		return 0, false
	case !finite(v.Number):
		s.refuse(p, field, refusedNonFinite, "it must be a finite number", "NaN or infinity")
		return 0, false
	}
	return v.Number, true
}

func finite(x float64) bool { return x-x == 0 }
