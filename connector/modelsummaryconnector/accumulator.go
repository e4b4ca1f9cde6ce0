package modelsummaryconnector

import (
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/summary"
)

// accumulator is what the events of one model version, arm, segment and pane add up to.
type accumulator struct {
	plan                *plan
	pane                uint64 // event time / length of a pane
	experiment, variant string
	segment             []summary.Attribute // nil = the whole traffic
	overflow            bool                // counts what is beyond the limit of segments or arms

	last   uint64 // greatest event time
	events uint64 // predictions

	cells        []uint64 // of the profile's features, as the plan says
	features     []featureCounts
	extras       map[string]*extra // features without a profile
	attributions map[string]*extra
	classes      map[string]uint64
	scores       map[string]*scoreCounts
	values       *measure
	durations    *histogram
	outcomes     *outcomeCounts // nil where there are none
	detections   map[detection]uint64
	// joint and vectors are of the whole traffic only; nil where there are none.
	joint   *jointCounts
	vectors []vectorCounts // by the plan's vectors

	// segments of a whole accumulator, by key of the segment.
	segments map[string]*accumulator
}

type featureCounts struct {
	spread
	binned                           uint64 // observations in a bin
	wrongType, nonFinite, outOfRange uint64 // what is missing is worked out as it is written
}

// extra is a feature, or an attribution, that no profile knows: what is a number goes into an exponential histogram,
// everything else into categories.
type extra struct {
	serial                        uint64
	numbers                       exponential
	categories                    map[string]uint64
	missing, wrongType, nonFinite uint64
}

type scoreCounts struct {
	bins histogram
	odds oddsCounts
}

// measure has explicit bins or an exponential histogram.
type measure struct {
	bins        *histogram
	exponential *exponential
}

func (m *measure) add(x float64) int {
	if m.bins != nil {
		m.bins.add(x)
		return 0
	}
	return m.exponential.add(x)
}

// Rough sizes in bytes, for max_memory_mib.
const (
	accumulatorSize = 1024
	featureSize     = 64
	extraSize       = 256
	entrySize       = 96
)

func (s *shard) newAccumulator(p *plan, pane uint64, segment []summary.Attribute) *accumulator {
	cells := p.fine
	if segment != nil {
		cells = p.coarse
	}
	s.grow(accumulatorSize + 8*cells + featureSize*len(p.features))
	s.panes++
	return &accumulator{
		plan: p, pane: pane, segment: segment,
		cells: make([]uint64, cells), features: make([]featureCounts, len(p.features)),
	}
}

// count adds the observation.
func (a *accumulator) count(s *shard, o *observation) {
	a.last = max(a.last, o.event.Time)
	if o.isOutcome {
		a.countOutcome(s, o)
		return
	}
	a.events++
	if a.segment == nil {
		a.countFine(o)
		a.countSketches(s, o)
	} else {
		a.countCoarse(o)
	}
	for _, i := range o.extras {
		a.countExtra(s, o, &o.event.Inputs[i])
	}
	for _, i := range o.attributions {
		a.countAttribution(s, o, &o.event.Attributions[i])
	}
	a.countClass(s, o.event.Class)
	for i := range o.scores {
		a.countScore(s, &o.scores[i], o.event.Class)
	}
	if o.hasValue {
		a.countValue(s, o.value)
	}
	if o.hasDuration {
		if a.durations == nil {
			a.durations = newHistogram(durationBounds)
			s.grow(8 * len(durationBounds))
		}
		a.durations.add(o.duration)
	}
}

func (a *accumulator) countFine(o *observation) {
	for i := range o.coded {
		c := &o.coded[i]
		feature := &a.plan.features[c.feature]
		counts := &a.features[c.feature]
		if c.bin < 0 {
			counts.invalid(c.bin)
			continue
		}
		a.cells[feature.fine+int(c.bin)]++
		counts.valid(feature, c)
	}
}

func (a *accumulator) countCoarse(o *observation) {
	for i := range o.coded {
		c := &o.coded[i]
		feature := &a.plan.features[c.feature]
		counts := &a.features[c.feature]
		if c.bin < 0 {
			counts.invalid(c.bin)
			continue
		}
		bin := c.bin
		if feature.numeric {
			bin = feature.coarseBin[bin]
		}
		a.cells[feature.coarse+int(bin)]++
		counts.valid(feature, c)
	}
}

func (f *featureCounts) valid(feature *planFeature, c *coded) {
	f.binned++
	if feature.numeric {
		f.spread.add(c.value)
		if c.outOfRange {
			f.outOfRange++
		}
	}
}

func (f *featureCounts) invalid(bin int32) {
	switch bin {
	case binType:
		f.wrongType++
	case binNonFinite:
		f.nonFinite++
	}
}

func (a *accumulator) countClass(s *shard, class string) {
	if class == "" {
		return
	}
	s.countText(a, &a.classes, class)
}

func (a *accumulator) countScore(s *shard, score *scored, predicted string) {
	x := a.scores[score.class]
	if x == nil {
		x = a.newScore(s, score.class)
	}
	x.bins.add(score.score)
	s.grow(x.odds.add(relationOf(predicted, score.class), odds(score.score)))
}

func (a *accumulator) newScore(s *shard, class string) *scoreCounts {
	if a.scores == nil {
		a.scores = map[string]*scoreCounts{}
	}
	class = s.scoreClass(a, class, len(a.scores))
	x := a.scores[class]
	if x == nil {
		bounds := a.plan.scoreBounds(class, a.segment != nil)
		x = &scoreCounts{bins: *newHistogram(bounds)}
		a.scores[class] = x
		s.grow(extraSize + 8*len(bounds))
	}
	return x
}

// scoreClass is the name that the scores for a class are counted by, where there are so many already.
func (s *shard) scoreClass(a *accumulator, class string, there int) string {
	class, ok := keep(class)
	if _, known := a.plan.scores[class]; !ok || !known && there >= s.limits.MaxCategories {
		class = overflow
		if a.segment == nil {
			s.overflowed(a.plan, limitCategories)
		}
	}
	return class
}

func (a *accumulator) countValue(s *shard, x float64) {
	if a.values == nil {
		a.values = s.newMeasure(a.plan.values, a.plan.valueRollup, a.segment != nil)
	}
	s.grow(a.values.add(x))
}

// newMeasure has the variable's bins, or its roll-up bins; without a variable, an exponential histogram.
func (s *shard) newMeasure(v *profile.Variable, rollup []float64, coarse bool) *measure {
	if v == nil {
		return &measure{exponential: &exponential{max: maxBuckets}}
	}
	bounds := v.Bounds
	if coarse {
		bounds = rollup
	}
	s.grow(8 * len(bounds))
	return &measure{bins: newHistogram(bounds)}
}
