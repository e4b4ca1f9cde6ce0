package event

import (
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/leeway-ml/leeway/semconv"
)

const eventNameAttribute = "event.name"

// readAttributes takes from the attributes what they say about an event.
func (d *Decoder) readAttributes(e *Event, attributes pcommon.Map) {
	for key, v := range attributes.All() {
		if name, ok := strings.CutPrefix(key, semconv.AttrInputPrefix); ok {
			e.Inputs = append(e.Inputs, Field{})
			d.readInput(&e.Inputs[len(e.Inputs)-1], name, v)
		} else {
			d.readAttribute(e, key, v)
		}
	}
}

func (d *Decoder) readAttribute(e *Event, key string, v pcommon.Value) {
	for i, segment := range d.segments {
		if key == segment {
			e.Segments[i] = d.text(valueOf(v))
		}
	}
	switch key {
	case semconv.AttrModelName:
		e.Model = d.text(valueOf(v))
	case semconv.AttrModelVersion:
		e.Version = d.text(valueOf(v))
	case semconv.AttrTaskType:
		e.Task = d.text(valueOf(v))
	case semconv.AttrPredictionID:
		e.PredictionID = d.text(valueOf(v))
	case semconv.AttrPredictionClass:
		e.Class = d.text(valueOf(v))
	case semconv.AttrPredictionScore:
		e.Score = valueOf(v)
	case semconv.AttrPredictionCalibratedScore:
		e.CalibratedScore = valueOf(v)
	case semconv.AttrPredictionValue:
		e.Value = valueOf(v)
	case semconv.AttrPredictionDuration:
		e.Duration = valueOf(v)
	case semconv.AttrExperimentName:
		e.Experiment = d.text(valueOf(v))
	case semconv.AttrExperimentVariant:
		e.Variant = d.text(valueOf(v))
	case eventNameAttribute:
		e.Name = d.text(valueOf(v))
	case semconv.AttrInputs:
		d.readInputs(e, v)
	case semconv.AttrPredictionItems:
		d.readItems(e, v)
	default:
		if !d.readOutcome(e, key, v) {
			d.readNamed(e, key, v)
		}
	}
}

// readOutcome takes what only ground truths, feedback and outcomes have.
func (d *Decoder) readOutcome(e *Event, key string, v pcommon.Value) bool {
	switch key {
	case semconv.AttrGroundTruthClass:
		e.GroundTruthClass = d.text(valueOf(v))
	case semconv.AttrGroundTruthValue:
		e.GroundTruthValue = valueOf(v)
	case semconv.AttrGroundTruthRelevances:
		readRelevances(e, v)
	case semconv.AttrPredictionTime:
		readPredictionTime(e, v)
	case semconv.AttrJoinResult:
		e.JoinResult = d.text(valueOf(v))
	case semconv.AttrFeedbackName:
		e.FeedbackName = d.text(valueOf(v))
	case semconv.AttrFeedbackScoreValue:
		e.FeedbackScore = valueOf(v)
	case semconv.AttrFeedbackScoreLabel:
		e.FeedbackLabel = d.text(valueOf(v))
	default:
		return d.readDetection(e, key, v)
	}
	return true
}

// readDetection takes what only concept drifts have.
func (d *Decoder) readDetection(e *Event, key string, v pcommon.Value) bool {
	switch key {
	case semconv.AttrDetectorName:
		e.Detector = d.text(valueOf(v))
	case semconv.AttrDetectorSignal:
		e.Signal = d.text(valueOf(v))
	case semconv.AttrDetectorLevel:
		e.Level = d.text(valueOf(v))
	default:
		return false
	}
	return true
}

// readNamed takes the attributes whose names end with a feature, a class or the key of a slice.
func (d *Decoder) readNamed(e *Event, key string, v pcommon.Value) {
	if name, ok := strings.CutPrefix(key, semconv.AttrAttributionPrefix); ok {
		e.Attributions = append(e.Attributions, Field{Name: name, Value: valueOf(v)})
	} else if class, ok := strings.CutPrefix(key, semconv.AttrPredictionProbabilityPrefix); ok {
		e.Probabilities = append(e.Probabilities, Field{Name: class, Value: valueOf(v)})
	} else if segment, ok := strings.CutPrefix(key, semconv.AttrSegmentPrefix); ok {
		if text := d.text(valueOf(v)); text != "" && segment != "" {
			e.Slice = append(e.Slice, Label{segment, text})
		}
	}
}

// readInputs takes a map of inputs.
func (d *Decoder) readInputs(e *Event, v pcommon.Value) {
	switch v.Type() {
	case pcommon.ValueTypeMap:
		e.Inputs = d.appendInputs(e.Inputs, v.Map())
	case pcommon.ValueTypeEmpty:
	default:
		e.BadInputs = true
	}
}

func readRelevances(e *Event, v pcommon.Value) {
	switch v.Type() {
	case pcommon.ValueTypeMap:
		e.Relevances = appendFields(e.Relevances, v.Map())
	case pcommon.ValueTypeEmpty:
	default:
		e.BadRelevances = true
	}
}

// readItems takes the ranking; that of a record takes the place of its scope's.
func (d *Decoder) readItems(e *Event, v pcommon.Value) {
	switch v.Type() {
	case pcommon.ValueTypeSlice:
		e.Items = e.Items[:0]
		for _, item := range v.Slice().All() {
			e.Items = append(e.Items, d.text(valueOf(item)))
		}
	case pcommon.ValueTypeEmpty:
	default:
		e.BadItems = true
	}
}

// maxTime in nanoseconds since the epoch: times are whole numbers of 63 bits, as OTLP's attributes are.
const maxTime = 1 << 63

// readPredictionTime takes nanoseconds since the epoch, or a text as in 2026-01-31T12:00:00Z.
func readPredictionTime(e *Event, v pcommon.Value) {
	t, ok := uint64(0), true
	switch v.Type() {
	case pcommon.ValueTypeEmpty:
	case pcommon.ValueTypeInt:
		t, ok = uint64(v.Int()), v.Int() >= 0
	case pcommon.ValueTypeDouble:
		if ok = v.Double() >= 0 && v.Double() < maxTime; ok {
			t = uint64(v.Double())
		}
	case pcommon.ValueTypeStr:
		if v.Str() != "" {
			t, ok = parseTime(v.Str())
		}
	default:
		ok = false
	}
	if ok {
		e.PredictionTime = t
	}
	e.BadPredictionTime = !ok
}

func parseTime(text string) (uint64, bool) {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || t.Before(time.Unix(0, 0)) || t.Year() > 2261 {
		return 0, false
	}
	return uint64(t.UnixNano()), true
}

func (d *Decoder) appendInputs(inputs []Field, m pcommon.Map) []Field {
	inputs = slices.Grow(inputs, m.Len())
	for name, v := range m.All() {
		inputs = append(inputs, Field{})
		d.readInput(&inputs[len(inputs)-1], name, v)
	}
	return inputs
}

// readInput reads an input into an empty field.
func (d *Decoder) readInput(f *Field, name string, v pcommon.Value) {
	f.Name = name
	switch v.Type() {
	case pcommon.ValueTypeDouble:
		f.Kind, f.Number = Number, v.Double()
	case pcommon.ValueTypeSlice:
		d.readArray(f, v.Slice())
	default:
		f.Value = valueOf(v)
	}
}

func appendFields(fields []Field, m pcommon.Map) []Field {
	for name, v := range m.All() {
		fields = append(fields, Field{Name: name, Value: valueOf(v)})
	}
	return fields
}
