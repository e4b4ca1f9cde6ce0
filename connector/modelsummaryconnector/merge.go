package modelsummaryconnector

import (
	"cmp"
	"slices"
	"strings"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/summary"
)

// held is what the shards gave up and the next component did not yet take.
type held struct {
	limits       Limits
	accumulators map[heldKey]*accumulator
	overflowed   tally
}

type heldKey struct {
	model, version string
	profile        *profile.Profile
	arm            arm
	segment        string
	pane           uint64
}

func keyOf(a *accumulator) heldKey {
	var segment strings.Builder
	for _, attribute := range a.segment {
		segment.WriteString(attribute.Key + "\x00" + attribute.Value + "\x00")
	}
	return heldKey{a.plan.model, a.plan.version, a.plan.profile, arm{a.experiment, a.variant}, segment.String(), a.pane}
}

// add takes the accumulators over.
func (h *held) add(all []*accumulator) {
	if h.accumulators == nil {
		h.accumulators = make(map[heldKey]*accumulator, len(all))
	}
	for _, a := range all {
		key := keyOf(a)
		if b := h.accumulators[key]; b != nil {
			b.merge(a, h)
		} else {
			h.accumulators[key] = a
		}
	}
}

// sorted is what is held, oldest panes first.
func (h *held) sorted() []*accumulator {
	all := make([]*accumulator, 0, len(h.accumulators))
	for _, a := range h.accumulators {
		all = append(all, a)
	}
	slices.SortFunc(all, compare)
	return all
}

// drop forgets the accumulators, and returns how many events that were.
func (h *held) drop(part []*accumulator) uint64 {
	var events uint64
	for _, a := range part {
		if a.segment == nil {
			events += a.counted()
		}
		events += a.detected()
		delete(h.accumulators, keyOf(a))
	}
	if len(h.accumulators) == 0 {
		h.accumulators = nil // a map does not give back its memory
	}
	return events
}

// trim forgets the oldest panes until the rest is within the limit, and returns how many events that were.
func (h *held) trim(bytes int) uint64 {
	all := h.sorted()
	size := 0
	for _, a := range all {
		size += a.size()
	}
	n := 0
	for ; n < len(all) && size > bytes; n++ {
		size -= all[n].size()
	}
	return h.drop(all[:n])
}

func compare(a, b *accumulator) int {
	return cmp.Or(
		cmp.Compare(a.pane, b.pane),
		cmp.Compare(a.plan.model, b.plan.model),
		cmp.Compare(a.plan.version, b.plan.version),
		cmp.Compare(a.experiment, b.experiment),
		cmp.Compare(a.variant, b.variant),
		slices.CompareFunc(a.segment, b.segment, func(a, b summary.Attribute) int {
			return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Value, b.Value))
		}),
	)
}

// merge adds b, which is of the same model, arm, segment and pane, and takes over its memory.
func (a *accumulator) merge(b *accumulator, h *held) {
	a.last = max(a.last, b.last)
	a.events += b.events
	for i, n := range b.cells {
		a.cells[i] += n
	}
	for i := range b.features {
		a.features[i].merge(&b.features[i])
	}
	mergeExtras(&a.extras, b.extras, h)
	mergeExtras(&a.attributions, b.attributions, h)
	mergeCategories(&a.classes, b.classes, h)
	a.mergeScores(b, h)
	a.values = mergeMeasures(a.values, b.values)
	a.durations = mergeHistograms(a.durations, b.durations)
	if a.outcomes == nil {
		a.outcomes = b.outcomes
	} else if b.outcomes != nil {
		a.outcomes.merge(b.outcomes, a.plan, h)
	}
	mergeDetections(&a.detections, b.detections, h)
	a.joint = a.joint.merge(b.joint)
	a.vectors = mergeVectors(a.vectors, b.vectors)
}

func mergeHistograms(a, b *histogram) *histogram {
	switch {
	case a == nil:
		return b
	case b != nil:
		a.merge(b)
	}
	return a
}

func (f *featureCounts) merge(o *featureCounts) {
	f.spread.merge(&o.spread)
	f.binned += o.binned
	f.wrongType += o.wrongType
	f.nonFinite += o.nonFinite
	f.outOfRange += o.outOfRange
}

func mergeExtras(to *map[string]*extra, from map[string]*extra, h *held) {
	if *to == nil {
		*to = from
		return
	}
	for _, name := range sortedKeys(from) {
		x := from[name]
		if len(*to) >= h.limits.MaxFeatures && (*to)[name] == nil {
			h.overflowed.overflowed[limitFeatures] += x.observed()
			name = overflow
		}
		if y := (*to)[name]; y == nil {
			(*to)[name] = x
		} else {
			y.merge(x, h)
		}
	}
}

func (x *extra) observed() uint64 {
	n := x.numbers.h.Count()
	for _, c := range x.categories {
		n += c
	}
	return n
}

func (x *extra) merge(o *extra, h *held) {
	x.numbers.merge(&o.numbers)
	mergeCategories(&x.categories, o.categories, h)
	x.missing += o.missing
	x.wrongType += o.wrongType
	x.nonFinite += o.nonFinite
}

func mergeCategories(to *map[string]uint64, from map[string]uint64, h *held) {
	if *to == nil {
		*to = from
		return
	}
	for _, category := range sortedKeys(from) {
		n := from[category]
		if _, ok := (*to)[category]; !ok && len(*to) >= h.limits.MaxCategories {
			h.overflowed.overflowed[limitCategories] += n
			category = profile.Other
		}
		(*to)[category] += n
	}
}

func (a *accumulator) mergeScores(b *accumulator, h *held) {
	if a.scores == nil {
		a.scores = b.scores
		return
	}
	for _, class := range sortedKeys(b.scores) {
		x := b.scores[class]
		if _, known := a.plan.scores[class]; !known && a.scores[class] == nil && len(a.scores) >= h.limits.MaxCategories {
			h.overflowed.overflowed[limitCategories] += x.bins.count
			class = overflow
		}
		if y := a.scores[class]; y == nil {
			a.scores[class] = x
		} else {
			y.bins.merge(&x.bins)
			y.odds.merge(&x.odds)
		}
	}
}

func mergeMeasures(a, b *measure) *measure {
	switch {
	case a == nil:
		return b
	case b == nil:
	case a.bins != nil:
		a.bins.merge(b.bins)
	default:
		a.exponential.merge(b.exponential)
	}
	return a
}

func (a *accumulator) size() int {
	size := accumulatorSize + 8*len(a.cells) + featureSize*len(a.features) + extraSize*(len(a.extras)+len(a.attributions)+len(a.scores)) + entrySize*len(a.detections)
	if a.outcomes != nil {
		size += a.outcomes.size()
	}
	size += a.joint.size()
	for i := range a.vectors {
		size += extraSize + a.vectors[i].size()
	}
	return size
}

// counted is how many events the accumulator holds.
func (a *accumulator) counted() uint64 {
	if a.outcomes == nil {
		return a.events
	}
	return a.events + a.outcomes.events
}

// detected is how many detections the accumulator holds; unlike events, no other one holds them too.
func (a *accumulator) detected() uint64 {
	var n uint64
	for _, detections := range a.detections {
		n += detections
	}
	return n
}
