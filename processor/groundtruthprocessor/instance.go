package groundtruthprocessor

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"

	"github.com/leeway-ml/leeway/internal/pipelines"
)

// registry makes instances, one for each pipeline that the processor is in. Those of one configuration share a joiner: a prediction
// that came as a span finds a truth that came as a log record.
type registry struct {
	joiners pipelines.Shared[*Config, *joiner]
}

// instance is the processor in one pipeline.
type instance struct {
	*pipelines.Instance[*Config, *joiner]
	shared *joiner
}

func (r *registry) instance(set processor.Settings, cfg *Config) (instance, error) {
	i, err := r.joiners.Instance(cfg, func() (*joiner, error) { return newJoiner(set, cfg) })
	if err != nil {
		return instance{}, err
	}
	return instance{i, i.Object()}, nil
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

// logsInstance is the processor in a pipeline of logs.
type logsInstance struct {
	instance
	next consumer.Logs
}

// Start makes this pipeline one that outcomes may go to: at once those that were left when the process ended.
func (i *logsInstance) Start(ctx context.Context, host component.Host) error {
	if err := i.Instance.Start(ctx, host); err != nil {
		return err
	}
	i.shared.outlets.Add(i.next)
	i.shared.passOnAgain(ctx)
	return nil
}

// Shutdown takes the pipeline away.
func (i *logsInstance) Shutdown(ctx context.Context) error {
	i.shared.outlets.Remove(i.next)
	return i.Instance.Shutdown(ctx)
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
	instance
	next consumer.Traces
}

// Capabilities say that spans are only read.
func (*tracesInstance) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// ConsumeTraces remembers the predictions among the spans, and passes all on. Outcomes go to a pipeline of logs.
func (i *tracesInstance) ConsumeTraces(ctx context.Context, traces ptrace.Traces) error {
	return i.shared.consumeTraces(ctx, traces, i.next)
}
