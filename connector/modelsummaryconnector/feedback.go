package modelsummaryconnector

import "github.com/leeway-ml/leeway/internal/event"

// addFeedback counts the score of a user's verdict. Feedback that the join called a duplicate, or found no prediction for, is
// not counted.
func (s *shard) addFeedback(e *event.Event) {
	if e.JoinResult == joinNames[joinDuplicate] || e.JoinResult == joinNames[joinOrphan] {
		s.tally.ignore(e.Name)
		return
	}
	if !s.accept(e) {
		return
	}
	p := s.state(e.Model, e.Version)
	s.check(p.plan, e)
	o := s.begun(e)
	o.outcome.reset(joinNone)
	if e.FeedbackScore.Kind == event.Missing {
		s.refuse(p.plan, fieldFeedback, refusedMissing, "feedback is counted by its score; send ml.feedback.score.value beside the label", e.FeedbackLabel)
		return
	}
	score := e.FeedbackScore
	if score.Kind == event.Bool { // a thumb
		score.Kind = event.Number
	}
	x, ok := s.number(p.plan, &score, fieldFeedback)
	if !ok {
		return
	}
	o.outcome.feedback, o.outcome.hasFeedback = x, !p.overflow
	s.countEverywhere(p, o)
	s.tally.feedback++
}

func (c *outcomeCounts) countFeedback(a *accumulator, s *shard, name string, score float64) {
	h := c.feedback[name]
	if h == nil {
		if c.feedback == nil {
			c.feedback = map[string]*histogram{}
		}
		kept, ok := keep(name)
		if !ok || len(c.feedback) >= s.limits.MaxCategories {
			kept = overflow
			if a.segment == nil {
				s.overflowed(a.plan, limitCategories)
			}
		}
		if h = c.feedback[kept]; h == nil {
			h = newHistogram(feedbackBounds)
			c.feedback[kept] = h
			s.grow(extraSize + 8*len(feedbackBounds))
		}
	}
	h.add(score)
}

// feedbackBounds tell apart what the usual scales have: -1 and 1, 0 and 1, tenths, one to five stars, 0 to 10, 0 to 100.
var feedbackBounds = []float64{-1, -0.5, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 25, 50, 75, 100}
