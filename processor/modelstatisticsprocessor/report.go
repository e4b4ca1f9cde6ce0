package modelstatisticsprocessor

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/internal/notice"
	"github.com/leeway-ml/leeway/internal/summarypdata"
	"github.com/leeway-ml/leeway/processor/modelstatisticsprocessor/internal/metadata"
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
	for _, register := range []struct {
		with func(metric.Int64Callback) error
		of   func(m *model) int
	}{
		{telemetry.RegisterModelStatisticsModelsCallback, func(*model) int { return 1 }},
		{telemetry.RegisterModelStatisticsModelsUnprofiledCallback, func(m *model) int {
			if m.unprofiled {
				return 1
			}
			return 0
		}},
		{telemetry.RegisterModelStatisticsSeriesCallback, func(m *model) int { return m.windows.Series() }},
		{telemetry.RegisterModelStatisticsPanesCallback, func(m *model) int { return m.windows.Panes() }},
	} {
		if err := register.with(func(_ context.Context, o metric.Int64Observer) error {
			total := 0
			for _, m := range ms.all() {
				m.mu.Lock()
				total += register.of(m)
				m.mu.Unlock()
			}
			o.Observe(int64(total))
			return nil
		}); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// cures say what to do about data points that are refused.
var cures = map[string]string{
	string(summarypdata.NoModel):  "a summary must have the attribute ml.model.name on each data point",
	string(summarypdata.TooLong):  "keys and values of attributes may have 256 bytes",
	string(summarypdata.NoTime):   "a summary must say when it was made",
	string(summarypdata.NotDelta): "summaries must be deltas: put the processor cumulativetodelta before model_statistics, or set the SDK's temporality to delta",
	string(summarypdata.Broken):   "bounds must ascend, counts must fit them and the total, sums must be finite, counts not negative",
	"future":                      "its sender's clock is ahead by more than max_future",
	"too_old":                     "it is in no window that is yet to be judged",
	"model_limit":                 "there are limits::max_models models already",
	"series_limit":                "the model has limits::max_series series or limits::max_groups segments already",
}

func (r *reporter) refused(ctx context.Context, model, reason string, p *summarypdata.Point) {
	if r.notices.First(model, reason) {
		r.logger.Warn("a data point is not counted, nor are others like it: "+cures[reason], zap.String("model", p.Model),
			zap.String("metric", p.Metric), zap.String("reason", reason), zap.Time("time", time.Unix(0, p.Time)))
	}
	r.telemetry.ModelStatisticsPointsRefused.Add(ctx, 1, metric.WithAttributeSet(attribute.NewSet(
		attribute.String("model", r.notices.Label(model, reason)), attribute.String("reason", reason))))
}

// withoutProfile says once a model that there is nothing to compare it with.
func (r *reporter) withoutProfile(m *model) {
	if r.notices.First(m.name+"\x00"+m.version, "profile") {
		r.logger.Warn("a model has no reference profile: nothing of it is called drifted. "+
			"Make one for this model and version with leewayctl profile, or let the extension profiles learn it",
			zap.String("model", m.name), zap.String("version", m.version))
	}
}

func (r *reporter) late(ctx context.Context, model string, p *summarypdata.Point) {
	const late = "late"
	if r.notices.First(model, late) {
		r.logger.Warn("a data point came after windows that it belongs to were judged; it counts in those that are yet to be. "+
			"If that happens often, raise allowed_lateness", zap.String("model", model), zap.String("metric", p.Metric), zap.Time("time", time.Unix(0, p.Time)))
	}
	r.telemetry.ModelStatisticsPointsLate.Add(ctx, 1, metric.WithAttributeSet(attribute.NewSet(attribute.String("model", r.notices.Label(model, late)))))
}

func (r *reporter) counted(ctx context.Context, points int64) {
	if points > 0 {
		r.telemetry.ModelStatisticsPoints.Add(ctx, points)
	}
}

func (r *reporter) judged(ctx context.Context, window string, took time.Duration) {
	r.telemetry.ModelStatisticsWindowsJudged.Add(ctx, 1, metric.WithAttributeSet(attribute.NewSet(attribute.String("window", window))))
	r.telemetry.ModelStatisticsJudgeDuration.Record(ctx, took.Seconds())
}

func (r *reporter) evicted(ctx context.Context) { r.telemetry.ModelStatisticsModelsEvicted.Add(ctx, 1) }

func (r *reporter) emitFailed(ctx context.Context, err error) {
	r.telemetry.ModelStatisticsEmitFailures.Add(ctx, 1)
	if r.notices.First("", "emit") {
		r.logger.Error("the next component refused a batch; statistics of this moment are lost, windows are not", zap.Error(err))
	}
}

func (r *reporter) close() { r.telemetry.Shutdown() }

func (r *reporter) checkpointFailed(ctx context.Context, model string, err error) {
	r.telemetry.ModelStatisticsCheckpointFailures.Add(ctx, 1)
	if r.notices.First(model, "checkpoint") {
		r.logger.Error("windows could not be stored; they are tried again with the next checkpoint", zap.String("model", model), zap.Error(err))
	}
}

func (r *reporter) corrupt(ctx context.Context, key string, err error) {
	r.telemetry.ModelStatisticsCheckpointCorrupt.Add(ctx, 1)
	r.logger.Error("an entry of the checkpoint can't be read and is left out: what it held is missing from the windows", zap.String("key", key), zap.Error(err))
}
