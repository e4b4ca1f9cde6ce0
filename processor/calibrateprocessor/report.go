package calibrateprocessor

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/internal/notice"
	"github.com/leeway-ml/leeway/processor/calibrateprocessor/internal/metadata"
)

// tally counts what became of the events of a batch.
type tally [results]int64

// reporter counts what happens.
type reporter struct {
	logger    *zap.Logger
	notices   notice.Notices
	telemetry *metadata.TelemetryBuilder
	labels    [results]metric.AddOption
}

func newReporter(settings component.TelemetrySettings) (*reporter, error) {
	telemetry, err := metadata.NewTelemetryBuilder(settings)
	if err != nil {
		return nil, err
	}
	r := &reporter{logger: settings.Logger, telemetry: telemetry}
	for i, name := range [results]string{"calibrated", "already", "no_calibrator", "no_score", "bad_score"} {
		r.labels[i] = metric.WithAttributeSet(attribute.NewSet(attribute.String("result", name)))
	}
	return r, nil
}

func (r *reporter) events(ctx context.Context, t *tally) {
	for i, n := range t {
		if n > 0 {
			r.telemetry.CalibrateEvents.Add(ctx, n, r.labels[i])
		}
	}
}

// expression says once a model that an OTTL expression of the configuration failed.
func (r *reporter) expression(e *event.Event) {
	if e.Err != nil && r.notices.First(e.Model, "expression") {
		r.logger.Warn("an expression of fields failed; the event goes on without the field, as do others like it", zap.String("model", e.Model), zap.Error(e.Err))
	}
}

func (r *reporter) close() { r.telemetry.Shutdown() }
