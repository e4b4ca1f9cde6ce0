package conceptdriftprocessor

import (
	"context"
	"errors"
	"strings"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/internal/notice"
	"github.com/leeway-ml/leeway/processor/conceptdriftprocessor/internal/metadata"
	"github.com/leeway-ml/leeway/stats/conceptdrift"
)

// reasons why an event is not looked at.
const (
	noModel = iota
	noTimeGiven
	future
	modelLimit
	segmentLimit
	eventReasons
)

// reasons why a value is left out.
const (
	missing = iota
	badType
	notFinite
	outOfRange
	badClass
	valueReasons
)

var (
	eventReasonNames = [eventReasons]string{"no_model", "no_time", "future", "model_limit", "segment_limit"}
	valueReasonNames = [valueReasons]string{"missing", "type", "non_finite", "out_of_range", "class"}
)

var eventCures = [eventReasons]string{
	noModel:     "an event must have the attribute ml.model.name",
	noTimeGiven: "an event must have a time, before the year 2262",
	future:      "its time is further ahead of the clock than max_future; its sender's clock is wrong",
	modelLimit:  "there are limits::max_models model versions already, and none of them has been quiet for a day",
}

var valueCures = [valueReasons]string{
	missing:    "the outcome lacks what was true, or what was predicted; send ml.ground_truth.class or .value, and ml.prediction.class, .score or .value",
	badType:    "it must be a number",
	notFinite:  "it is NaN or infinite; leave out what is missing",
	outOfRange: "it is not one that the detector takes: a score is from 0 to 1, an error 0 or 1, any other value at most 1e100 in size",
	badClass: "which class is the score for, or the true one? Send predicted and true classes as the same words, numbers or booleans, and where they are not " +
		"1, true, yes, positive and their opposites, set positive_class in the model's profile",
}

// tally counts what happens in a batch, to be told once the batch was passed on.
type tally struct {
	refused       [eventReasons]int64
	values        [kinds][]int64
	badValues     map[badValue]int64
	fired         [conceptdrift.Drift + 1]int64
	late, early   int64
	repeated      int64
	dropped       int64
	silent        int64
	evictedSlices int64
}

type badValue struct {
	signal string
	reason int
}

// reporter counts what happens, and says it in the log: each thing once a model.
type reporter struct {
	logger    *zap.Logger
	telemetry *metadata.TelemetryBuilder
	notices   notice.Notices
	plan      *plan
	fired     [conceptdrift.Drift + 1]metric.AddOption
	signals   [kinds][]metric.AddOption
	refusal   [eventReasons]metric.AddOption
}

func newReporter(settings component.TelemetrySettings, p *plan) (*reporter, error) {
	telemetry, err := metadata.NewTelemetryBuilder(settings)
	if err != nil {
		return nil, err
	}
	r := &reporter{logger: settings.Logger, telemetry: telemetry, plan: p}
	for l := range r.fired {
		r.fired[l] = option("level", conceptdrift.Level(l).String())
	}
	for k := range p.lanes {
		for _, s := range p.lanes[k].signals {
			r.signals[k] = append(r.signals[k], option("signal", s.name))
		}
	}
	for i, name := range eventReasonNames {
		r.refusal[i] = option("reason", name)
	}
	return r, nil
}

func option(pairs ...string) metric.AddOption {
	var all []attribute.KeyValue
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, attribute.String(pairs[i], pairs[i+1]))
	}
	return metric.WithAttributeSet(attribute.NewSet(all...))
}

// told reports what was counted.
func (r *reporter) told(ctx context.Context, t *tally) {
	add := func(to metric.Int64Counter, n int64, options ...metric.AddOption) {
		if n > 0 {
			to.Add(ctx, n, options...)
		}
	}
	for i, n := range t.refused {
		add(r.telemetry.ConceptDriftEventsRefused, n, r.refusal[i])
	}
	for k := range t.values {
		for at, n := range t.values[k] {
			add(r.telemetry.ConceptDriftValues, n, r.signals[k][at])
		}
	}
	for v, n := range t.badValues {
		add(r.telemetry.ConceptDriftValuesRefused, n, option("signal", v.signal, "reason", valueReasonNames[v.reason]))
	}
	for l, n := range t.fired {
		add(r.telemetry.ConceptDriftEvents, n, r.fired[l])
	}
	add(r.telemetry.ConceptDriftValuesLate, t.late)
	add(r.telemetry.ConceptDriftValuesEarly, t.early)
	add(r.telemetry.ConceptDriftValuesRepeated, t.repeated)
	add(r.telemetry.ConceptDriftEventsDropped, t.dropped)
	add(r.telemetry.ConceptDriftDetectorsSilent, t.silent)
	add(r.telemetry.ConceptDriftEvicted, t.evictedSlices, option("what", "segment"))
}

// short is what is logged of a name that a sender chose.
func short(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "") + "..."
}

// refuseEvent counts an event that is not looked at.
func (r *reporter) refuseEvent(t *tally, reason int, e *event.Event) {
	t.refused[reason]++
	about := short(e.Model)
	if reason == modelLimit {
		about = "" // it is not about this one
	}
	if r.notices.First(about, eventReasonNames[reason]) {
		r.logger.Warn("An event is passed on, but no detector looks at it, nor at others like it: "+eventCures[reason],
			zap.String("event", e.Name), zap.String("model", short(e.Model)), zap.String("reason", eventReasonNames[reason]))
	}
}

// refuseValue counts a value that is left out.
func (r *reporter) refuseValue(t *tally, signal string, reason int, model string) {
	if t.badValues == nil {
		t.badValues = map[badValue]int64{}
	}
	t.badValues[badValue{signal, reason}]++
	if r.notices.First(short(model), signal+valueReasonNames[reason]) {
		r.logger.Warn("A value is left out, as others like it: "+valueCures[reason],
			zap.String("model", short(model)), zap.String("signal", signal), zap.String("reason", valueReasonNames[reason]))
	}
}

// refusedBy counts a value that a detector does not take.
func (r *reporter) refusedBy(t *tally, d *detection, err error, model string) {
	reason := outOfRange
	if errors.Is(err, conceptdrift.ErrNotFinite) {
		reason = notFinite
	}
	r.refuseValue(t, d.signal.name, reason, model)
}

func (r *reporter) segmentLimit(model string) {
	if r.notices.First(short(model), eventReasonNames[segmentLimit]) {
		r.logger.Warn("A slice is not watched by itself, only in the whole traffic: there are limits::max_segments slices already, none of them quiet for a day, or its name is longer than 256 bytes",
			zap.String("model", short(model)))
	}
}

func (r *reporter) late(model string) {
	if r.notices.First(short(model), "late") {
		r.logger.Warn("An event came later than allowed_lateness, and a later one was looked at already; its values are left out, as of others like it. Raise allowed_lateness, or see what delays events",
			zap.String("model", short(model)))
	}
}

func (r *reporter) early() {
	if r.notices.First("", "early") {
		r.logger.Warn("More events wait for those before them than limits::max_buffered or max_buffer_mib allow: the oldest wait no longer, so that detectors may see events out of order. " +
			"Raise the limit, or lower allowed_lateness")
	}
}

func (r *reporter) expression(e *event.Event) {
	if r.notices.First(short(e.Model), "expression") {
		r.logger.Warn("A field can't be read, nor in other events; correct its expression under fields", zap.String("model", short(e.Model)), zap.Error(e.Err))
	}
}

// silent says that a detector's signal does not come.
func (r *reporter) silent(m *model, d *detection, chosen bool) {
	if !r.notices.First(short(m.name), "silent"+d.name) {
		return
	}
	say := r.logger.Info
	if chosen {
		say = r.logger.Warn
	}
	say("The signal of a detector has not come, though 1,000 events that could have it have: "+wanted(d.signal),
		zap.String("model", short(m.name)), zap.String("version", short(m.version)), zap.String("detector", d.name), zap.String("signal", d.signal.name))
}

func wanted(s signal) string {
	switch s.source {
	case errorSource:
		return "an error needs outcomes of a classification, with ml.ground_truth.class and ml.prediction.class or .score"
	case absoluteErrorSource, squaredErrorSource:
		return "it needs outcomes of a regression, with ml.ground_truth.value and ml.prediction.value"
	case logLossSource, brierSource:
		return "it needs outcomes with ml.prediction.score, or ml.prediction.probability.<class> for each class"
	case scoreSource:
		return "it needs predictions with ml.prediction.score"
	case valueSource:
		return "it needs predictions with ml.prediction.value"
	case inputSource:
		return "predictions have no input of that name that is a number; is it spelled as in the events?"
	}
	return "there is no feedback of that name with a score; is it spelled as in the events?"
}

// nothing says that no event of a kind comes at all.
func (r *reporter) nothing(k kind, chosen bool) {
	say := r.logger.Info
	if chosen {
		say = r.logger.Warn
	}
	what := map[kind]string{
		ofPrediction: "predictions: detectors of scores, values and inputs have nothing to look at",
		ofOutcome:    "outcomes: detectors of errors and losses have nothing to look at. Does the truth come, and is ground_truth before this processor?",
		ofFeedback:   "feedback: its detectors have nothing to look at",
	}[k]
	say("For an hour, log records have come, but no " + what)
}

func (r *reporter) emitFailed(ctx context.Context, err error) {
	r.telemetry.ConceptDriftEmitFailures.Add(ctx, 1)
	r.logger.Warn("The next component refused ml.concept_drift events; they are tried again", zap.Error(err))
}

func (r *reporter) dropping() {
	if r.notices.First("", "dropped") {
		r.logger.Error("The next component has refused ml.concept_drift events for so long that new ones are given up")
	}
}

func (r *reporter) evictedModel(ctx context.Context) {
	r.telemetry.ConceptDriftEvicted.Add(ctx, 1, option("what", "model"))
}

func (r *reporter) checkpointFailed(ctx context.Context, model string, err error) {
	r.telemetry.ConceptDriftCheckpointFailures.Add(ctx, 1)
	if r.notices.First(short(model), "checkpoint") {
		r.logger.Error("Detectors could not be stored; they are tried again with the next checkpoint. See that the disk has room and can be written",
			zap.String("model", short(model)), zap.Error(err))
	}
}

func (r *reporter) corrupt(ctx context.Context, key string, err error) {
	r.telemetry.ConceptDriftCheckpointCorrupt.Add(ctx, 1)
	r.logger.Error("An entry of the storage can't be read and is left out; what it held begins anew", zap.String("key", key), zap.Error(err))
}

func (r *reporter) begunAnew(ctx context.Context, model, detector string) {
	r.telemetry.ConceptDriftDetectorsBegunAnew.Add(ctx, 1)
	if r.notices.First(short(model), "anew"+detector) {
		r.logger.Warn("The stored state of a detector is of another configuration: it begins anew", zap.String("model", short(model)), zap.String("detector", detector))
	}
}

// observe registers the gauges.
func (r *reporter) observe(models, streams, buffered, size func() int64) error {
	observe := func(f func() int64) metric.Int64Callback {
		return func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(f())
			return nil
		}
	}
	return errors.Join(
		r.telemetry.RegisterConceptDriftModelsCallback(observe(models)),
		r.telemetry.RegisterConceptDriftStreamsCallback(observe(streams)),
		r.telemetry.RegisterConceptDriftBufferedCallback(observe(buffered)),
		r.telemetry.RegisterConceptDriftBufferedSizeCallback(observe(size)),
	)
}
