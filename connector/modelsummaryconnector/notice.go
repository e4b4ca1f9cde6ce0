package modelsummaryconnector

import (
	"strings"
	"sync"

	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/semconv"
)

// maxNotices is how many different things are said in the log. Counters go on.
const maxNotices = 1000

// notices says each thing once.
type notices struct {
	logger *zap.Logger
	mu     sync.Mutex
	said   map[noticeKey]struct{}
}

// noticeKey is what was said: about is the kind of problem, name the feature where it is about one.
type noticeKey struct{ model, version, about, name string }

func newNotices(logger *zap.Logger) *notices {
	return &notices{logger: logger, said: map[noticeKey]struct{}{}}
}

// once reports whether the thing is to be said: it was not said before.
func (n *notices) once(key noticeKey) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, text := range []*string{&key.model, &key.version, &key.name} {
		*text = short(*text)
	}
	if _, ok := n.said[key]; ok || len(n.said) >= maxNotices {
		return false
	}
	for _, text := range []*string{&key.model, &key.version, &key.name} {
		*text = strings.Clone(*text)
	}
	n.said[key] = struct{}{}
	if len(n.said) == maxNotices {
		n.logger.Warn("Too many different problems to log each of them; from now on only the counters otelcol_model_summary_* tell", zap.Int("logged", maxNotices))
	}
	return true
}

// short is what is kept and logged of a text that a sender chose.
func short(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "") + "..."
}

func (n *notices) warn(p *plan, message string, fields ...zap.Field) {
	n.logger.Warn(message, append([]zap.Field{zap.String("model", p.model), zap.String("version", p.version)}, fields...)...)
}

// invalid counts an input that is in no bin, and says so.
func (s *shard) invalid(p *plan, f *planFeature, v *event.Value, bin int32) {
	switch bin {
	case binType:
		s.tally.invalid[invalidType]++
		if s.notices.once(noticeKey{p.model, p.version, "type", f.name}) {
			s.notices.warn(p, "An input has another type than in the profile; it is counted as invalid",
				zap.String("feature", f.name), zap.String("profile", f.wants()), zap.Stringer("event", v.Kind))
		}
	case binNonFinite:
		s.nonFinite(p, f.name)
	}
}

func (s *shard) nonFinite(p *plan, feature string) {
	s.tally.invalid[invalidNonFinite]++
	if s.notices.once(noticeKey{p.model, p.version, "non_finite", feature}) {
		s.notices.warn(p, "An input is NaN or infinite; it is counted as invalid. Leave out what is missing", zap.String("feature", short(feature)))
	}
}

// checkExtra says so where the model's profile lacks the input, or where it can't be counted as a value.
func (s *shard) checkExtra(p *plan, input *event.Field) {
	if p.profile != nil {
		s.tally.unprofiled++
		if s.notices.once(noticeKey{p.model, p.version, "unprofiled", ""}) {
			s.notices.warn(p, "An input is not in the model's profile; it, and others like it, are summarised without a reference. "+
				"Is the profile another model's, or older than the input? Make it anew with leewayctl profile",
				zap.String("feature", short(input.Name)), zap.String("profile", p.profile.ID()))
		}
	}
	switch {
	case input.Kind == event.Numbers:
		s.tally.invalid[invalidType]++
		if s.notices.once(noticeKey{p.model, p.version, "nested", input.Name}) {
			s.notices.warn(p, "An input is an array of numbers that is no vector in the model's profile; it is counted as invalid. Make the profile of data that has the array",
				zap.String("feature", short(input.Name)))
		}
	case input.Kind == event.Other:
		s.tally.invalid[invalidType]++
		if s.notices.once(noticeKey{p.model, p.version, "nested", input.Name}) {
			s.notices.warn(p, "An input is a map, a mixed or empty array, one of more than 2048 numbers, or bytes; it is counted as invalid. Send scalars, or an array of numbers for an embedding", zap.String("feature", short(input.Name)))
		}
	case input.Kind == event.Number && !finite(input.Number):
		s.nonFinite(p, input.Name)
	}
}

// mixed says that a feature without a profile has numbers and texts: each counts among its like.
func (s *shard) mixed(p *plan, feature string) {
	s.tally.invalid[invalidType]++
	if s.notices.once(noticeKey{p.model, p.version, "mixed", feature}) {
		s.notices.warn(p, "A feature is sent as numbers and as categories; each counts among its like, and neither is the whole. Send one type", zap.String("feature", short(feature)))
	}
}

// refuse counts a value of an event that can't be counted, and says so.
func (s *shard) refuse(p *plan, field, reason int, why, found string) {
	s.tally.values[field][reason]++
	if s.notices.once(noticeKey{p.model, p.version, refusedReasonNames[reason], fieldNames[field]}) {
		s.notices.warn(p, "A value of "+strings.ToLower(subject(s.about))+" is not counted", zap.String("value", fieldNames[field]), zap.String("reason", why), zap.String("found", short(found)))
	}
}

// unseenClass counts an outcome of a class that the profile does not know, and says so.
func (s *shard) unseenClass(p *plan, class string) {
	s.tally.unseenClasses++
	if s.notices.once(noticeKey{p.model, p.version, "unseen_class", ""}) {
		s.notices.warn(p, "An outcome has a class that the model's profile does not know; it is counted as it is. Is it spelled otherwise? Is the profile older than the class?",
			zap.String("class", short(class)))
	}
}

// overflowed counts an observation beyond a limit, and says so.
func (s *shard) overflowed(p *plan, limit int) {
	s.tally.overflowed[limit]++
	if s.notices.once(noticeKey{p.model, p.version, "overflow", limitNames[limit]}) {
		s.notices.warn(p, "A limit is reached; what is beyond it is counted in an overflow series", zap.String("limit", "limits::"+limitNames[limit]))
	}
}

func (n *notices) refused(e *event.Event, reason int) {
	if !n.once(noticeKey{e.Model, e.Version, eventReasonNames[reason], ""}) {
		return
	}
	why := [eventReasons]string{
		"it has no model name; send the attribute ml.model.name, on the record or on its resource, or set fields::logs::model_name",
		"it has no time; set the record's Timestamp or ObservedTimestamp, the span's end",
		"its time is after the year 2262; times are nanoseconds since 1970",
		"it is an outcome without the truth; send ml.ground_truth.class, ml.ground_truth.value or ml.ground_truth.relevances, or ml.join.result=expired where none came",
		"it is an outcome whose ml.join.result is neither joined nor expired; leave it out of outcomes, and send what was not joined as ml.ground_truth",
		"it does not say which detector fired; send ml.detector.name",
		"its ml.detector.level is neither warning nor drift",
	}[reason]
	if reason == eventNoModel && e.Dropped > 0 {
		// As Python's SDK does, which drops the oldest attributes.
		why = "it has no model name, and its sender left out attributes, perhaps this one: SDKs drop those past 128. " +
			"Send ml.model.name on the resource, and the inputs as one map attribute, ml.inputs"
	}
	n.logger.Warn(subject(e.Name)+" is not counted", zap.String("model", short(e.Model)), zap.String("reason", why))
}

// subject names an event at the beginning of a sentence.
func subject(event string) string {
	switch event {
	case semconv.EventOutcome:
		return "An outcome"
	case semconv.EventGroundTruth:
		return "A ground truth"
	case semconv.EventFeedback:
		return "Feedback"
	case semconv.EventConceptDrift:
		return "A concept drift"
	}
	return "A prediction"
}

func (n *notices) dropped(p *plan, attributes uint32) {
	if !n.once(noticeKey{p.model, p.version, "dropped", ""}) {
		return
	}
	n.warn(p, "Predictions arrive without some of their attributes, which the sender left out: SDKs drop those past 128. Send the inputs as one map attribute, ml.inputs, or raise OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT",
		zap.Uint32("dropped_attributes_count", attributes))
}
