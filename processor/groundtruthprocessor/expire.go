package groundtruthprocessor

import (
	"context"
	"math"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/internal/join"
)

// watchClock does what the passing of time asks for.
func (j *joiner) watchClock(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			j.passOnAgain(ctx)
			j.models.idle(j.cfg.IdleTimeout, now)
			j.expire(ctx)
			j.models.sweep(j.cfg.TimeToLive, now)
			if s, ok := j.backend.(*stored); ok {
				s.retry()
			}
		}
	}
}

// passOnAgain passes on what was in the outbox when the process ended: outcomes whose predictions are marked as joined, and of which
// nobody knows whether they were passed on. So none is lost; those that the next component had just taken in come twice.
func (j *joiner) passOnAgain(ctx context.Context) {
	j.expiring.Lock()
	defer j.expiring.Unlock()
	for slot, outcomes := range j.left {
		if !j.outlets.ready() || ctx.Err() != nil {
			return
		}
		logs, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(outcomes)
		if err != nil {
			j.report.corrupt(ctx, "outcomes", err)
		} else if err := j.outlets.emit(ctx, logs); err != nil {
			j.report.emitFailed(ctx, err)
			return
		}
		delete(j.left, slot)
		j.backend.submit(&write{taken: &slot})
	}
}

// expire passes on what became due: predictions and truths that have waited in vain, truths that have settled. One does it at a
// time; what becomes due meanwhile is done by the next.
func (j *joiner) expire(ctx context.Context) {
	if !j.expiring.TryLock() {
		return
	}
	defer j.expiring.Unlock()
	if !j.outlets.ready() {
		return
	}
	for ctx.Err() == nil {
		m, list, ok := j.models.due()
		if !ok {
			break
		}
		if !j.expireList(ctx, m, list, false) {
			return
		}
	}
	for ctx.Err() == nil {
		m, list, limit, ok := j.models.excess()
		if !ok {
			return
		}
		if !j.expireList(ctx, m, list, true) {
			return
		}
		j.report.evict(limit)
	}
}

// expireList lets go of what is due under the keys of a list; of all of it where there is no room.
func (j *joiner) expireList(ctx context.Context, m *model, list listName, all bool) bool {
	keys, err := j.backend.list(ctx, list)
	if err != nil {
		j.report.readFailed(ctx, err)
		return false
	}
	b := &batch{now: time.Now(), index: map[key]int{}, tally: tally{timeToLive: j.rules.TimeToLive}}
	for _, k := range keys {
		b.id(k, m, "")
	}
	j.claims.take(b.keys)
	defer j.claims.release(b.keys)
	if err := j.load(ctx, b); err != nil {
		j.report.readFailed(ctx, err)
		return false
	}
	out := j.writer.output(&b.tally, b.now)
	out.model = m.name
	watermark, greatest := j.models.times(m)
	out.latest = max(watermark, greatest)
	for i := range b.ids {
		d := &b.ids[i]
		if d.was == join.Nothing {
			continue
		}
		d.changed = true
		d.due = math.MaxInt64 // its timer is spent
		j.rules.Expire(d.held, watermark, all, out)
		if all {
			b.tally.evicted++
		}
	}
	err = j.commit(ctx, b, out, &list, func(ctx context.Context) error {
		if out.empty() {
			return nil
		}
		return j.outlets.emit(ctx, out.logs)
	})
	if err != nil {
		j.report.emitFailed(ctx, err)
		return false
	}
	j.report.told(ctx, &b.tally)
	return true
}
