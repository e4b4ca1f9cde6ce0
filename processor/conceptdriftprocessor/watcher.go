package conceptdriftprocessor

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/internal/pipelines"
	"github.com/leeway-ml/leeway/internal/profilesource"
	"github.com/leeway-ml/leeway/profile"
)

// watcher is the one behind the instances of a processor.
type watcher struct {
	cfg      *Config
	id       component.ID
	plan     *plan
	writer   writer
	report   *reporter
	readers  sync.Pool
	outlets  pipelines.Outlets // where what brought no batch about goes
	models   *models
	profiles profile.Provider // nil where no extension serves profiles
	store    *checkpoints     // nil where nothing is kept

	// How many detectors run, how many events wait, and how much memory these take.
	streams, buffered, bufferedSize atomic.Int64
	// records tells that log records have come, came which kinds of events that are watched were among them.
	records atomic.Bool
	came    [kinds]atomic.Bool

	stop    context.CancelFunc
	stopped sync.WaitGroup
}

func newWatcher(set processor.Settings, cfg *Config) (*watcher, error) {
	fields, err := cfg.Fields.Compile(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	p, err := cfg.plan()
	if err != nil {
		return nil, err
	}
	report, err := newReporter(set.TelemetrySettings, p)
	if err != nil {
		return nil, err
	}
	w := &watcher{cfg: cfg, id: set.ID, plan: p, writer: newWriter(set), report: report}
	w.models = newModels(p, cfg.Limits.MaxModels, w.evict)
	w.readers.New = func() any {
		d := event.NewDecoder(p.keys, fields)
		d.Only(p.events()...)
		return &reader{watcher: w, decoder: d}
	}
	return w, nil
}

// Start restores what was kept, and begins to watch the clock.
func (w *watcher) Start(ctx context.Context, host component.Host) error {
	var err error
	if w.profiles, err = profilesource.Find(host, w.cfg.Profiles); err != nil {
		return err
	}
	if w.cfg.Storage != nil {
		if w.store, err = openCheckpoints(ctx, host, *w.cfg.Storage, w.id, w.report); err != nil {
			return err
		}
		if err := w.store.restore(ctx, w); err != nil {
			return err
		}
	}
	if err := w.report.observe(w.models.count, w.streams.Load, w.buffered.Load, w.bufferedSize.Load); err != nil {
		return err
	}
	background, stop := context.WithCancel(context.Background())
	w.stop = stop
	w.stopped.Go(func() { w.watchClock(background) })
	return nil
}

// consume passes a batch on and, once the next component has taken it, takes in its values: what is refused is as if it had never
// come. What detectors then say goes on at once, in a batch of its own.
func (w *watcher) consume(ctx context.Context, logs plog.Logs, next consumer.Logs) error {
	w.records.Store(true)
	r := w.readers.Get().(*reader)
	b := r.read(logs)
	w.readers.Put(r)
	if err := next.ConsumeLogs(ctx, logs); err != nil {
		return err
	}
	b.settle(w.plan)
	for k, came := range b.came {
		if came {
			w.came[k].Store(true)
		}
	}
	touched := make([]*model, len(b.models))
	for i, part := range b.models {
		w.come(part.model, b, part.first)
		touched[i] = part.model
	}
	ctx = context.WithoutCancel(ctx) // it is taken in, whatever its sender does
	w.speak(ctx, touched, next)
	if w.store != nil && w.cfg.CheckpointInterval == 0 {
		w.store.save(ctx, touched)
	}
	w.report.told(ctx, &b.tally)
	return nil
}

// taker is who events are passed on to.
type taker interface {
	ConsumeLogs(context.Context, plog.Logs) error
}

// speak passes on what the models' detectors have said.
func (w *watcher) speak(ctx context.Context, list []*model, next taker) {
	var all []sayings
	for _, m := range list {
		if said := m.speak(); len(said) > 0 {
			all = append(all, sayings{m, said})
		}
	}
	if len(all) == 0 {
		return
	}
	err := next.ConsumeLogs(ctx, w.writer.logs(all, time.Now()))
	if err != nil {
		w.report.emitFailed(ctx, err)
	}
	for _, s := range all {
		s.model.spoken(s.list, err == nil)
	}
}

// watchClock does what the passing of time asks for.
func (w *watcher) watchClock(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	began := time.Now()
	saved, swept := began, began
	var told bool
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			all := w.models.all()
			w.goOn(ctx, all, now)
			if w.store != nil && now.Sub(saved) >= w.cfg.CheckpointInterval {
				saved = now
				w.store.save(ctx, all)
			}
			if now.Sub(swept) >= time.Minute {
				swept = now
				w.sweep(ctx, now)
			}
			if !told && now.Sub(began) >= time.Hour {
				told = true
				w.missing()
			}
		}
	}
}

// goOn takes what became due by the wall clock, and passes on what is to be passed on.
func (w *watcher) goOn(ctx context.Context, all []*model, now time.Time) {
	var t tally
	for _, m := range all {
		m.mu.Lock()
		for _, l := range m.lanes {
			if len(l.waiting) > 0 {
				l.idle(w.cfg.IdleTimeout, now)
				w.release(m, l, &t)
			}
		}
		m.mu.Unlock()
	}
	if w.outlets.Ready() {
		w.speak(ctx, all, &w.outlets)
	}
	w.report.told(ctx, &t)
}

// missing says which kinds of events have not come at all, though log records have.
func (w *watcher) missing() {
	for k := range w.plan.lanes {
		if w.records.Load() && len(w.plan.lanes[k].signals) > 0 && !w.came[k].Load() {
			w.report.nothing(kind(k), w.plan.chosen)
		}
	}
}

// sweep lets go of models and slices of which nothing has come for very long.
func (w *watcher) sweep(ctx context.Context, now time.Time) {
	w.models.sweep(now)
	var t tally
	for _, m := range w.models.all() {
		m.mu.Lock()
		for _, l := range m.lanes {
			for key, g := range l.slices {
				if !m.gone && now.Sub(time.Unix(0, g.arrived)) > forgotten {
					w.dropSlice(l, key, &t)
					m.changed = true
				}
			}
		}
		m.mu.Unlock()
	}
	w.report.told(ctx, &t)
}

// evict lets a model go, with all that is kept of it.
func (w *watcher) evict(m *model) {
	m.saving.Lock()
	defer m.saving.Unlock()
	m.mu.Lock()
	m.gone = true
	for _, l := range m.lanes {
		for _, g := range l.groups {
			w.streams.Add(-int64(g.running()))
		}
		for _, x := range l.waiting {
			w.buffered.Add(-1)
			w.bufferedSize.Add(-x.item.size())
		}
		l.waiting = nil
	}
	m.mu.Unlock()
	ctx := context.Background()
	if w.store != nil {
		w.store.forget(ctx, m)
	}
	w.report.evictedModel(ctx)
}

// Shutdown keeps everything; where nothing is kept, what waits is taken now, and what is said of it is passed on.
func (w *watcher) Shutdown(ctx context.Context) error {
	if w.stop == nil {
		w.report.telemetry.Shutdown()
		return nil
	}
	w.stop()
	w.stopped.Wait()
	w.stop = nil
	all := w.models.all()
	var err error
	if w.store == nil {
		w.finish(ctx, all)
	}
	w.speak(ctx, all, &w.outlets)
	if w.store != nil {
		w.store.save(ctx, all)
		err = w.store.close(ctx)
	}
	w.report.telemetry.Shutdown()
	return err
}

func (w *watcher) finish(ctx context.Context, all []*model) {
	var t tally
	for _, m := range all {
		m.mu.Lock()
		for _, l := range m.lanes {
			for len(l.waiting) > 0 {
				l.hurry()
				w.release(m, l, &t)
			}
		}
		m.mu.Unlock()
	}
	w.report.told(ctx, &t)
}
