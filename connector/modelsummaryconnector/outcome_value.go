package modelsummaryconnector

import (
	"cmp"
	"slices"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/stats/loss"
)

// prepareRegression finds truth, error and losses of an outcome of a regression.
func (s *shard) prepareRegression(p *plan, o *observation) {
	e, x := o.event, &o.outcome
	if e.GroundTruthValue.Kind == event.Missing {
		s.refuse(p, fieldGroundTruth, refusedType, "the truth of a regression is a number; send ml.ground_truth.value, or ml.task.type if the model is none", "no value")
		return
	}
	y, ok := s.number(p, &e.GroundTruthValue, fieldGroundTruth)
	if !ok {
		return
	}
	x.trueValue, x.hasTrueValue = y, true
	if e.Value.Kind == event.Missing {
		s.refuse(p, fieldValue, refusedMissing, "the outcome of a regression needs what was predicted; send ml.prediction.value", "nothing")
		return
	}
	v, ok := s.number(p, &e.Value, fieldValue)
	if !ok {
		return
	}
	squared, ySquared := loss.Squared(v, y), y*y
	if !finite(squared) || !finite(ySquared) {
		s.refuse(p, fieldValue, refusedRange, "the square of the error, or of the truth, is too large for a number", "")
		return
	}
	x.err, x.hasErr = v-y, true
	x.loss(lossSquared, squared)
	x.loss(lossAbsolute, loss.Absolute(v, y))
	x.loss(lossOver, loss.Over(v, y))
	x.loss(lossUnder, loss.Under(v, y))
	x.loss(lossAbsolutePercentage, loss.AbsolutePercentage(v, y))
	x.loss(lossSymmetricPercentage, loss.SymmetricPercentage(v, y))
	x.loss(lossGroundTruthSquared, ySquared)
}

// prepareRanking finds the gains of the items of one query.
func (s *shard) prepareRanking(p *plan, o *observation) {
	e, x := o.event, &o.outcome
	switch {
	case e.BadItems:
		s.refuse(p, fieldItems, refusedType, "ml.prediction.items must be an array of item ids, best first", "no array")
		return
	case len(e.Items) == 0:
		s.refuse(p, fieldItems, refusedMissing, "the outcome of a ranking needs the items, best first; send ml.prediction.items, or ml.task.type if the model is no ranking", "none")
		return
	case e.BadRelevances:
		s.refuse(p, fieldRelevances, refusedType, "ml.ground_truth.relevances must be a map from item id to gain", "no map")
		return
	case len(e.Relevances) == 0:
		s.refuse(p, fieldRelevances, refusedMissing, "the truth of a ranking is how relevant items are; send ml.ground_truth.relevances, with a gain of 0 where nothing is", "none")
		return
	}
	if !s.gains(p, o) {
		return
	}
	l := &s.losses
	for i, k := range l.rankingK {
		x.loss(l.firstNDCG+i, loss.NDCG(x.gains, x.idealGain, k))
		x.loss(l.firstHit+i, loss.Hit(x.gains, k))
	}
	x.loss(l.reciprocalRank, loss.ReciprocalRank(x.gains))
}

// gains finds the gain of each item of the ranking, and the greatest ones there are. An item that occurs twice, in the
// ranking or among the relevances, counts the first time.
func (s *shard) gains(p *plan, o *observation) bool {
	e, x := o.event, &o.outcome
	if s.relevances == nil {
		s.relevances = map[string]float64{}
	}
	clear(s.relevances)
	total := 0.0
	for i := range e.Relevances {
		r := &e.Relevances[i]
		gain := r.Number
		if r.Kind != event.Bool {
			var ok bool
			if gain, ok = s.number(p, &r.Value, fieldRelevances); !ok {
				if r.Kind == event.Missing {
					continue
				}
				return false
			}
		}
		if gain < 0 {
			s.refuse(p, fieldRelevances, refusedRange, "a gain must not be negative; 0 = not relevant", r.Name)
			return false
		}
		if _, twice := s.relevances[r.Name]; twice {
			continue
		}
		s.relevances[r.Name] = gain
		x.idealGain = append(x.idealGain, gain)
		total += gain
	}
	if !finite(total) {
		s.refuse(p, fieldRelevances, refusedRange, "the gains add up to more than a number holds", "")
		return false
	}
	slices.SortFunc(x.idealGain, func(a, b float64) int { return cmp.Compare(b, a) })
	for _, item := range e.Items {
		x.gains = append(x.gains, s.relevances[item])
		delete(s.relevances, item)
	}
	return true
}
