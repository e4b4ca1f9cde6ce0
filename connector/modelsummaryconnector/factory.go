package modelsummaryconnector

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/consumer"

	"github.com/leeway-ml/leeway/connector/modelsummaryconnector/internal/metadata"
)

// NewFactory makes the factory of the connector.
func NewFactory() connector.Factory {
	r := &registry{}
	return connector.NewFactory(
		metadata.Type,
		createDefaultConfig,
		connector.WithLogsToMetrics(
			func(_ context.Context, set connector.Settings, cfg component.Config, next consumer.Metrics) (connector.Logs, error) {
				return r.instance(set, cfg.(*Config), next)
			}, metadata.LogsToMetricsStability),
		connector.WithTracesToMetrics(
			func(_ context.Context, set connector.Settings, cfg component.Config, next consumer.Metrics) (connector.Traces, error) {
				return r.instance(set, cfg.(*Config), next)
			}, metadata.TracesToMetricsStability),
	)
}
