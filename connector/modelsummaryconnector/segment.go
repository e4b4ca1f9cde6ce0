package modelsummaryconnector

import (
	"encoding/binary"
	"slices"

	"github.com/leeway-ml/leeway/summary"
)

// slicing is the configured segments, worked out.
type slicing struct {
	// keys are all keys there are, as the decoder is to look for them.
	keys []string
	// lists are the segments: indices of their keys, sorted by key.
	lists [][]int
}

func newSlicing(segments [][]string) slicing {
	var s slicing
	for _, list := range segments {
		var indices []int
		for _, key := range slices.Sorted(slices.Values(list)) {
			i := slices.Index(s.keys, key)
			if i < 0 {
				i = len(s.keys)
				s.keys = append(s.keys, key)
			}
			indices = append(indices, i)
		}
		s.lists = append(s.lists, indices)
	}
	return s
}

// countSegments counts the observation in the segments that it belongs to: those whose every key it has a text for.
func (s *shard) countSegments(whole *accumulator, o *observation) {
	for list, keys := range s.slicing.lists {
		key, ok := segmentKey(s.key[:0], list, keys, o.event.Segments)
		s.key = key
		if !ok {
			continue
		}
		a := whole.segments[string(key)]
		if a == nil {
			a = s.newSegment(whole, list, o.event.Segments)
		}
		a.count(s, o)
	}
}

// find is the list of exactly these keys, which are sorted; foreignList and false where there is none.
func (s *slicing) find(attributes []summary.Attribute) (list int, ok bool) {
	for list, keys := range s.lists {
		if slices.EqualFunc(keys, attributes, func(k int, a summary.Attribute) bool { return s.keys[k] == a.Key }) {
			return list, true
		}
	}
	return foreignList, false
}

// segmentKey tells a segment from every other one.
func segmentKey(buf []byte, list int, keys []int, texts []string) ([]byte, bool) {
	buf = append(buf, byte(list))
	for _, k := range keys {
		if texts[k] == "" {
			return buf, false
		}
		buf = appendKey(buf, texts[k])
	}
	return buf, true
}

func appendKey(buf []byte, text string) []byte {
	return append(binary.AppendUvarint(buf, uint64(len(text))), text...)
}

// newSegment makes the segment of s.key, or that of overflow.
func (s *shard) newSegment(whole *accumulator, list int, texts []string) *accumulator {
	attributes := make([]summary.Attribute, 0, len(s.slicing.lists[list]))
	for _, k := range s.slicing.lists[list] {
		attributes = append(attributes, summary.Attribute{Key: s.slicing.keys[k], Value: texts[k]})
	}
	if s.admitSegment(whole, attributes) {
		return s.openSegment(whole, attributes, false)
	}
	return s.openOverflow(whole, list, attributes)
}

// admitSegment makes the attributes' texts outlive the batch. It is false where there are too many segments already, or where a text
// is too long to name one.
func (s *shard) admitSegment(whole *accumulator, attributes []summary.Attribute) bool {
	ok := len(whole.segments) < s.limits.MaxSegments
	for i := range attributes {
		text, short := keep(attributes[i].Value)
		attributes[i].Value = text
		ok = ok && short
	}
	return ok
}

// openOverflow finds or makes the segment of what is beyond the limit, one for each list.
func (s *shard) openOverflow(whole *accumulator, list int, attributes []summary.Attribute) *accumulator {
	s.overflowed(whole.plan, limitSegments)
	for i := range attributes {
		attributes[i].Value = overflow
	}
	s.key = append(s.key[:0], byte(list), 0) // no key of a real segment
	return s.openSegment(whole, attributes, true)
}

// openSegment finds or makes the segment of s.key.
func (s *shard) openSegment(whole *accumulator, attributes []summary.Attribute, beyond bool) *accumulator {
	if a := whole.segments[string(s.key)]; a != nil {
		return a
	}
	if whole.segments == nil {
		whole.segments = map[string]*accumulator{}
	}
	a := s.newAccumulator(whole.plan, whole.pane, attributes)
	a.experiment, a.variant, a.overflow = whole.experiment, whole.variant, beyond || whole.overflow
	whole.segments[string(s.key)] = a
	return a
}
