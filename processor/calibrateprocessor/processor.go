package calibrateprocessor

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/internal/profilesource"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

// calibrate is what the processor is in both kinds of pipelines.
type calibrate struct {
	config      *Config
	report      *reporter
	decoders    sync.Pool
	calibrators profile.Calibrators
}

func newCalibrate(set processor.Settings, config *Config) (*calibrate, error) {
	fields, err := config.Fields.Compile(set.TelemetrySettings)
	if err != nil {
		return nil, fmt.Errorf("fields: %w", err)
	}
	c := &calibrate{config: config}
	c.decoders.New = func() any { return event.NewDecoder(nil, fields) }
	c.report, err = newReporter(set.TelemetrySettings)
	return c, err
}

// Capabilities say that events are changed.
func (*calibrate) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: true}
}

// Start finds where the calibrators are.
func (c *calibrate) Start(_ context.Context, host component.Host) error {
	provider, err := profilesource.Find(host, c.config.Profiles)
	if err != nil {
		return err
	}
	if provider == nil {
		return errors.New("profiles: no extension has calibrators; define the extension profiles, and name it in service::extensions")
	}
	calibrators, ok := provider.(profile.Calibrators)
	if !ok {
		return errors.New("profiles: the extension has no calibrators; name one of type \"profiles\"")
	}
	c.calibrators = calibrators
	return nil
}

// Shutdown has nothing to keep.
func (c *calibrate) Shutdown(context.Context) error {
	c.report.close()
	return nil
}

// logs is the processor in a pipeline of logs.
type logs struct {
	*calibrate
	next consumer.Logs
}

// ConsumeLogs gives predictions and outcomes among the records their calibrated score.
func (l *logs) ConsumeLogs(ctx context.Context, batch plog.Logs) error {
	decoder := l.decoders.Get().(*event.Decoder)
	var t tally
	for record, e := range decoder.LogRecords(batch) {
		if e.Name != semconv.EventPrediction && e.Name != semconv.EventOutcome {
			continue
		}
		l.report.expression(e)
		score, result := l.apply(e)
		if result == calibrated {
			record.Attributes().PutDouble(semconv.AttrPredictionCalibratedScore, score)
		}
		t[result]++
	}
	l.decoders.Put(decoder)
	l.report.events(ctx, &t)
	return l.next.ConsumeLogs(ctx, batch)
}

// traces is the processor in a pipeline of traces.
type traces struct {
	*calibrate
	next consumer.Traces
}

// ConsumeTraces gives predictions among the spans their calibrated score.
func (p *traces) ConsumeTraces(ctx context.Context, batch ptrace.Traces) error {
	decoder := p.decoders.Get().(*event.Decoder)
	var t tally
	for span, e := range decoder.SpanRecords(batch) {
		p.report.expression(e)
		score, result := p.apply(e)
		if result == calibrated {
			span.Attributes().PutDouble(semconv.AttrPredictionCalibratedScore, score)
		}
		t[result]++
	}
	p.decoders.Put(decoder)
	p.report.events(ctx, &t)
	return p.next.ConsumeTraces(ctx, batch)
}
