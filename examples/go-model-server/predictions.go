package main

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc"
	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/resource"
)

// Predictions tells OpenTelemetry what the model predicts.
type Predictions struct {
	provider *sdklog.LoggerProvider
	logger   log.Logger
}

// newPredictions sends to an OTLP receiver such as http://localhost:4317. What is the same for all predictions stands on the
// resource. Events wait in a queue and are sent in batches.
func newPredictions(ctx context.Context, endpoint, model, version string) (*Predictions, error) {
	exporter, err := otlploggrpc.New(ctx, otlploggrpc.WithEndpointURL(endpoint))
	if err != nil {
		return nil, err
	}
	provider := sdklog.NewLoggerProvider(
		sdklog.WithProcessor(sdklog.NewBatchProcessor(exporter)),
		sdklog.WithResource(resource.NewSchemaless(attribute.String("service.name", "model-server"),
			attribute.String("ml.model.name", model), attribute.String("ml.model.version", version))))
	return &Predictions{provider, provider.Logger("model-server")}, nil
}

// Send queues one prediction, made just now.
func (p *Predictions) Send(ctx context.Context, id string, inputs Inputs, class string, score float64, took time.Duration) {
	var event log.Record
	event.SetEventName("ml.prediction")
	event.SetTimestamp(time.Now())
	event.AddAttributes(log.String("ml.prediction.id", id), log.String("ml.prediction.class", class),
		log.Float64("ml.prediction.score", score), log.Float64("ml.prediction.duration", took.Seconds()),
		log.Map("ml.inputs", attributes(inputs)...))
	p.logger.Emit(ctx, event)
}

// attributes says the inputs in OpenTelemetry's words. What is nil is left out: it is missing.
func attributes(inputs Inputs) []log.KeyValue {
	list := make([]log.KeyValue, 0, len(inputs))
	for name, value := range inputs {
		switch v := value.(type) {
		case float64:
			list = append(list, log.Float64(name, v))
		case string:
			list = append(list, log.String(name, v))
		case bool:
			list = append(list, log.Bool(name, v))
		}
	}
	return list
}

// Close sends what is left in the queue.
func (p *Predictions) Close(ctx context.Context) error { return p.provider.Shutdown(ctx) }
