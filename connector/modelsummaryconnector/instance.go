package modelsummaryconnector

import (
	"context"
	"iter"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/leeway-ml/leeway/internal/event"
)

// registry holds what the instances of one connector share. The Collector makes an instance for logs and one for traces,
// both with the same configuration.
type registry struct {
	mu      sync.Mutex
	running map[*Config]*shared
}

// shared is a summariser and how many instances run on it.
type shared struct {
	*summariser
	started int
}

// instance is the connector in one kind of pipeline.
type instance struct {
	registry *registry
	cfg      *Config
	shared   *shared
	running  bool
}

func (r *registry) instance(set connector.Settings, cfg *Config, next consumer.Metrics) (*instance, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running[cfg] == nil {
		s, err := newSummariser(set, cfg, next)
		if err != nil {
			return nil, err
		}
		r.running[cfg] = &shared{summariser: s}
	}
	return &instance{registry: r, cfg: cfg, shared: r.running[cfg]}, nil
}

// Start starts the summaries, unless another instance did.
func (i *instance) Start(_ context.Context, host component.Host) error {
	i.registry.mu.Lock()
	defer i.registry.mu.Unlock()
	if i.running {
		return nil
	}
	if i.shared.started == 0 {
		if err := i.shared.start(host); err != nil {
			return err
		}
	}
	i.shared.started++
	i.running = true
	return nil
}

// Shutdown sends what is left when the last instance stops.
func (i *instance) Shutdown(ctx context.Context) error {
	i.registry.mu.Lock()
	defer i.registry.mu.Unlock()
	if !i.running {
		return nil
	}
	i.running = false
	i.shared.started--
	if i.shared.started > 0 {
		return nil
	}
	if i.registry.running[i.cfg] == i.shared {
		delete(i.registry.running, i.cfg)
	}
	return i.shared.shutdown(ctx)
}

// Capabilities say that the events are only read.
func (*instance) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// ConsumeLogs summarises the predictions among the log records.
func (i *instance) ConsumeLogs(ctx context.Context, logs plog.Logs) error {
	return i.shared.consume(ctx, func(d *event.Decoder) iter.Seq[*event.Event] { return d.Logs(logs) })
}

// ConsumeTraces summarises the predictions among the spans.
func (i *instance) ConsumeTraces(ctx context.Context, traces ptrace.Traces) error {
	return i.shared.consume(ctx, func(d *event.Decoder) iter.Seq[*event.Event] { return d.Spans(traces) })
}
