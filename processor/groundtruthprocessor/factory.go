package groundtruthprocessor

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/processor"

	"github.com/leeway-ml/leeway/processor/groundtruthprocessor/internal/metadata"
)

// NewFactory makes the factory of the processor.
func NewFactory() processor.Factory {
	r := &registry{}
	return processor.NewFactory(
		metadata.Type,
		createDefaultConfig,
		processor.WithLogs(
			func(_ context.Context, set processor.Settings, cfg component.Config, next consumer.Logs) (processor.Logs, error) {
				return r.logs(set, cfg.(*Config), next)
			}, metadata.LogsStability),
		processor.WithTraces(
			func(_ context.Context, set processor.Settings, cfg component.Config, next consumer.Traces) (processor.Traces, error) {
				return r.traces(set, cfg.(*Config), next)
			}, metadata.TracesStability),
	)
}
