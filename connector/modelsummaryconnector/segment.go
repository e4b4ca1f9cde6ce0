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

// segmentKey tells a segment from every other one.
func segmentKey(buf []byte, list int, keys []int, texts []string) ([]byte, bool) {
	buf = append(buf, byte(list))
	for _, k := range keys {
		if texts[k] == "" {
			return buf, false
		}
		buf = binary.AppendUvarint(buf, uint64(len(texts[k])))
		buf = append(buf, texts[k]...)
	}
	return buf, true
}

func (s *shard) newSegment(whole *accumulator, list int, texts []string) *accumulator {
	if whole.segments == nil {
		whole.segments = map[string]*accumulator{}
	}
	ok := len(whole.segments) < s.limits.MaxSegments
	var attributes []summary.Attribute
	for _, k := range s.slicing.lists[list] {
		text, short := keep(texts[k])
		ok = ok && short
		attributes = append(attributes, summary.Attribute{Key: s.slicing.keys[k], Value: text})
	}
	key := string(s.key)
	if !ok {
		s.overflowed(whole.plan, limitSegments)
		for i := range attributes {
			attributes[i].Value = overflow
		}
		key = overflowSegment(list)
		if a := whole.segments[key]; a != nil {
			return a
		}
	}
	a := s.newAccumulator(whole.plan, whole.pane, attributes)
	a.experiment, a.variant, a.overflow = whole.experiment, whole.variant, !ok || whole.overflow
	whole.segments[key] = a
	return a
}

// overflowSegment is the key of what is beyond the limit, one for each list. It is no key of a real segment.
func overflowSegment(list int) string { return string([]byte{byte(list), 0}) }
