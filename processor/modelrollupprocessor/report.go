package modelrollupprocessor

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/internal/notice"
	"github.com/leeway-ml/leeway/internal/summarypdata"
	"github.com/leeway-ml/leeway/processor/modelrollupprocessor/internal/metadata"
)

// reporter counts what happens, and says it in the log: each thing once a model.
type reporter struct {
	logger    *zap.Logger
	telemetry *metadata.TelemetryBuilder
	notices   notice.Notices
}

func newReporter(settings component.TelemetrySettings, ms *models) (*reporter, error) {
	telemetry, err := metadata.NewTelemetryBuilder(settings)
	if err != nil {
		return nil, err
	}
	r := &reporter{logger: settings.Logger, telemetry: telemetry}
	if err := telemetry.RegisterModelRollupModelsCallback(func(_ context.Context, o metric.Int64Observer) error {
		o.Observe(int64(len(ms.all())))
		return nil
	}); err != nil {
		return nil, err
	}
	err = telemetry.RegisterModelRollupSeriesCallback(func(_ context.Context, o metric.Int64Observer) error {
		total := 0
		for _, m := range ms.all() {
			m.mu.Lock()
			total += m.series
			m.mu.Unlock()
		}
		o.Observe(int64(total))
		return nil
	})
	return r, err
}

// cures say what to do about data points that are refused.
var cures = map[string]string{
	string(summarypdata.NoModel):  "a summary must have the attribute ml.model.name on each data point",
	string(summarypdata.TooLong):  "keys and values of attributes may have 256 bytes",
	string(summarypdata.NoTime):   "a summary must say when it was made",
	string(summarypdata.NotDelta): "summaries must be deltas: put the processor cumulativetodelta before model_rollup, or set the SDK's temporality to delta",
	string(summarypdata.Broken):   "bounds must ascend, counts must fit them and the total, sums must be finite, counts not negative",
	"future":                      "its sender's clock is ahead by more than max_future",
	"bounds":                      "its type or its bounds are not those of the profile or of earlier ones; have all senders use the same",
	"bin":                         "ml.calibration.bin must be 00 to 19, and its values a histogram",
	"model_limit":                 "there are limits::max_models models already",
	"series_limit":                "the model has limits::max_series series already",
}

func (r *reporter) refused(ctx context.Context, model, reason string, p *summarypdata.Point) {
	if r.notices.First(model, reason) {
		r.logger.Warn("a data point is not counted, nor are others like it: "+cures[reason], zap.String("model", p.Model),
			zap.String("metric", p.Metric), zap.String("reason", reason), zap.Time("time", time.Unix(0, p.Time)))
	}
	r.telemetry.ModelRollupPointsRefused.Add(ctx, 1, metric.WithAttributeSet(attribute.NewSet(
		attribute.String("model", r.notices.Label(model, reason)), attribute.String("reason", reason))))
}

func (r *reporter) unbinned(ctx context.Context, model string, p *summarypdata.Point) {
	const unbinned = "unbinned"
	if r.notices.First(model, unbinned) {
		r.logger.Info("no profile has bins for a feature: there is no roll-up of it, nor of others like it",
			zap.String("model", model), zap.String("version", p.Version), zap.String("metric", p.Metric))
	}
	r.telemetry.ModelRollupPointsUnbinned.Add(ctx, 1, r.of(model, unbinned))
}

func (r *reporter) rebinned(ctx context.Context, model string, p *summarypdata.Point) {
	const rebinned = "rebinned"
	if r.notices.First(model, rebinned) {
		r.logger.Info("summaries have other bins than the profile: their counts are dealt out to the profile's bins as the reference would have them. "+
			"That ends when every sender has the profile", zap.String("model", model), zap.String("metric", p.Metric))
	}
	r.telemetry.ModelRollupPointsRebinned.Add(ctx, 1, r.of(model, rebinned))
}

func (r *reporter) of(model, what string) metric.MeasurementOption {
	return metric.WithAttributeSet(attribute.NewSet(attribute.String("model", r.notices.Label(model, what))))
}

func (r *reporter) counted(ctx context.Context, points int64) {
	if points > 0 {
		r.telemetry.ModelRollupPoints.Add(ctx, points)
	}
}

func (r *reporter) evicted(ctx context.Context, series int) {
	if series > 0 {
		r.telemetry.ModelRollupSeriesEvicted.Add(ctx, int64(series))
	}
}

func (r *reporter) emitFailed(ctx context.Context, err error) {
	r.telemetry.ModelRollupEmitFailures.Add(ctx, 1)
	if r.notices.First("", "emit") {
		r.logger.Error("the next component refused a batch; running totals go out again with the next one", zap.Error(err))
	}
}

func (r *reporter) close() { r.telemetry.Shutdown() }
