package replay

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/exporter/otlpexporter"
	"go.opentelemetry.io/collector/exporter/otlphttpexporter"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/zap"
)

// Target is the collector that events go to.
type Target struct {
	// Endpoint is host:port for grpc, a URL for http.
	Endpoint string
	// Protocol is grpc or http.
	Protocol string
	// TLS asks for an encrypted connection; CAFile, where set, holds the certificates to trust.
	TLS    bool
	CAFile string
	// Headers go with every request; their values may be secrets.
	Headers map[string]string
	// Timeout of one request. A collector that is away or busy is tried again for GiveUp.
	Timeout, GiveUp time.Duration
}

// Client sends batches of events over OTLP by the Collector's own exporters: a full collector slows it down, and a failed
// request is tried again.
type Client struct {
	logs exporter.Logs
}

// Connect starts a client.
func Connect(ctx context.Context, target Target, logger *zap.Logger) (*Client, error) {
	settings := exporter.Settings{
		TelemetrySettings: component.TelemetrySettings{
			Logger:         logger,
			TracerProvider: tracenoop.NewTracerProvider(),
			MeterProvider:  metricnoop.NewMeterProvider(),
			Resource:       pcommon.NewResource(),
		},
	}
	factory, config, err := target.config()
	if err != nil {
		return nil, err
	}
	settings.ID = component.NewID(factory.Type())
	logs, err := factory.CreateLogs(ctx, settings, config)
	if err != nil {
		return nil, err
	}
	if err := logs.Start(ctx, host{}); err != nil {
		return nil, err
	}
	return &Client{logs: logs}, nil
}

func (t Target) config() (exporter.Factory, component.Config, error) {
	var headers configopaque.MapList
	for name, value := range t.Headers {
		headers = append(headers, configopaque.Pair{Name: name, Value: configopaque.String(value)})
	}
	noQueue := configoptional.None[exporterhelper.QueueBatchConfig]()
	switch t.Protocol {
	case "grpc":
		factory := otlpexporter.NewFactory()
		config := factory.CreateDefaultConfig().(*otlpexporter.Config)
		config.QueueConfig = noQueue
		config.RetryConfig.InitialInterval = 100 * time.Millisecond
		config.RetryConfig.MaxElapsedTime = t.GiveUp
		config.TimeoutConfig.Timeout = t.Timeout
		config.ClientConfig.Endpoint = t.Endpoint
		config.ClientConfig.Headers = headers
		config.ClientConfig.TLS.Insecure = !t.TLS
		config.ClientConfig.TLS.CAFile = t.CAFile
		return factory, config, config.Validate()
	case "http":
		factory := otlphttpexporter.NewFactory()
		config := factory.CreateDefaultConfig().(*otlphttpexporter.Config)
		config.QueueConfig = noQueue
		config.RetryConfig.InitialInterval = 100 * time.Millisecond
		config.RetryConfig.MaxElapsedTime = t.GiveUp
		config.ClientConfig.Timeout = t.Timeout
		config.ClientConfig.Endpoint = t.Endpoint
		config.ClientConfig.Headers = headers
		config.ClientConfig.TLS.CAFile = t.CAFile
		return factory, config, config.Validate()
	}
	return nil, nil, fmt.Errorf("protocol %q: must be grpc or http", t.Protocol)
}

// Send returns when the collector has acknowledged the events.
func (c *Client) Send(ctx context.Context, logs plog.Logs) error {
	return c.logs.ConsumeLogs(ctx, logs)
}

// Close ends the connection.
func (c *Client) Close(ctx context.Context) error { return c.logs.Shutdown(ctx) }

type host struct{}

// GetExtensions are none.
func (host) GetExtensions() map[component.ID]component.Component { return nil }
