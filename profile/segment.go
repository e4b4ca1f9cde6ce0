package profile

import (
	"strings"

	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// Slice is the reference of one slice of the traffic, nil where the profile has none for these attributes. Keys may carry
// the prefix ml.segment.
func (p *Profile) Slice(attributes []summary.Attribute) *Segment {
	for i := range p.Segments {
		if p.Segments[i].is(attributes) {
			return &p.Segments[i]
		}
	}
	return nil
}

func (s *Segment) is(attributes []summary.Attribute) bool {
	if len(s.Attributes) != len(attributes) {
		return false
	}
	for _, a := range attributes {
		value, ok := s.Attributes[strings.TrimPrefix(a.Key, semconv.AttrSegmentPrefix)]
		if !ok || value != a.Value {
			return false
		}
	}
	return true
}

// Reference is a slice's distribution of the variable over its fine bins, at the hours that the reference at stands for
// (Variable.At with the slice's own hours): the mixture times (slice's share / whole's share) in each roll-up bin,
// renormalised. A profile keeps no counts of a slice by hour; this supposes that the hour changes every slice alike.
// ok is false where the profile has no counts of the variable for the slice.
//
// Size: 1/Size = 1/slice + 1/at - 1/whole, that is the slice's own uncertainty and what the rhythm adds to it.
func (s *Segment) Reference(key string, v *Variable, at Reference) (r Reference, ok bool) {
	counts := s.Counts[key]
	if len(counts) != len(v.Rollup) {
		return Reference{}, false
	}
	whole := SumBins(v.Counts, v.Rollup)
	mixed := SumBins(at.Shares, v.Rollup)
	var observed, wholeObserved, sum float64
	for i, c := range counts {
		observed += float64(c)
		wholeObserved += float64(whole[i])
	}
	if observed == 0 {
		return Reference{}, false
	}
	for i, c := range counts {
		if whole[i] == 0 {
			mixed[i] = 0
			continue
		}
		mixed[i] *= float64(c) / float64(whole[i]) // the constant observed/wholeObserved drops out below
		sum += mixed[i]
	}
	if sum == 0 {
		return Reference{}, false
	}
	for i := range mixed {
		mixed[i] /= sum
	}
	r.Shares = v.refine(mixed, whole)
	r.Size = observed
	if at.Size > 0 && at.Size < wholeObserved {
		r.Size = 1 / (1/observed + 1/at.Size - 1/wholeObserved)
	}
	if missing := float64(s.Missing[key]); missing > 0 {
		r.MissingShare = missing / (missing + observed)
	}
	return r, true
}
