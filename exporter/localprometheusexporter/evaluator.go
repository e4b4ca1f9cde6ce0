package localprometheusexporter

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	promrules "github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"
)

// defaultInterval is that of groups that name none.
const defaultInterval = time.Minute

// evaluator evaluates the rule groups: those about collectors as of the wall clock, those about models as of the clock that
// follows a replay. Prometheus' own manager knows the wall clock only; here it makes the groups.
type evaluator struct {
	manager        *promrules.Manager
	files          []string
	externalURL    string
	clock          *clock
	replayInterval time.Duration

	mu         sync.Mutex
	collectors *track
	models     *track
}

// track is a set of groups that share a clock.
type track struct {
	groups []*promrules.Group
	last   map[*promrules.Group]time.Time // as of which a group was evaluated last
	// replayFrom is where the replay that is being evaluated began, replayed how far it was evaluated; zero while the wall clock
	// counts.
	replayFrom, replayed time.Time
	// restored are groups whose pending alerts of before a restart have been looked for.
	restored map[*promrules.Group]bool
}

// newEvaluator reads the rules.
func newEvaluator(options *promrules.ManagerOptions, files *ruleFiles, externalURL string, c *clock, replayInterval time.Duration) (*evaluator, error) {
	options.GroupLoader = files
	names, err := files.list()
	if err != nil {
		return nil, err
	}
	e := &evaluator{manager: promrules.NewManager(options), files: names, externalURL: externalURL, clock: c, replayInterval: replayInterval}
	if e.collectors, err = e.load(true); err != nil {
		return nil, err
	}
	e.models, err = e.load(false)
	return e, err
}

// load makes the groups, which remember nothing.
func (e *evaluator) load(ofCollector bool) (*track, error) {
	t := &track{last: make(map[*promrules.Group]time.Time), restored: make(map[*promrules.Group]bool)}
	for _, file := range e.files {
		groups, errs := e.manager.LoadGroups(defaultInterval, labels.EmptyLabels(), e.externalURL, nil, false, file)
		if err := errors.Join(errs...); err != nil {
			return nil, err
		}
		for _, key := range slices.Sorted(maps.Keys(groups)) {
			group := groups[key]
			if ofCollectors(group) == ofCollector {
				t.groups = append(t.groups, group)
			}
		}
	}
	t.groups = ordered(t.groups)
	return t, nil
}

// run evaluates until the context ends.
func (e *evaluator) run(ctx context.Context, tick <-chan time.Time) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
			e.advance(ctx)
		}
	}
}

// advance evaluates what is due.
func (e *evaluator) advance(ctx context.Context) {
	e.live(ctx, e.collectors, e.clock.now())
	reading := e.clock.read()
	if reading.replaying() {
		e.replay(ctx, reading)
		return
	}
	if !e.models.replayFrom.IsZero() {
		e.reset() // alerts of the past are none of today
	}
	e.live(ctx, e.models, reading.now)
}

// live evaluates each group at its interval. What was missed is not made up for.
func (e *evaluator) live(ctx context.Context, t *track, now time.Time) {
	for _, group := range t.groups {
		if at := group.EvalTimestamp(now.UnixNano()); at.After(t.last[group]) && ctx.Err() == nil {
			t.evaluate(ctx, group, at)
		}
	}
}

func (t *track) evaluate(ctx context.Context, group *promrules.Group, at time.Time) {
	promrules.DefaultEvalIterationFunc(ctx, group, at)
	t.last[group] = at
	if !t.restored[group] {
		t.restored[group] = true
		group.RestoreForState(at)
	}
}

// pastKey marks the context of evaluations in a replayed history.
type pastKey struct{}

// ofThePast says whether what fires fired in a history that is being replayed.
func ofThePast(ctx context.Context) bool { return ctx.Value(pastKey{}) != nil }

// replay evaluates the replayed history up to where it has got.
func (e *evaluator) replay(ctx context.Context, reading reading) {
	ctx = context.WithValue(ctx, pastKey{}, true)
	if !e.models.replayFrom.Equal(reading.replayFrom) {
		e.reset()
		e.models.replayFrom = reading.replayFrom
		e.models.replayed = reading.replayFrom.Truncate(e.replayInterval)
	}
	for ctx.Err() == nil {
		at := e.models.replayed.Add(e.replayInterval)
		if at.After(reading.now) {
			return
		}
		for _, group := range e.models.groups {
			e.models.evaluate(ctx, group, at)
		}
		e.models.replayed = at
	}
}

// reset forgets all alerts about models. The rules were read before, so that they can be read again; if not, the old ones stay.
func (e *evaluator) reset() {
	fresh, err := e.load(false)
	if err != nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.models = fresh
}

// RuleGroups are all groups, for the API.
func (e *evaluator) RuleGroups() []*promrules.Group {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append(append([]*promrules.Group{}, e.models.groups...), e.collectors.groups...)
}

// AlertingRules are all alerts, for the API.
func (e *evaluator) AlertingRules() []*promrules.AlertingRule {
	var alerts []*promrules.AlertingRule
	for _, group := range e.RuleGroups() {
		alerts = append(alerts, group.AlertingRules()...)
	}
	return alerts
}

// queryFunc runs the rules' queries.
func queryFunc(engine *promql.Engine, queryable storage.Queryable) promrules.QueryFunc {
	return promrules.EngineQueryFunc(engine, queryable)
}

// anyOrder lets rules write what they find in a replayed history, which is older than what is there.
type anyOrder struct {
	storage.Appendable
}

// Appender writes in any order.
func (a anyOrder) Appender(ctx context.Context) storage.Appender {
	return anyOrderAppender{a.Appendable.Appender(ctx)}
}

type anyOrderAppender struct {
	storage.Appender
}

// SetOptions is where a rule group would forbid it.
func (anyOrderAppender) SetOptions(*storage.AppendOptions) {}
