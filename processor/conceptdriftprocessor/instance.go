package conceptdriftprocessor

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"

	"github.com/leeway-ml/leeway/internal/pipelines"
)

// registry makes instances, one for each pipeline that the processor is in. Those of one configuration share a watcher: they watch
// the same streams.
type registry struct {
	watchers pipelines.Shared[*Config, *watcher]
}

// instance is the processor in one pipeline.
type instance struct {
	*pipelines.Instance[*Config, *watcher]
	shared *watcher
	next   consumer.Logs
}

func (r *registry) logs(set processor.Settings, cfg *Config, next consumer.Logs) (*instance, error) {
	i, err := r.watchers.Instance(cfg, func() (*watcher, error) { return newWatcher(set, cfg) })
	if err != nil {
		return nil, err
	}
	return &instance{Instance: i, shared: i.Object(), next: next}, nil
}

// Start makes this pipeline one that events may go to.
func (i *instance) Start(ctx context.Context, host component.Host) error {
	if err := i.Instance.Start(ctx, host); err != nil {
		return err
	}
	i.shared.outlets.Add(i.next)
	return nil
}

// Shutdown takes the pipeline away, once what the watcher says at its end was passed on.
func (i *instance) Shutdown(ctx context.Context) error {
	defer i.shared.outlets.Remove(i.next)
	return i.Instance.Shutdown(ctx)
}

// Capabilities say that records are only read: what detectors say goes on by itself.
func (*instance) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// ConsumeLogs passes a batch on, and takes in its values.
func (i *instance) ConsumeLogs(ctx context.Context, logs plog.Logs) error {
	return i.shared.consume(ctx, logs, i.next)
}
