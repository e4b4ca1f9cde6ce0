package modelsummaryconnector

import (
	"cmp"
	"slices"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// detection is what detections of concept drift are counted by. There are MaxCategories of them; what is beyond is counted by its
// level only.
type detection struct{ detector, signal, level string }

// levels of a detection.
var levels = []string{"warning", "drift"}

// addConceptDrift counts a detection in the group that the detector ran on, and in no other: all of the traffic, or one slice.
func (s *shard) addConceptDrift(e *event.Event) {
	if !s.accept(e) || !s.acceptDetection(e) {
		return
	}
	p := s.state(e.Model, e.Version)
	s.check(p.plan, e)
	a := s.whole(p, e)
	switch {
	case p.overflow:
		s.overflowed(p.plan, limitModels)
	case len(e.Slice) > 0:
		a = s.slice(a, e.Slice)
	}
	a.last = max(a.last, e.Time)
	a.countDetection(s, e)
	s.tally.detections++
}

// acceptDetection refuses what does not say which detector fired, or how sure it is.
func (s *shard) acceptDetection(e *event.Event) bool {
	reason := eventLevel
	switch {
	case e.Detector == "":
		reason = eventNoDetector
	case slices.Contains(levels, e.Level):
		return true
	}
	s.tally.refused[reason]++
	s.notices.refused(e, reason)
	return false
}

func (a *accumulator) countDetection(s *shard, e *event.Event) {
	key := detection{e.Detector, e.Signal, e.Level}
	if n, ok := a.detections[key]; ok {
		a.detections[key] = n + 1
		return
	}
	if a.detections == nil {
		a.detections = map[detection]uint64{}
	}
	detector, ok1 := keep(e.Detector)
	signal, ok2 := keep(e.Signal)
	key = detection{detector, signal, levels[slices.Index(levels, e.Level)]}
	if !ok1 || !ok2 || len(a.detections) >= s.limits.MaxCategories {
		s.overflowed(a.plan, limitCategories)
		key = key.overflow()
	}
	if _, ok := a.detections[key]; !ok {
		s.grow(entrySize + len(detector) + len(signal))
	}
	a.detections[key]++
}

// overflow stands for all detections of the level beyond the limit.
func (d detection) overflow() detection { return detection{overflow, "", d.level} }

func mergeDetections(to *map[detection]uint64, from map[detection]uint64, h *held) {
	if *to == nil {
		*to = from
		return
	}
	for _, key := range sortedFunc(from, compareDetections) {
		n := from[key]
		if _, ok := (*to)[key]; !ok && len(*to) >= h.limits.MaxCategories {
			h.overflowed.overflowed[limitCategories] += n
			key = key.overflow()
		}
		(*to)[key] += n
	}
}

func compareDetections(a, b detection) int {
	return cmp.Or(cmp.Compare(a.detector, b.detector), cmp.Compare(a.signal, b.signal), cmp.Compare(a.level, b.level))
}

func (w *writer) conceptDrifts(a *accumulator) {
	for _, key := range sortedFunc(a.detections, compareDetections) {
		signal := label{semconv.AttrDetectorSignal, key.signal}
		if key.signal == "" {
			signal = label{}
		}
		w.sum(semconv.MetricConceptDrifts, a, a.detections[key], label{semconv.AttrDetectorName, key.detector}, signal, label{semconv.AttrDetectorLevel, key.level})
	}
}

const (
	// foreignList begins the key of a slice whose keys are those of no configured list.
	foreignList = 0xff
	// maxForeignKeys is how many keys such a slice may have.
	maxForeignKeys = 16
)

// slice finds or makes the accumulator of the slice that a detector ran on. Its keys may be those of no configured list: the
// detectors have lists of their own. Then it is a slice all the same, one of max_segments.
func (s *shard) slice(whole *accumulator, labels []event.Label) *accumulator {
	attributes := s.attributes[:0]
	for _, l := range labels {
		if !slices.ContainsFunc(attributes, func(a summary.Attribute) bool { return a.Key == l.Key }) {
			attributes = append(attributes, summary.Attribute{Key: l.Key, Value: l.Text})
		}
	}
	slices.SortFunc(attributes, func(a, b summary.Attribute) int { return cmp.Compare(a.Key, b.Key) })
	s.attributes = attributes
	list, ok := s.slicing.find(attributes)
	s.key = append(s.key[:0], byte(list))
	for _, a := range attributes {
		if !ok {
			s.key = appendKey(s.key, a.Key)
		}
		s.key = appendKey(s.key, a.Value)
	}
	if a := whole.segments[string(s.key)]; a != nil {
		return a
	}
	attributes = slices.Clone(attributes)
	switch {
	case (ok || keepKeys(attributes)) && s.admitSegment(whole, attributes):
		return s.openSegment(whole, attributes, false)
	case ok:
		return s.openOverflow(whole, list, attributes)
	}
	return s.openOverflow(whole, foreignList, []summary.Attribute{{Key: overflow}})
}

// keepKeys makes keys that an event chose outlive the batch; false where there are too many, or one is too long.
func keepKeys(attributes []summary.Attribute) bool {
	if len(attributes) > maxForeignKeys {
		return false
	}
	for i := range attributes {
		key, ok := keep(attributes[i].Key)
		if !ok {
			return false
		}
		attributes[i].Key = key
	}
	return true
}
