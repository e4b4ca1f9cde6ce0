package groundtruthprocessor

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/internal/join"
	"github.com/leeway-ml/leeway/internal/notice"
	"github.com/leeway-ml/leeway/processor/groundtruthprocessor/internal/metadata"
)

// kinds of events.
const (
	ofPrediction = iota
	ofTruth
	ofFeedback
	kinds
)

// results of joins.
const (
	joined = iota
	expired
	duplicated
	orphan
	results
)

// reasons why an event is not remembered.
const (
	noModel = iota
	noID
	noTimeGiven
	tooLarge
	noTruth
	modelLimit
	full
	storageFailed
	reasons
)

var (
	kindNames   = [kinds]string{"prediction", "ground_truth", "feedback"}
	resultNames = [results]string{resultJoined, resultExpired, resultDuplicate, resultOrphan}
	reasonNames = [reasons]string{"no_model", "no_id", "no_time", "too_large", "no_truth", "model_limit", "full", "storage"}
	stateNames  = map[join.State]string{join.Waiting: "waiting", join.Early: "early", join.Joined: "joined"}
)

// cures say what to do about events that are not remembered.
var cures = [reasons]string{
	noModel:       "an event must have the attribute ml.model.name",
	noID:          "an event must have the attribute ml.prediction.id, or trace and span id; without, it can't be joined",
	noTimeGiven:   "an event must have a time, before the year 2116",
	tooLarge:      "what is remembered under its prediction id would be larger than limits::max_event_bytes; carry fewer inputs or segments, or raise the limit",
	modelLimit:    "there are limits::max_models models already",
	noTruth:       "a ground truth must have ml.ground_truth.class, .value or .relevances",
	full:          "there is no room, since outcomes can't be passed on; see what the next component says",
	storageFailed: "the storage can't be read",
}

// tally counts what happens in a batch, to be told once the batch was passed on.
type tally struct {
	timeToLive int64
	events     [kinds]int64
	joins      [kinds][results]int64
	refused    [kinds][reasons]int64
	future     int64
	evicted    int64
}

// reporter counts what happens, and says it in the log: each thing once a model.
type reporter struct {
	logger    *zap.Logger
	telemetry *metadata.TelemetryBuilder
	notices   notice.Notices

	events  [kinds]metric.AddOption
	joins   [kinds][results]metric.AddOption
	refusal [kinds][reasons]metric.AddOption
}

func newReporter(settings component.TelemetrySettings) (*reporter, error) {
	telemetry, err := metadata.NewTelemetryBuilder(settings)
	if err != nil {
		return nil, err
	}
	r := &reporter{logger: settings.Logger, telemetry: telemetry}
	option := func(pairs ...attribute.KeyValue) metric.AddOption {
		return metric.WithAttributeSet(attribute.NewSet(pairs...))
	}
	for k, kind := range kindNames {
		event := attribute.String("event", kind)
		r.events[k] = option(event)
		for i, name := range resultNames {
			r.joins[k][i] = option(event, attribute.String("result", name))
		}
		for i, name := range reasonNames {
			r.refusal[k][i] = option(event, attribute.String("reason", name))
		}
	}
	return r, nil
}

// told reports what was counted.
func (r *reporter) told(ctx context.Context, t *tally) {
	add := func(to metric.Int64Counter, n int64, options ...metric.AddOption) {
		if n > 0 {
			to.Add(ctx, n, options...)
		}
	}
	for k := range kinds {
		add(r.telemetry.GroundTruthEvents, t.events[k], r.events[k])
		for i := range results {
			add(r.telemetry.GroundTruthJoins, t.joins[k][i], r.joins[k][i])
		}
		for i := range reasons {
			add(r.telemetry.GroundTruthEventsRefused, t.refused[k][i], r.refusal[k][i])
		}
	}
	add(r.telemetry.GroundTruthEventsFuture, t.future)
	add(r.telemetry.GroundTruthEvicted, t.evicted)
}

// refuse counts an event that is not remembered.
func (r *reporter) refuse(t *tally, kind, reason int, model string) {
	t.refused[kind][reason]++
	if r.notices.First(model, reasonNames[reason]+kindNames[kind]) {
		if kind == ofPrediction && reason == noID {
			r.logger.Info("predictions without an id are passed on, but can't be joined; where their truth is to come, send ml.prediction.id, or trace and span id",
				zap.String("model", model))
			return
		}
		r.logger.Warn("an event is passed on, but not joined, nor are others like it: "+cures[reason],
			zap.String("event", kindNames[kind]), zap.String("model", model), zap.String("reason", reasonNames[reason]))
	}
}

func (r *reporter) isFuture(t *tally, model string) {
	t.future++
	if r.notices.First(model, "future") {
		r.logger.Warn("an event comes from the future, beyond max_future; it joins, but event time does not follow it. Its sender's clock is wrong",
			zap.String("model", model))
	}
}

func (r *reporter) evict(limit string) {
	if r.notices.First("", limit) {
		r.logger.Warn("predictions are let go before their truth may come, the oldest of the model with the most, because a limit is reached; they count as expired. "+
			"Raise the limit, lower time_to_live, or name a storage", zap.String("limit", limit))
	}
}

func (r *reporter) emitFailed(ctx context.Context, err error) {
	r.telemetry.GroundTruthEmitFailures.Add(ctx, 1)
	r.logger.Warn("the next component refused outcomes; they are tried again", zap.Error(err))
}

func (r *reporter) readFailed(ctx context.Context, err error) { r.storage(ctx, "read", err) }

func (r *reporter) writeFailed(ctx context.Context, err error) { r.storage(ctx, "write", err) }

func (r *reporter) storage(ctx context.Context, operation string, err error) {
	r.telemetry.GroundTruthStorageFailures.Add(ctx, 1, metric.WithAttributeSet(attribute.NewSet(attribute.String("operation", operation))))
	if r.notices.First("", operation+err.Error()) {
		r.logger.Error("the storage failed; events go on, what could not be written is tried again, and joins of what can't be read are missed. "+
			"See that the disk has room and can be written", zap.String("operation", operation), zap.Error(err))
	}
}

func (r *reporter) lost(ctx context.Context, n int64) {
	r.telemetry.GroundTruthStorageLost.Add(ctx, n)
	if r.notices.First("", "lost") {
		r.logger.Error("the storage has failed for so long that changes are given up: after a restart, they are not joined as they should be")
	}
}

func (r *reporter) corrupt(ctx context.Context, what string, err error) {
	r.telemetry.GroundTruthStorageCorrupt.Add(ctx, 1)
	if r.notices.First("", "corrupt"+what) {
		r.logger.Error("something in the storage can't be read and is left out, as others like it: what it held does not join", zap.String("what", what), zap.Error(err))
	}
}

// observe registers the gauges.
func (r *reporter) observe(models func() (int64, [join.States]int64), size func() int64) error {
	states := make(map[join.State]metric.ObserveOption, len(stateNames))
	for s, name := range stateNames {
		states[s] = metric.WithAttributeSet(attribute.NewSet(attribute.String("state", name)))
	}
	for _, err := range []error{
		r.telemetry.RegisterGroundTruthHeldCallback(func(_ context.Context, o metric.Int64Observer) error {
			_, held := models()
			for s, option := range states {
				o.Observe(held[s], option)
			}
			return nil
		}),
		r.telemetry.RegisterGroundTruthModelsCallback(func(_ context.Context, o metric.Int64Observer) error {
			n, _ := models()
			o.Observe(n)
			return nil
		}),
		r.telemetry.RegisterGroundTruthHeldSizeCallback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(size())
			return nil
		}),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}
