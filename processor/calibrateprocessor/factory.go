package calibrateprocessor

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/processor"

	"github.com/leeway-ml/leeway/processor/calibrateprocessor/internal/metadata"
)

// NewFactory makes the factory of the processor.
func NewFactory() processor.Factory {
	return processor.NewFactory(
		metadata.Type,
		createDefaultConfig,
		processor.WithLogs(createLogs, metadata.LogsStability),
		processor.WithTraces(createTraces, metadata.TracesStability),
	)
}

func createLogs(_ context.Context, set processor.Settings, config component.Config, next consumer.Logs) (processor.Logs, error) {
	c, err := newCalibrate(set, config.(*Config))
	if err != nil {
		return nil, err
	}
	return &logs{calibrate: c, next: next}, nil
}

func createTraces(_ context.Context, set processor.Settings, config component.Config, next consumer.Traces) (processor.Traces, error) {
	c, err := newCalibrate(set, config.(*Config))
	if err != nil {
		return nil, err
	}
	return &traces{calibrate: c, next: next}, nil
}
