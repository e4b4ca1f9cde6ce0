package groundtruthprocessor

import (
	"math"
	"slices"
	"time"
)

// timers say when something of a model is due, in event time: lists of keys, a list for each span of time. A list is written
// with the batch that its keys came with, and read once, when its time has come: what waits needs no memory here.
type timers struct {
	spans map[int64]*span
	// earliest is the end of the first span, math.MaxInt64 where there is none.
	earliest int64
	// changed tells that a span was added or taken away since the index was last written.
	changed bool
}

// span is a span of time: its lists are first, first+1 ... next-1.
type span struct{ first, next uint64 }

func newTimers() timers { return timers{spans: map[int64]*span{}, earliest: math.MaxInt64} }

// reserve makes room for a list in the span that ends then.
func (t *timers) reserve(end int64) (list uint64, s *span) {
	s = t.spans[end]
	if s == nil {
		s = &span{}
		t.spans[end] = s
		t.earliest = min(t.earliest, end)
		t.changed = true
	}
	s.next++
	return s.next - 1, s
}

// done lets go of the first list of a span.
func (t *timers) done(end int64) {
	s := t.spans[end]
	s.first++
	if s.first < s.next {
		return
	}
	delete(t.spans, end)
	t.changed = true
	t.earliest = math.MaxInt64
	for end := range t.spans {
		t.earliest = min(t.earliest, end)
	}
}

// ends of all spans, in order.
func (t *timers) ends() []int64 {
	ends := make([]int64, 0, len(t.spans))
	for end := range t.spans {
		ends = append(ends, end)
	}
	slices.Sort(ends)
	return ends
}

// grain is the length of a span of time: of what ends with the time to live, about 500 of them.
func grain(length time.Duration) int64 {
	return int64(min(max(length/500, time.Second), time.Hour).Truncate(time.Second))
}

// spanOf is the end of the span that holds a time.
func spanOf(t, grain int64) int64 { return (t/grain + 1) * grain }
