package conceptdriftprocessor

import (
	"context"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"
)

// registry holds what the instances of one processor share. The Collector makes an instance for each pipeline that the processor
// is in, all with the same configuration: they watch the same streams.
type registry struct {
	mu      sync.Mutex
	running map[*Config]*shared
}

// shared is a watcher and how many instances run on it.
type shared struct {
	*watcher
	started int
}

// instance is the processor in one pipeline.
type instance struct {
	registry *registry
	cfg      *Config
	shared   *shared
	next     consumer.Logs
	running  bool
}

func (r *registry) logs(set processor.Settings, cfg *Config, next consumer.Logs) (*instance, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running[cfg] == nil {
		w, err := newWatcher(set, cfg)
		if err != nil {
			return nil, err
		}
		r.running[cfg] = &shared{watcher: w}
	}
	return &instance{registry: r, cfg: cfg, shared: r.running[cfg], next: next}, nil
}

// Start starts the watcher, unless another instance did.
func (i *instance) Start(ctx context.Context, host component.Host) error {
	i.registry.mu.Lock()
	defer i.registry.mu.Unlock()
	if i.running {
		return nil
	}
	if i.shared.started == 0 {
		if err := i.shared.start(ctx, host); err != nil {
			return err
		}
	}
	i.shared.started++
	i.running = true
	i.shared.outlets.add(i.next)
	return nil
}

// Shutdown stops the watcher with its last instance.
func (i *instance) Shutdown(ctx context.Context) error {
	i.registry.mu.Lock()
	defer i.registry.mu.Unlock()
	if i.registry.running[i.cfg] == i.shared && (!i.running || i.shared.started == 1) {
		delete(i.registry.running, i.cfg)
	}
	if !i.running {
		return nil
	}
	i.shared.outlets.remove(i.next)
	i.running = false
	i.shared.started--
	if i.shared.started > 0 {
		return nil
	}
	return i.shared.shutdown(ctx, i.next)
}

// Capabilities say that records are only read: what detectors say goes on by itself.
func (*instance) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// ConsumeLogs passes a batch on, and takes in its values.
func (i *instance) ConsumeLogs(ctx context.Context, logs plog.Logs) error {
	return i.shared.consume(ctx, logs, i.next)
}
