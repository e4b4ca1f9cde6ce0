package modelsummaryconnector

import (
	"context"
	"iter"

	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/internal/pipelines"
)

// registry makes instances, one for logs and one for traces. Those of one configuration share a summariser.
type registry struct {
	summarisers pipelines.Shared[*Config, *summariser]
}

// instance is the connector in one kind of pipeline.
type instance struct {
	*pipelines.Instance[*Config, *summariser]
	shared *summariser
}

func (r *registry) instance(set connector.Settings, cfg *Config, next consumer.Metrics) (*instance, error) {
	i, err := r.summarisers.Instance(cfg, func() (*summariser, error) { return newSummariser(set, cfg, next) })
	if err != nil {
		return nil, err
	}
	return &instance{i, i.Object()}, nil
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
