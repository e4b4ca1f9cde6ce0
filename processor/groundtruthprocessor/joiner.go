package groundtruthprocessor

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/internal/join"
	"github.com/leeway-ml/leeway/semconv"
)

// joiner is the one behind the instances of a processor.
type joiner struct {
	cfg      *Config
	id       component.ID
	rules    join.Rules
	segments []string
	inputs   choice
	writer   writer
	report   *reporter
	readers  sync.Pool
	outlets  outlets
	claims   *claims
	backend  backend
	models   *models
	// grains of what is due by the time to live, and of what settles.
	grain, settleGrain int64

	// expiring is held by who passes on what no batch brought about.
	expiring sync.Mutex
	// left are outcomes, by their place in the outbox, that may not have been passed on before the last end.
	left    map[int][]byte
	stop    context.CancelFunc
	stopped sync.WaitGroup
}

func newJoiner(set processor.Settings, cfg *Config) (*joiner, error) {
	fields, err := cfg.Fields.Compile(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	report, err := newReporter(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	j := &joiner{
		cfg: cfg, id: set.ID, rules: cfg.rules(), segments: cfg.segmentKeys(), inputs: newChoice(cfg.Inputs), writer: newWriter(set),
		report: report, claims: newClaims(), backend: newMemory(), grain: grain(cfg.TimeToLive), settleGrain: grain(10 * cfg.Settle),
	}
	j.models = newModels(cfg.Limits, func() int64 { return j.backend.size() })
	j.readers.New = func() any { return &reader{joiner: j, decoder: event.NewDecoder(j.segments, fields)} }
	return j, nil
}

// Start restores what was kept, and begins to watch the clock.
func (j *joiner) Start(ctx context.Context, host component.Host) error {
	if err := j.openStorage(ctx, host); err != nil {
		return err
	}
	if j.outlets.missing() {
		j.report.logger.Error("outcomes are log records, but this processor is in no pipeline of logs: put it into one, too; else nothing comes of it")
	}
	if err := j.report.observe(j.models.counts, func() int64 { return j.backend.size() }); err != nil {
		return err
	}
	background, stop := context.WithCancel(context.Background())
	j.stop = stop
	j.stopped.Go(func() { j.watchClock(background) })
	return nil
}

// openStorage restores what was kept.
func (j *joiner) openStorage(ctx context.Context, host component.Host) error {
	if j.cfg.Storage == nil {
		return nil
	}
	client, err := storageOf(ctx, host, *j.cfg.Storage, j.id)
	if err != nil {
		return err
	}
	s := newStored(client, j.report)
	if err := s.restore(ctx, j.models, j.cfg.AllowedLateness); err != nil {
		return err
	}
	j.backend = s
	j.left, err = s.left(ctx)
	return err
}

// Shutdown stops watching the clock, and closes the storage.
func (j *joiner) Shutdown(ctx context.Context) error {
	if j.stop != nil {
		j.stop()
		j.stopped.Wait()
	}
	err := j.backend.close(ctx)
	j.report.telemetry.Shutdown()
	return err
}

func (j *joiner) consumeLogs(ctx context.Context, logs plog.Logs, next consumer.Logs) error {
	r := j.readers.Get().(*reader)
	b := r.logs(logs)
	out := j.writer.output(&b.tally, b.now)
	kept := keptBack{logs: logs}
	err := j.join(ctx, b, out, &kept, func(ctx context.Context) error {
		arrived := logs.ResourceLogs().Len()
		out.logs.ResourceLogs().MoveAndAppendTo(logs.ResourceLogs())
		if logs.ResourceLogs().Len() == 0 {
			return nil
		}
		err := next.ConsumeLogs(ctx, logs)
		if err != nil {
			kept.restore(arrived)
		}
		return err
	})
	j.readers.Put(r)
	if err == nil {
		j.expire(context.WithoutCancel(ctx))
	}
	return err
}

func (j *joiner) consumeTraces(ctx context.Context, traces ptrace.Traces, next consumer.Traces) error {
	r := j.readers.Get().(*reader)
	b := r.spans(traces)
	out := j.writer.output(&b.tally, b.now)
	err := j.join(ctx, b, out, nil, func(ctx context.Context) error { return next.ConsumeTraces(ctx, traces) })
	j.readers.Put(r)
	if err == nil {
		j.expire(context.WithoutCancel(ctx))
	}
	return err
}

// join takes in the events of a batch: what is held under their ids is read, changed, written, and then the batch is passed on, with
// what became of it. What is refused by the next component is as if it had never come.
func (j *joiner) join(ctx context.Context, b *batch, out *output, kept *keptBack, pass func(context.Context) error) error {
	if len(b.items) == 0 {
		err := pass(ctx)
		if err == nil {
			j.report.told(ctx, &b.tally)
		}
		return err
	}
	j.claims.take(b.keys)
	defer j.claims.release(b.keys)
	if err := j.load(ctx, b); err != nil {
		if ctx.Err() != nil {
			return ctx.Err() // the sender has gone
		}
		j.report.readFailed(ctx, err)
		for i := range b.items {
			j.report.refuse(&b.tally, b.items[i].kind, storageFailed, b.ids[b.items[i].id].model.name)
		}
		j.report.told(ctx, &b.tally)
		return pass(ctx)
	}
	for i := range b.items {
		j.add(b, &b.items[i], out, kept)
	}
	kept.remove()
	if err := j.commit(ctx, b, out, nil, pass); err != nil {
		return err
	}
	j.report.told(ctx, &b.tally)
	return nil
}

// load reads what is held under the ids of a batch.
func (j *joiner) load(ctx context.Context, b *batch) error {
	values, err := j.backend.get(ctx, b.keys)
	if err != nil {
		return err
	}
	for i, value := range values {
		d := &b.ids[i]
		d.due = math.MaxInt64
		if value == nil {
			continue
		}
		held, err := join.Decode(value)
		if err != nil {
			j.report.corrupt(ctx, "prediction", err)
			continue
		}
		if held.ID == "" {
			held.ID = d.held.ID
		}
		d.before, d.held, d.was, d.due = value, held, held.State(), j.rules.Due(held)
	}
	return nil
}

// add joins one event with what is held.
func (j *joiner) add(b *batch, i *item, out *output, kept *keptBack) {
	d := &b.ids[i.id]
	out.model = d.model.name
	out.latest = math.MaxInt64
	watermark, _ := j.models.times(d.model)
	verdict := join.Kept
	switch i.kind {
	case ofPrediction:
		if b.spans {
			verdict = j.rules.Remember(d.held, i.prediction)
		} else {
			verdict = j.rules.AddPrediction(d.held, i.prediction, watermark, out)
		}
		if verdict == join.Duplicate {
			b.tally.joins[ofPrediction][duplicated]++
		}
	case ofTruth:
		if verdict = j.rules.AddTruth(d.held, i.truth, watermark, out); verdict == join.Duplicate {
			b.tally.joins[ofTruth][duplicated]++
			i.record.Attributes().PutStr(semconv.AttrJoinResult, resultDuplicate)
		}
	case ofFeedback:
		verdict = j.addFeedback(b, d, i, out, kept)
	}
	if verdict != join.Duplicate {
		d.changed = true
	}
}

func (j *joiner) addFeedback(b *batch, d *id, i *item, out *output, kept *keptBack) join.Verdict {
	var record []byte
	if !j.rules.Reaches(d.held, i.time) {
		if record = recordOf(i.record); len(record) > j.cfg.Limits.MaxEventBytes {
			j.report.refuse(&b.tally, ofFeedback, tooLarge, d.model.name)
			return join.Duplicate // as it is: it goes on without
		}
	}
	verdict := j.rules.AddFeedback(d.held, i.feedback, i.time, record)
	switch verdict {
	case join.Matched:
		out.rate(i.record.Attributes(), d.held.Prediction)
	case join.Duplicate:
		b.tally.joins[ofFeedback][duplicated]++
		i.record.Attributes().PutStr(semconv.AttrJoinResult, resultDuplicate)
	case join.Kept:
		kept.keep(i.record)
	}
	return verdict
}

// commit writes what has changed, passes on what is to be passed on, and takes the change back if that fails. list is the list of
// keys that the batch was made from, where it was made from one.
func (j *joiner) commit(ctx context.Context, b *batch, out *output, list *listName, pass func(context.Context) error) error {
	var outcomes []byte
	slot, hasSlot := 0, false
	if !out.empty() {
		if slot, hasSlot = j.backend.outbox(); hasSlot {
			var err error
			if outcomes, err = (&plog.ProtoMarshaler{}).MarshalLogs(out.logs); err != nil {
				return fmt.Errorf("writing outcomes: %w", err)
			}
		}
	}
	w := j.changes(b)
	if hasSlot {
		w.out = &outboxWrite{slot, outcomes}
	}
	wait := j.models.submit(j, b, w, list)
	if err := wait(ctx); err != nil {
		j.report.writeFailed(ctx, err)
	}
	if err := pass(ctx); err != nil {
		back := j.takeBack(b)
		if hasSlot {
			back.taken = &slot
		}
		if err := j.models.takeBack(j, b, back, list)(context.WithoutCancel(ctx)); err != nil {
			j.report.writeFailed(ctx, err)
		}
		return err
	}
	if hasSlot {
		j.backend.submit(&write{taken: &slot}) // whatever comes next waits for it; a crash before it is written passes outcomes on again
	}
	return nil
}

// changes are the values of the ids that have changed.
func (j *joiner) changes(b *batch) *write {
	w := &write{}
	var written []byte
	for i := range b.ids {
		d := &b.ids[i]
		if !d.changed {
			continue
		}
		w.keys = append(w.keys, b.keys[i])
		var value []byte
		if state := d.held.State(); state != join.Nothing {
			if state == join.Joined && len(d.held.Truths)+len(d.held.Feedback) == 0 {
				d.held.ID = "" // nothing of it will be passed on by itself
			}
			written = d.held.Append(written[:0])
			value = append(make([]byte, 0, len(written)), written...) // as large as it is: it may be held for long
		}
		w.values = append(w.values, value)
	}
	return w
}

func (j *joiner) takeBack(b *batch) *write {
	w := &write{}
	for i := range b.ids {
		if d := &b.ids[i]; d.changed {
			w.keys = append(w.keys, b.keys[i])
			w.values = append(w.values, d.before)
		}
	}
	return w
}

// spanOf is the span in which something is due.
func (j *joiner) spanOf(m *model, h *join.Held, due int64, now time.Time) int64 {
	g := j.grain
	if j.cfg.Settle > 0 && h.State() == join.Waiting && len(h.Truths) > 0 {
		g = min(g, j.settleGrain)
	}
	latest := now.Add(j.cfg.MaxFuture + j.cfg.AllowedLateness + j.cfg.TimeToLive).UnixNano()
	return m.spanFor(due, g, latest)
}
