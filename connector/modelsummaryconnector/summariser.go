package modelsummaryconnector

import (
	"context"
	"iter"
	"runtime"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"

	"github.com/leeway-ml/leeway/connector/modelsummaryconnector/internal/metadata"
	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/internal/profilesource"
)

// summariser is the one behind the instances of a connector for logs and for traces: both add to the same summaries.
type summariser struct {
	cfg       *Config
	next      consumer.Metrics
	telemetry *metadata.TelemetryBuilder
	catalog   *catalog
	notices   *notices
	emitter   emitter

	shards   []*shard
	bytes    atomic.Int64  // of all shards
	queue    atomic.Uint32 // for which shard who finds none free is to wait
	truths   truthWatch
	decoders sync.Pool

	// flushing guards what follows, and keeps flushes in order.
	flushing sync.Mutex
	held     held
	stop     func(context.Context)
}

func newSummariser(set connector.Settings, cfg *Config, next consumer.Metrics) (*summariser, error) {
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	fields, err := cfg.Fields.Compile(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	s := &summariser{
		cfg: cfg, next: next, telemetry: telemetry,
		catalog: newCatalog(cfg.Limits.MaxModels),
		notices: newNotices(set.Logger),
		emitter: newEmitter(set, cfg),
		held:    held{limits: cfg.Limits},
	}
	keys := newSlicing(cfg.Segments).keys
	s.decoders.New = func() any { return event.NewDecoder(keys, fields) }
	for range runtime.GOMAXPROCS(0) {
		s.shards = append(s.shards, newShard(s.catalog, cfg, s.notices, &s.bytes))
	}
	return s, nil
}

// Start finds the profiles and begins to flush.
func (s *summariser) Start(_ context.Context, host component.Host) error {
	provider, err := profilesource.Find(host, s.cfg.Profiles)
	if err != nil {
		return err
	}
	s.catalog.provider = provider
	if err := s.telemetry.RegisterModelSummaryPanesCallback(s.observePanes); err != nil {
		return err
	}
	s.startFlushing()
	return nil
}

// Shutdown stops the flushing and sends what is left.
func (s *summariser) Shutdown(ctx context.Context) error {
	if s.stop != nil {
		s.stop(ctx)
	}
	err := s.flush(ctx)
	s.telemetry.Shutdown()
	return err
}

// consume summarises the events of a batch.
func (s *summariser) consume(ctx context.Context, events func(*event.Decoder) iter.Seq[*event.Event]) error {
	decoder := s.decoders.Get().(*event.Decoder)
	defer s.decoders.Put(decoder)
	if s.cfg.FlushInterval == 0 {
		return s.summarise(ctx, events(decoder))
	}
	budget := int64(s.cfg.Limits.MaxMemoryMiB) << 20
	shard := s.acquire()
	for e := range events(decoder) {
		shard.add(e)
		if s.bytes.Load() > budget {
			s.release(ctx, shard)
			s.flushEarly(ctx)
			shard = s.acquire()
		}
	}
	s.release(ctx, shard)
	return nil
}

// acquire locks the first shard that is free, so that one sender alone always has the same.
func (s *summariser) acquire() *shard {
	for _, shard := range s.shards {
		if shard.mu.TryLock() {
			shard.begin()
			return shard
		}
	}
	shard := s.shards[s.queue.Add(1)%uint32(len(s.shards))]
	shard.mu.Lock()
	shard.begin()
	return shard
}

func (s *summariser) release(ctx context.Context, shard *shard) {
	s.report(ctx, &shard.tally)
	shard.held.Store(shard.panes)
	shard.mu.Unlock()
}
