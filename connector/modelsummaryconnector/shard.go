package modelsummaryconnector

import (
	"sync"
	"sync/atomic"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// shard is a part of the store that one sender at a time has to itself.
type shard struct {
	mu      sync.Mutex
	catalog *catalog
	slicing slicing
	limits  Limits
	losses  losses
	pane    uint64 // length in nanoseconds
	notices *notices

	epoch        uint64
	states       map[modelKey]*planState
	current      *planState // of the last event
	accumulators map[accumulatorKey]*accumulator
	arms         map[modelKey]map[arm]struct{}
	bytes        int64
	panes        int64
	total        *atomic.Int64 // bytes of all shards
	held         atomic.Int64  // panes, for telemetry
	tally        tally

	about       string // name of the event that is under way
	serial      uint64
	observation observation
	relevances  map[string]float64
	key         []byte
	attributes  []summary.Attribute
}

type accumulatorKey struct {
	plan *plan
	arm  arm
	pane uint64
}

// arm is one arm of an experiment.
type arm struct{ experiment, variant string }

func newShard(c *catalog, cfg *Config, n *notices, total *atomic.Int64) *shard {
	return &shard{
		catalog: c, slicing: newSlicing(cfg.Segments), limits: cfg.Limits, losses: newLosses(cfg.TopK, cfg.RankingK),
		pane: uint64(cfg.Pane), notices: n, total: total,
		states:       map[modelKey]*planState{},
		accumulators: map[accumulatorKey]*accumulator{},
		arms:         map[modelKey]map[arm]struct{}{},
	}
}

// grow accounts for memory. In the long run nothing grows from one record to the next, so that nobody waits for the total.
func (s *shard) grow(bytes int) {
	if bytes != 0 {
		s.bytes += int64(bytes)
		s.total.Add(int64(bytes))
	}
}

// begin is to be called before the events of a batch.
func (s *shard) begin() {
	s.catalog.refresh()
	if epoch := s.catalog.epoch.Load(); epoch != s.epoch {
		s.epoch = epoch
		s.current = nil
		clear(s.states)
	}
}

// add counts an event. It never fails: what can't be counted is told in the tally and in the log.
func (s *shard) add(e *event.Event) {
	s.about = e.Name
	switch e.Name {
	case semconv.EventPrediction:
		s.addPrediction(e)
	case semconv.EventOutcome, semconv.EventGroundTruth:
		s.addOutcome(e)
	case semconv.EventFeedback:
		s.addFeedback(e)
	case semconv.EventConceptDrift:
		s.addConceptDrift(e)
	default:
		s.tally.ignore(e.Name)
	}
}

func (s *shard) addPrediction(e *event.Event) {
	if !s.accept(e) {
		return
	}
	p := s.state(e.Model, e.Version)
	s.check(p.plan, e)
	s.countEverywhere(p, s.prepare(p, e))
	s.tally.events++
}

// countEverywhere counts the observation in the whole traffic of its arm, and in its segments.
func (s *shard) countEverywhere(p *planState, o *observation) {
	whole := s.whole(p, o.event)
	if p.overflow {
		s.overflowed(p.plan, limitModels)
	}
	whole.count(s, o)
	if len(s.slicing.lists) > 0 && !p.overflow {
		s.countSegments(whole, o)
	}
}

// accept refuses what says neither what it is about nor when it was.
func (s *shard) accept(e *event.Event) bool {
	reason := -1
	switch {
	case e.Model == "":
		reason = eventNoModel
	case e.Time == 0:
		reason = eventNoTime
	case e.Time >= 1<<63:
		reason = eventTime
	}
	if reason < 0 {
		return true
	}
	s.tally.refused[reason]++
	s.notices.refused(e, reason)
	return false
}

// check says what the sender should know of an event that is counted all the same.
func (s *shard) check(p *plan, e *event.Event) {
	if e.Dropped > 0 {
		s.tally.dropped++
		s.notices.dropped(p, e.Dropped)
	}
	if e.BadInputs {
		s.refuse(p, fieldInputs, refusedType, "ml.inputs must be a map from feature to value", "no map")
	}
	if e.BadPredictionTime {
		s.refuse(p, fieldPredictionTime, refusedType, "ml.prediction.time is nanoseconds since 1970, or a text as in 2026-01-31T12:00:00Z", "neither")
	}
	if e.Err != nil {
		s.refuse(p, fieldExpression, refusedError, "an expression of fields failed", e.Err.Error())
	}
}

func (s *shard) state(model, version string) *planState {
	if version == "" {
		version = unknownVersion
	}
	if c := s.current; c != nil && c.model == model && c.version == version {
		return c
	}
	key := modelKey{model, version}
	state := s.states[key]
	if state == nil {
		p := s.catalog.plan(key)
		if p.overflow {
			key = modelKey{overflow, overflow}
			state = s.states[key]
		}
		if state == nil {
			s.checkSketching(p)
			state = newPlanState(p)
			s.states[modelKey{p.model, p.version}] = state
		}
	}
	s.current = state
	return state
}

// whole finds or makes the accumulator of the event's pane and arm.
func (s *shard) whole(p *planState, e *event.Event) *accumulator {
	pane := e.Time / s.pane
	if a := p.last; a != nil && a.pane == pane && a.experiment == e.Experiment && a.variant == e.Variant {
		return a
	}
	key := accumulatorKey{p.plan, arm{e.Experiment, e.Variant}, pane}
	a := s.accumulators[key]
	if a == nil {
		beyond := !s.admit(p.plan, &key.arm)
		if beyond {
			a = s.accumulators[key]
		}
		if a == nil {
			a = s.newAccumulator(p.plan, pane, nil)
			a.experiment, a.variant, a.overflow = key.arm.experiment, key.arm.variant, beyond || p.overflow
			s.accumulators[key] = a
		}
	}
	p.last = a
	return a
}

// admit makes the arm one that is kept, that of overflow where there are too many.
func (s *shard) admit(p *plan, to *arm) bool {
	if *to == (arm{}) {
		return true
	}
	if p.overflow {
		*to = arm{}
		return true
	}
	key := modelKey{p.model, p.version}
	if _, ok := s.arms[key][*to]; ok {
		return true
	}
	experiment, ok1 := keep(to.experiment)
	variant, ok2 := keep(to.variant)
	if !ok1 || !ok2 || len(s.arms[key]) >= s.limits.MaxExperiments {
		s.overflowed(p, limitExperiments)
		*to = arm{overflow, overflow}
		return false
	}
	*to = arm{experiment, variant}
	if s.arms[key] == nil {
		s.arms[key] = map[arm]struct{}{}
	}
	s.arms[key][*to] = struct{}{}
	return true
}

// take empties the shard.
func (s *shard) take() []*accumulator {
	if len(s.accumulators) == 0 {
		return nil
	}
	all := make([]*accumulator, 0, s.panes)
	for _, a := range s.accumulators {
		all = append(all, a)
		for _, segment := range a.segments {
			all = append(all, segment)
		}
		a.segments = nil
	}
	for _, state := range s.states {
		state.last = nil
	}
	clear(s.accumulators)
	clear(s.arms)
	s.total.Add(-s.bytes)
	s.bytes, s.panes = 0, 0
	return all
}
