package modelsummaryconnector

import (
	"github.com/leeway-ml/leeway/stats/calibration"
)

// calibrationBins is how many bins of equal width scores are counted in exactly; from semconv.md.
const calibrationBins = 20

// outcomeCounts is what the outcomes of an accumulator add up to.
type outcomeCounts struct {
	events    uint64 // outcomes, ground truths that became none, and feedback
	joins     [joinResults]uint64
	confusion confusion
	scores    map[string]*classCounts // by class
	top       [2]*calibrationCounts   // of the predicted class: wrong, right
	losses    []spread
	errors    *exponential
	truths    *measure
	delays    *histogram
	feedback  map[string]*histogram
}

// classCounts are the scores for one class, by whether it was the true one: not, was.
type classCounts struct {
	odds        [2]oddsCounts
	calibration [2]*calibrationCounts
}

// calibrationCounts has a bin for each twentieth of the scores.
type calibrationCounts [calibrationBins]spread

func (c *calibrationCounts) add(score float64) {
	c[calibration.BinIndex(score, calibrationBins)].add(score)
}

func (c *calibrationCounts) merge(o *calibrationCounts) *calibrationCounts {
	if c == nil || o == nil {
		if c == nil {
			return o
		}
		return c
	}
	for i := range c {
		c[i].merge(&o[i])
	}
	return c
}

// Rough sizes in bytes, for max_memory_mib.
const (
	outcomeSize     = 256
	calibrationSize = 32 * calibrationBins
	spreadSize      = 32
)

func (a *accumulator) countOutcome(s *shard, o *observation) {
	if a.outcomes == nil {
		a.outcomes = &outcomeCounts{losses: make([]spread, len(s.losses.names))}
		s.grow(outcomeSize + spreadSize*len(s.losses.names))
	}
	c, x := a.outcomes, &o.outcome
	c.events++
	c.joins[x.join]++
	if x.truth != "" {
		c.confusion.count(a, s, x.predicted, x.truth)
	}
	for i := range x.scores {
		c.countScore(a, s, &x.scores[i], x)
	}
	if x.hasTop {
		countCalibration(s, &c.top[index(x.predicted == x.truth)], x.top)
	}
	for _, l := range x.losses {
		c.losses[l.loss].add(l.value)
	}
	if x.hasErr {
		if c.errors == nil {
			c.errors = &exponential{max: maxBuckets}
			s.grow(extraSize)
		}
		s.grow(c.errors.add(x.err))
	}
	if x.hasTrueValue {
		c.countTruth(a, s, x.trueValue)
	}
	if x.hasDelay {
		if c.delays == nil {
			c.delays = newHistogram(delayBounds)
			s.grow(8 * len(delayBounds))
		}
		c.delays.add(x.delay)
	}
	if x.hasFeedback {
		c.countFeedback(a, s, o.event.FeedbackName, x.feedback)
	}
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (c *outcomeCounts) countScore(a *accumulator, s *shard, score *scored, x *outcome) {
	class := c.scores[score.class]
	if class == nil {
		class = c.newScore(a, s, score.class)
	}
	right := index(x.truth == score.class)
	s.grow(class.odds[right].add(relationOf(x.predicted, score.class), odds(score.score)))
	countCalibration(s, &class.calibration[right], score.score)
}

func (c *outcomeCounts) newScore(a *accumulator, s *shard, name string) *classCounts {
	if c.scores == nil {
		c.scores = map[string]*classCounts{}
	}
	name = s.scoreClass(a, name, len(c.scores))
	class := c.scores[name]
	if class == nil {
		class = &classCounts{}
		c.scores[name] = class
		s.grow(extraSize + len(name))
	}
	return class
}

func countCalibration(s *shard, c **calibrationCounts, score float64) {
	if *c == nil {
		*c = &calibrationCounts{}
		s.grow(calibrationSize)
	}
	(*c).add(score)
}

func (c *outcomeCounts) countTruth(a *accumulator, s *shard, x float64) {
	if c.truths == nil {
		c.truths = s.newMeasure(a.plan.truths, a.plan.truthRollup, a.segment != nil)
	}
	s.grow(c.truths.add(x))
}

// delayBounds are from a second to three months.
var delayBounds = []float64{
	1, 5, 15, 30, 60, 300, 900, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 12 * 3600,
	86400, 2 * 86400, 3 * 86400, 7 * 86400, 14 * 86400, 30 * 86400, 60 * 86400, 90 * 86400,
}
