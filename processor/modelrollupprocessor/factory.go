package modelrollupprocessor

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/processor"

	"github.com/leeway-ml/leeway/processor/modelrollupprocessor/internal/metadata"
)

// NewFactory makes the factory of the processor.
func NewFactory() processor.Factory {
	return processor.NewFactory(metadata.Type, createDefaultConfig, processor.WithMetrics(create, metadata.MetricsStability))
}

func create(_ context.Context, settings processor.Settings, config component.Config, next consumer.Metrics) (processor.Metrics, error) {
	return newRollup(settings, config.(*Config), next)
}
