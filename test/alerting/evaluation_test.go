//go:build integration

package alerting

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/timestamp"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/test/leewaytest"
)

// evaluation is Prometheus' store and rules, without its server and clock.
type evaluation struct {
	db     *tsdb.DB
	engine *promql.Engine
	groups []*rules.Group
	last   map[*rules.Group]time.Time // when it was evaluated
	refs   map[*line]storage.SeriesRef
	// since is when an alert was first seen in a state, by name, state and labels.
	since map[string]map[rules.AlertState]map[string]time.Time
}

func newEvaluation(t *testing.T) *evaluation {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	options := tsdb.DefaultOptions()
	options.RetentionDuration = int64(1000 * time.Hour / time.Millisecond)
	options.WALSegmentSize = -1 // nothing is read back
	db, err := tsdb.Open(t.TempDir(), quiet, nil, options, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	e := &evaluation{
		db: db, last: map[*rules.Group]time.Time{}, refs: map[*line]storage.SeriesRef{},
		since: map[string]map[rules.AlertState]map[string]time.Time{},
	}
	e.engine = promql.NewEngine(promql.EngineOpts{Logger: quiet, MaxSamples: 50_000_000, Timeout: time.Minute, EnableAtModifier: true, EnableNegativeOffset: true})
	t.Cleanup(func() { _ = e.engine.Close() })
	manager := rules.NewManager(&rules.ManagerOptions{
		QueryFunc: rules.EngineQueryFunc(e.engine, db), NotifyFunc: func(context.Context, string, ...*rules.Alert) {},
		Context: t.Context(), Appendable: db, Queryable: db, Logger: quiet, Parser: parser.NewParser(parser.Options{}),
	})
	files, err := filepath.Glob(filepath.Join(leewaytest.Repository(t), "rules", "*.rules.yaml"))
	require.NoError(t, err)
	groups, errs := manager.LoadGroups(time.Minute, labels.EmptyLabels(), "", nil, false, files...)
	require.Empty(t, errs)
	for _, g := range groups {
		e.groups = append(e.groups, g)
	}
	// Limits first, then what is recorded, then what asks for it.
	slices.SortFunc(e.groups, func(a, b *rules.Group) int { return strings.Compare(order(a), order(b)) })
	return e
}

func order(g *rules.Group) string {
	if g.Name() == "leeway-models" {
		return ""
	}
	return strings.ReplaceAll(g.Name(), "-alerts", "~alerts")
}

// step is scrape and evaluate.
func (e *evaluation) step(t *testing.T, p published, now time.Time) {
	t.Helper()
	e.scrape(t, p, now)
	e.evaluate(t, now)
}

// scrape takes in what a scrape at that time would have found.
func (e *evaluation) scrape(t *testing.T, p published, now time.Time) {
	t.Helper()
	appender := e.db.Appender(t.Context())
	for _, l := range p {
		value, ok := l.at(now)
		if !ok {
			continue
		}
		ref, err := appender.Append(e.refs[l], l.labels, timestamp.FromTime(now), value)
		require.NoError(t, err)
		e.refs[l] = ref
	}
	require.NoError(t, appender.Commit())
}

// evaluate evaluates the groups whose interval has passed.
func (e *evaluation) evaluate(t *testing.T, now time.Time) {
	t.Helper()
	for _, g := range e.groups {
		if now.Sub(e.last[g]) < g.Interval() {
			continue
		}
		e.last[g] = now
		g.Eval(t.Context(), now)
		for _, r := range g.Rules() {
			require.NoError(t, r.LastError(), r.Name())
		}
		for _, r := range g.AlertingRules() {
			for _, a := range r.ActiveAlerts() {
				e.note(a, now)
			}
		}
	}
}

func (e *evaluation) note(a *rules.Alert, now time.Time) {
	name := a.Labels.Get("alertname")
	if e.since[name] == nil {
		e.since[name] = map[rules.AlertState]map[string]time.Time{}
	}
	if e.since[name][a.State] == nil {
		e.since[name][a.State] = map[string]time.Time{}
	}
	if _, known := e.since[name][a.State][a.Labels.String()]; !known {
		e.since[name][a.State][a.Labels.String()] = now
	}
}

// firing are the alerts that have fired.
func (e *evaluation) firing() []string {
	var all []string
	for _, states := range e.since {
		for alert, at := range states[rules.StateFiring] {
			all = append(all, alert+" since "+at.Format(time.DateTime))
		}
	}
	slices.Sort(all)
	return all
}

// value is that of an expression with one answer.
func (e *evaluation) value(t *testing.T, expression string, now time.Time) float64 {
	t.Helper()
	query, err := e.engine.NewInstantQuery(t.Context(), e.db, nil, expression, now)
	require.NoError(t, err)
	defer query.Close()
	vector, err := query.Exec(t.Context()).Vector()
	require.NoError(t, err)
	require.Len(t, vector, 1, expression)
	return vector[0].F
}
