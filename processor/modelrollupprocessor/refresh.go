package modelrollupprocessor

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

// watchClock sends everything again once every emit_interval, so that no metrics store forgets it.
func (p *rollup) watchClock(ctx context.Context) {
	tick := time.NewTicker(p.config.EmitInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			p.refresh(ctx, now)
		}
	}
}

// refresh sends again what has not been sent for emit_interval, and forgets what nothing was added to for max_stale.
func (p *rollup) refresh(ctx context.Context, now time.Time) {
	out := newOutput(ctx, p, pmetric.NewMetrics())
	for _, m := range p.models.all() {
		m.mu.Lock()
		p.evict(ctx, m, now)
		at := m.now(now)
		for _, r := range m.rows {
			if now.Sub(r.refreshed) >= p.config.EmitInterval {
				r.refreshed = now
				out.write(m, r, at, true)
			}
		}
		empty := len(m.rows) == 0
		if !empty {
			m.use(p.models.profile(m.name, m.version))
			if now.Sub(m.said) >= p.config.EmitInterval {
				p.say(m, at, now, out)
			}
		}
		m.mu.Unlock()
		if empty {
			p.models.remove(m)
		}
	}
	if err := out.send(); err != nil {
		p.report.emitFailed(ctx, err)
	}
}

func (p *rollup) evict(ctx context.Context, m *model, now time.Time) {
	before := m.series
	for key, r := range m.rows {
		if now.Sub(r.added) >= p.config.MaxStale {
			m.drop(key, r)
		}
	}
	p.report.evicted(ctx, before-m.series)
}

// refer says the reference's shares of the hour that the event time is in, where they were not said yet.
func (p *rollup) refer(m *model, at int64, wall time.Time, out *output) {
	if m.plan != nil && at >= m.saidHour+int64(time.Hour) {
		p.say(m, at, wall, out)
	}
}

// say writes the reference's shares at a time: where the profile has a rhythm, those of the hour.
func (p *rollup) say(m *model, at int64, wall time.Time, out *output) {
	if m.plan == nil {
		return
	}
	m.saidHour = max(m.saidHour, at-at%int64(time.Hour))
	at = max(at, m.saidLast+apart)
	m.saidLast, m.said = at, wall
	rhythm := m.plan.profile.Rhythm
	var mix profile.Mixture
	if rhythm.Cycle.Cells() > 0 {
		mix = profile.Mixture{{Cell: rhythm.Cycle.Cell(time.Unix(0, at), rhythm.Location()), Weight: 1}}
	}
	for _, b := range m.plan.all() {
		_, metric := b.metrics()
		for i, share := range b.shares(mix) {
			dp := out.gauge(metric)
			dp.SetTimestamp(pcommon.Timestamp(at))
			dp.SetDoubleValue(share)
			attributes := dp.Attributes()
			attributes.EnsureCapacity(5)
			attributes.PutStr(semconv.AttrModelName, m.name)
			attributes.PutStr(semconv.AttrModelVersion, m.version)
			if b.name != "" {
				attributes.PutStr(semconv.AttrFeatureName, b.name)
			}
			attributes.PutStr(semconv.AttrBinIndex, index(i))
			attributes.PutStr(semconv.AttrBinRange, b.labels[i])
		}
		if out.points >= maxPoints {
			out.flush()
		}
	}
}
