package modelsummaryconnector

import (
	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

// outcome is what is to be counted of an outcome, of what became of a search for one, or of feedback: worked out once,
// counted in the whole traffic and in each segment.
type outcome struct {
	// join is what became of the search, joinNone of feedback; joined: it is an outcome.
	join joinResult

	// predicted and truth are classes; both are empty where they are not to be counted.
	predicted, truth string
	scores           []scored // of the classes
	// top is the score of the predicted class of a multiclass task.
	top    float64
	hasTop bool
	losses []lossValue

	trueValue, err, delay           float64
	hasTrueValue, hasErr, hasDelay  bool
	feedback                        float64
	hasFeedback                     bool
	probabilities, gains, idealGain []float64 // memory
}

// lossValue is one loss of an outcome; loss is its index in the configured ones.
type lossValue struct {
	loss  int
	value float64
}

// joinResult is an ml.join.result.
type joinResult uint8

const (
	joinNone joinResult = iota
	joinJoined
	joinExpired
	joinDuplicate
	joinOrphan
	joinResults
)

var joinNames = [joinResults]string{"", "joined", "expired", "duplicate", "orphan"}

// joinOf says what an event counts as in ml.ground_truth.joins; false where it does not count.
func joinOf(e *event.Event) (joinResult, bool) {
	if e.Name == semconv.EventOutcome {
		switch e.JoinResult {
		case "", joinNames[joinJoined]:
			return joinJoined, true
		case joinNames[joinExpired]:
			return joinExpired, true
		}
		return joinNone, false
	}
	switch e.JoinResult { // a ground truth that became no outcome
	case joinNames[joinDuplicate]:
		return joinDuplicate, true
	case joinNames[joinOrphan]:
		return joinOrphan, true
	}
	return joinNone, false
}

func (o *outcome) reset(join joinResult) {
	*o = outcome{
		join: join, scores: o.scores[:0], losses: o.losses[:0],
		probabilities: o.probabilities[:0], gains: o.gains[:0], idealGain: o.idealGain[:0],
	}
}

// addOutcome counts an outcome, or a ground truth that became none.
func (s *shard) addOutcome(e *event.Event) {
	join, ok := joinOf(e)
	if !ok && e.Name == semconv.EventGroundTruth {
		s.tally.ignore(e.Name) // it is yet to be joined
		return
	}
	if !s.accept(e) || !s.acceptOutcome(e, join) {
		return
	}
	p := s.state(e.Model, e.Version)
	s.check(p.plan, e)
	o := s.begun(e)
	o.outcome.reset(join)
	if !p.overflow && join == joinJoined {
		s.prepareOutcome(p, o)
	}
	s.countEverywhere(p, o)
	if join == joinJoined {
		s.tally.outcomes++
	}
}

// acceptOutcome refuses what says it is an outcome, but not of what.
func (s *shard) acceptOutcome(e *event.Event, join joinResult) bool {
	var reason int
	switch {
	case join == joinNone:
		reason = eventJoinResult
	case join == joinJoined && e.GroundTruthClass == "" && e.GroundTruthValue.Kind == event.Missing && len(e.Relevances) == 0 && !e.BadRelevances:
		reason = eventNoTruth
	default:
		return true
	}
	s.tally.refused[reason]++
	s.notices.refused(e, reason)
	return false
}

// prepareOutcome works out what to count of an outcome.
func (s *shard) prepareOutcome(p *planState, o *observation) {
	e := o.event
	switch outcomeTask(p.plan, e) {
	case profile.Regression:
		s.prepareRegression(p.plan, o)
	case profile.Ranking:
		s.prepareRanking(p.plan, o)
	case profile.Multiclass:
		s.prepareMulticlass(p, o)
	default:
		s.prepareBinary(p, o)
	}
	s.prepareDelay(p.plan, o)
}

// outcomeTask is what the event says, else the profile, else what the outcome looks like.
func outcomeTask(p *plan, e *event.Event) profile.Task {
	switch task := taskOf(p, e); {
	case e.Task != "" || p.profile != nil && p.profile.Task != "" || task == profile.Multiclass:
		return task
	case e.GroundTruthClass != "" || e.Class != "" || e.Score.Kind != event.Missing:
		return task
	case len(e.Items) > 0 || len(e.Relevances) > 0:
		return profile.Ranking
	}
	return profile.Regression
}

func (s *shard) prepareDelay(p *plan, o *observation) {
	e := o.event
	if e.PredictionTime == 0 {
		return
	}
	if e.PredictionTime > e.Time {
		s.refuse(p, fieldPredictionTime, refusedRange, "the prediction is later than its truth; both are counted, their distance is not", "")
		return
	}
	o.outcome.delay, o.outcome.hasDelay = float64(e.Time-e.PredictionTime)/1e9, true
}

// loss notes one loss; those of an outcome whose losses are too large for a number are left out as a whole.
func (o *outcome) loss(index int, value float64) {
	o.losses = append(o.losses, lossValue{index, value})
}
