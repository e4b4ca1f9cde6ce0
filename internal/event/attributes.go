package event

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/leeway-ml/leeway/semconv"
)

const eventNameAttribute = "event.name"

// readAttributes takes from the attributes what they say about an event.
func (d *Decoder) readAttributes(e *Event, attributes pcommon.Map) {
	for key, v := range attributes.All() {
		if name, ok := strings.CutPrefix(key, semconv.AttrInputPrefix); ok {
			e.Inputs = append(e.Inputs, Field{name, valueOf(v)})
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
	case semconv.AttrPredictionValue:
		e.Value = valueOf(v)
	case semconv.AttrPredictionDuration:
		e.Duration = valueOf(v)
	case semconv.AttrExperimentName:
		e.Experiment = d.text(valueOf(v))
	case semconv.AttrExperimentVariant:
		e.Variant = d.text(valueOf(v))
	case semconv.AttrInputs:
		readInputs(e, v)
	case eventNameAttribute:
		e.Name = d.text(valueOf(v))
	default:
		if name, ok := strings.CutPrefix(key, semconv.AttrAttributionPrefix); ok {
			e.Attributions = append(e.Attributions, Field{name, valueOf(v)})
		} else if class, ok := strings.CutPrefix(key, semconv.AttrPredictionProbabilityPrefix); ok {
			e.Probabilities = append(e.Probabilities, Field{class, valueOf(v)})
		}
	}
}

func readInputs(e *Event, v pcommon.Value) {
	switch v.Type() {
	case pcommon.ValueTypeMap:
		e.Inputs = appendFields(e.Inputs, v.Map())
	case pcommon.ValueTypeEmpty:
	default:
		e.BadInputs = true
	}
}

func appendFields(fields []Field, m pcommon.Map) []Field {
	for name, v := range m.All() {
		fields = append(fields, Field{name, valueOf(v)})
	}
	return fields
}
