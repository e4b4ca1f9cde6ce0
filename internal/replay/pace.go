package replay

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"
)

// pace says when an event is due.
type pace struct {
	rate, speed  float64
	started      time.Time
	firstEvent   time.Time
	events       int
	anythingSent bool
}

// wait is how long the event must still be held back.
func (p *pace) wait(at time.Time) time.Duration {
	if !p.anythingSent {
		p.anythingSent, p.started, p.firstEvent = true, time.Now(), at
	}
	due := p.started
	switch {
	case p.rate > 0:
		due = due.Add(time.Duration(float64(p.events) / p.rate * float64(time.Second)))
	case p.speed > 0:
		due = due.Add(time.Duration(float64(at.Sub(p.firstEvent)) / p.speed))
	}
	p.events++
	return time.Until(due)
}

// batcher collects events until a batch is full, or until the next event is not due yet.
type batcher struct {
	size  int
	out   chan<- plog.Logs
	pace  pace
	logs  plog.Logs
	scope plog.ScopeLogs
	held  int
}

// shortest is how far ahead of its time an event may be sent, so that paced batches don't shrink to single events.
const shortest = 50 * time.Millisecond

func (b *batcher) next(ctx context.Context, at time.Time) (plog.LogRecord, error) {
	wait := b.pace.wait(at)
	if b.held >= b.size || wait > shortest {
		if err := b.flush(ctx); err != nil {
			return plog.LogRecord{}, err
		}
	}
	if wait > shortest {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return plog.LogRecord{}, ctx.Err()
		}
	}
	if b.held == 0 {
		b.logs = plog.NewLogs()
		b.scope = b.logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty()
		b.scope.Scope().SetName("leewayctl replay")
	}
	b.held++
	return b.scope.LogRecords().AppendEmpty(), nil
}

func (b *batcher) flush(ctx context.Context) error {
	if b.held == 0 {
		return nil
	}
	b.held = 0
	select {
	case b.out <- b.logs:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
