package modelsummaryconnector

import (
	"context"
	"iter"
	"slices"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/internal/event"
)

// sweepInterval is how often unused plans are forgotten where there are no flushes.
const sweepInterval = 10 * time.Second

// startFlushing flushes in the background until s.stop is called. A flush that is under way then is left to end, as long as
// the context of stop lasts: the next component may have counted what it was given, and would count it again.
func (s *summariser) startFlushing() {
	interval := s.cfg.FlushInterval
	if interval == 0 {
		interval = sweepInterval
	}
	ctx, cancel := context.WithCancel(context.Background())
	quit, done := make(chan struct{}), make(chan struct{})
	ticker := time.NewTicker(interval)
	go func() {
		defer close(done)
		defer ticker.Stop()
		for {
			select {
			case <-quit:
				return
			case <-ticker.C:
				_ = s.flush(ctx) // already told, and kept for the next one
			}
		}
	}()
	s.stop = func(patience context.Context) {
		defer cancel()
		close(quit)
		select {
		case <-done:
		case <-patience.Done():
			cancel()
			<-done
		}
	}
}

// flush sends what the shards hold.
func (s *summariser) flush(ctx context.Context) error {
	s.flushing.Lock()
	defer s.flushing.Unlock()
	for _, shard := range s.shards {
		shard.mu.Lock()
		taken := shard.take()
		shard.held.Store(0)
		shard.mu.Unlock()
		s.held.add(taken)
	}
	s.catalog.sweep()
	overflowed := s.held.overflowed
	s.held.overflowed = tally{}
	overflowed.report(ctx, s.telemetry)
	return s.send(ctx)
}

// flushEarly makes room. Whoever comes while a flush is under way finds the room that it made.
func (s *summariser) flushEarly(ctx context.Context) {
	s.tellEarly(ctx)
	_ = s.flush(context.WithoutCancel(ctx)) // already told, and kept for the next one
}

func (s *summariser) tellEarly(ctx context.Context) {
	s.telemetry.ModelSummaryEarlyFlushes.Add(ctx, 1)
	if s.notices.once(noticeKey{about: "early"}) {
		s.notices.logger.Info("Summaries are sent early, since those that wait reach limits::max_memory_mib. A fast replay does that; where it goes on, raise the limit",
			zap.Int("max_memory_mib", s.cfg.Limits.MaxMemoryMiB))
	}
}

// send sends what is held, part by part. What is refused for now is kept, within the limit.
func (s *summariser) send(ctx context.Context) error {
	var failed error
	for part := range parts(s.held.sorted()) {
		err := s.next.ConsumeMetrics(ctx, s.emitter.metrics(part))
		if err == nil {
			s.held.drop(part)
			continue
		}
		failed = err
		s.telemetry.ModelSummaryFlushFailures.Add(ctx, 1)
		if !consumererror.IsPermanent(err) {
			lost := s.held.trim(s.cfg.Limits.MaxMemoryMiB << 20)
			s.telemetry.ModelSummaryEventsLost.Add(ctx, int64(lost))
			s.notices.logger.Warn("The next component refused the summaries; they are kept for the next flush", zap.Error(err), zap.Uint64("events_lost", lost))
			break
		}
		lost := s.held.drop(part)
		s.telemetry.ModelSummaryEventsLost.Add(ctx, int64(lost))
		s.notices.logger.Error("The next component refused summaries for good; they are lost", zap.Error(err), zap.Uint64("events", lost))
	}
	return failed
}

// summarise makes the batch's own summaries and sends them before the batch is acknowledged. An error makes the sender
// send the batch again; nothing of it is kept here. Summaries that are too many for one request go in several, and an error
// after the first makes those count twice: better than a batch that no receiver ever takes.
func (s *summariser) summarise(ctx context.Context, events iter.Seq[*event.Event]) error {
	var bytes atomic.Int64
	shard := newShard(s.catalog, s.cfg, s.notices, &bytes)
	shard.begin()
	defer func() { s.report(ctx, &shard.tally) }()
	send := func() error {
		all := shard.take()
		if len(all) == 0 {
			return nil
		}
		slices.SortFunc(all, compare)
		for part := range parts(all) {
			if err := s.next.ConsumeMetrics(ctx, s.emitter.metrics(part)); err != nil {
				return err
			}
		}
		return nil
	}
	for e := range events {
		shard.add(e)
		if bytes.Load() > int64(s.cfg.Limits.MaxMemoryMiB)<<20 {
			s.tellEarly(ctx)
			if err := send(); err != nil {
				return err
			}
		}
	}
	return send()
}

func (s *summariser) observePanes(_ context.Context, o metric.Int64Observer) error {
	var panes int64
	for _, shard := range s.shards {
		panes += shard.held.Load()
	}
	o.Observe(panes)
	return nil
}
