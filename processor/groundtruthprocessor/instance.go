package groundtruthprocessor

import (
	"context"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
)

// registry holds what the instances of one processor share. The Collector makes an instance for each pipeline that the processor
// is in, all with the same configuration: a prediction that came as a span finds a truth that came as a log record.
type registry struct {
	mu      sync.Mutex
	running map[*Config]*shared
}

// shared is a joiner and how many instances run on it.
type shared struct {
	*joiner
	started int
}

// instance is the processor in one pipeline.
type instance struct {
	registry *registry
	cfg      *Config
	shared   *shared
	running  bool
}

func (r *registry) instance(set processor.Settings, cfg *Config) (*instance, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running[cfg] == nil {
		j, err := newJoiner(set, cfg)
		if err != nil {
			return nil, err
		}
		r.running[cfg] = &shared{joiner: j}
	}
	return &instance{registry: r, cfg: cfg, shared: r.running[cfg]}, nil
}

func (r *registry) logs(set processor.Settings, cfg *Config, next consumer.Logs) (*logsInstance, error) {
	i, err := r.instance(set, cfg)
	if err != nil {
		return nil, err
	}
	i.shared.outlets.made()
	return &logsInstance{instance: i, next: next}, nil
}

func (r *registry) traces(set processor.Settings, cfg *Config, next consumer.Traces) (*tracesInstance, error) {
	i, err := r.instance(set, cfg)
	if err != nil {
		return nil, err
	}
	return &tracesInstance{instance: i, next: next}, nil
}

// start starts the joiner, unless another instance did.
func (i *instance) start(ctx context.Context, host component.Host) error {
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
	return nil
}

// Shutdown stops the joiner with its last instance.
func (i *instance) Shutdown(ctx context.Context) error {
	i.registry.mu.Lock()
	defer i.registry.mu.Unlock()
	if i.registry.running[i.cfg] == i.shared && (!i.running || i.shared.started == 1) {
		delete(i.registry.running, i.cfg)
	}
	if !i.running {
		return nil
	}
	i.running = false
	i.shared.started--
	if i.shared.started > 0 {
		return nil
	}
	return i.shared.shutdown(ctx)
}

// logsInstance is the processor in a pipeline of logs.
type logsInstance struct {
	*instance
	next consumer.Logs
}

// Start makes this pipeline one that outcomes may go to: at once those that were left when the process ended.
func (i *logsInstance) Start(ctx context.Context, host component.Host) error {
	if err := i.start(ctx, host); err != nil {
		return err
	}
	i.shared.outlets.add(i.next)
	i.shared.passOnAgain(ctx)
	return nil
}

// Shutdown takes the pipeline away.
func (i *logsInstance) Shutdown(ctx context.Context) error {
	i.shared.outlets.remove(i.next)
	return i.instance.Shutdown(ctx)
}

// Capabilities say that outcomes are added to the batch.
func (*logsInstance) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: true}
}

// ConsumeLogs joins the events among the records, and passes all on, with the outcomes.
func (i *logsInstance) ConsumeLogs(ctx context.Context, logs plog.Logs) error {
	return i.shared.consumeLogs(ctx, logs, i.next)
}

// tracesInstance is the processor in a pipeline of traces.
type tracesInstance struct {
	*instance
	next consumer.Traces
}

// Start begins to remember.
func (i *tracesInstance) Start(ctx context.Context, host component.Host) error {
	return i.start(ctx, host)
}

// Capabilities say that spans are only read.
func (*tracesInstance) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// ConsumeTraces remembers the predictions among the spans, and passes all on. Outcomes go to a pipeline of logs.
func (i *tracesInstance) ConsumeTraces(ctx context.Context, traces ptrace.Traces) error {
	return i.shared.consumeTraces(ctx, traces, i.next)
}
