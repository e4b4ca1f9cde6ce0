package event

import (
	"iter"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/leeway-ml/leeway/semconv"
)

// prefix of the names of events that are ours.
const prefix = "ml."

// Decoder turns log records and spans into events. It is not safe for concurrent use; it reuses its memory from one event
// to the next.
type Decoder struct {
	segments []string
	fields   *Fields
	only     []string

	spellings              map[float64]string
	resource, scope, event Event

	// numbers holds the arrays of the resource, then of the scope, then of the event.
	numbers                       []float64
	resourceNumbers, scopeNumbers int
}

// maxNumbersKept is how many numbers the memory of a decoder may hold that reads nothing.
const maxNumbersKept = 1 << 16

// NewDecoder makes a decoder that also looks for the segment keys, first among the attributes, then among the inputs.
// fields says where else things are to be read; nil = nowhere else.
func NewDecoder(segments []string, fields *Fields) *Decoder {
	d := &Decoder{segments: segments, fields: fields}
	for _, e := range []*Event{&d.resource, &d.scope, &d.event} {
		e.Segments = make([]string, len(segments))
	}
	return d
}

// Only makes the decoder pass over log records whose EventName is another one, without reading them: for who looks at few of the
// events. Where fields are to be read elsewhere, all are read.
func (d *Decoder) Only(names ...string) { d.only = names }

// Logs yields the events among the log records: those with an EventName, or an attribute event.name, that begins with "ml.".
// Attributes of the record win over those of the scope, and these over those of the resource. The record's map body holds
// the inputs where its attributes hold none.
func (d *Decoder) Logs(logs plog.Logs) iter.Seq[*Event] {
	return func(yield func(*Event) bool) {
		for _, e := range d.LogRecords(logs) {
			if !yield(e) {
				return
			}
		}
	}
}

// Spans yields the predictions among the spans: those with a model name.
func (d *Decoder) Spans(traces ptrace.Traces) iter.Seq[*Event] {
	return func(yield func(*Event) bool) {
		for _, e := range d.SpanRecords(traces) {
			if !yield(e) {
				return
			}
		}
	}
}

func (d *Decoder) log(rl plog.ResourceLogs, sl plog.ScopeLogs, record plog.LogRecord) bool {
	name := record.EventName()
	custom := d.fields.hasLogs()
	if name != "" && !custom && !d.wants(name) {
		return false
	}
	e := d.begin()
	e.Time = uint64(record.Timestamp())
	if e.Time == 0 {
		e.Time = uint64(record.ObservedTimestamp())
	}
	e.Dropped = record.DroppedAttributesCount()
	d.readAttributes(e, record.Attributes())
	if name != "" {
		e.Name = name
	}
	if body := record.Body(); len(e.Inputs) == 0 && !d.fields.hasLogInputs() && body.Type() == pcommon.ValueTypeMap {
		e.Inputs = d.appendInputs(e.Inputs, body.Map())
	}
	if custom {
		d.fields.readLog(d, rl, sl, record)
	}
	d.end()
	return strings.HasPrefix(e.Name, prefix)
}

func (d *Decoder) wants(name string) bool {
	return strings.HasPrefix(name, prefix) && (d.only == nil || slices.Contains(d.only, name))
}

func (d *Decoder) span(rs ptrace.ResourceSpans, ss ptrace.ScopeSpans, span ptrace.Span) bool {
	e := d.begin()
	e.Time = uint64(span.EndTimestamp())
	e.Dropped = span.DroppedAttributesCount()
	d.readAttributes(e, span.Attributes())
	if start, end := span.StartTimestamp(), span.EndTimestamp(); e.Duration.Kind == Missing && start != 0 && end >= start {
		e.Duration = Value{Kind: Number, Number: float64(end-start) / 1e9}
	}
	if d.fields.hasSpans() {
		d.fields.readSpan(d, rs, ss, span)
	}
	e.Name = semconv.EventPrediction
	d.end()
	return e.Model != ""
}

func (d *Decoder) readResource(attributes pcommon.Map) {
	segments := d.resource.Segments
	clear(segments)
	d.resource = Event{Segments: segments}
	if cap(d.numbers) > maxNumbersKept {
		d.numbers = nil
	}
	d.numbers = d.numbers[:0]
	d.readAttributes(&d.resource, attributes)
	d.resourceNumbers = len(d.numbers)
}

// readScope makes d.scope what the resource and the scope say together.
func (d *Decoder) readScope(attributes pcommon.Map) {
	segments := append(d.scope.Segments[:0], d.resource.Segments...)
	d.scope = d.resource
	d.scope.Segments = segments
	d.scope.Inputs, d.scope.Attributions, d.scope.Probabilities, d.scope.Relevances, d.scope.Slice = nil, nil, nil, nil, nil
	d.scope.Items = slices.Clone(d.resource.Items)
	d.numbers = d.numbers[:d.resourceNumbers]
	d.readAttributes(&d.scope, attributes)
	d.scopeNumbers = len(d.numbers)
	appendFrom(&d.scope, &d.resource)
}

// begin starts an event with what its resource and scope say.
func (d *Decoder) begin() *Event {
	e := &d.event
	inputs, attributions, probabilities, segments := e.Inputs[:0], e.Attributions[:0], e.Probabilities[:0], e.Segments[:0]
	relevances, items, slice := e.Relevances[:0], e.Items[:0], e.Slice[:0]
	*e = d.scope
	e.Inputs, e.Attributions, e.Probabilities, e.Relevances, e.Slice = inputs, attributions, probabilities, relevances, slice
	e.Items = append(items, d.scope.Items...)
	e.Segments = append(segments, d.scope.Segments...)
	d.numbers = d.numbers[:d.scopeNumbers]
	return e
}

// end adds what is only looked at after the record itself.
func (d *Decoder) end() {
	e := &d.event
	appendFrom(e, &d.scope)
	for i, text := range e.Segments {
		if text == "" {
			e.Segments[i] = d.inputText(d.segments[i])
		}
	}
}

func appendFrom(e, outer *Event) {
	e.Inputs = append(e.Inputs, outer.Inputs...)
	e.Attributions = append(e.Attributions, outer.Attributions...)
	e.Probabilities = append(e.Probabilities, outer.Probabilities...)
	e.Relevances = append(e.Relevances, outer.Relevances...)
	e.Slice = append(e.Slice, outer.Slice...)
}

func (d *Decoder) inputText(name string) string {
	for i := range d.event.Inputs {
		if d.event.Inputs[i].Name == name {
			return d.text(d.event.Inputs[i].Value)
		}
	}
	return ""
}
