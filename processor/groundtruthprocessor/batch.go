package groundtruthprocessor

import (
	"encoding/hex"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/internal/join"
	"github.com/leeway-ml/leeway/semconv"
)

// batch is what there is to join in what was sent at once.
type batch struct {
	items []item
	ids   []id
	// keys of the ids, in their order, each once.
	keys  []key
	index map[key]int
	tally tally
	now   time.Time
	// spans tells that it came as spans: no outcome can go with it.
	spans bool
}

// item is one event.
type item struct {
	kind int
	id   int
	time int64
	// One of these, by kind.
	prediction *join.Prediction
	truth      *join.Truth
	feedback   string
	record     event.Record
}

// id is a prediction id that occurs in the batch, and what is held under it.
type id struct {
	model  *model
	held   *join.Held
	before []byte
	was    join.State
	due    int64
	// changed is how many of the batch's events have changed what is held.
	changed bool
}

// reader makes batches. It is not safe for concurrent use.
type reader struct {
	joiner  *joiner
	decoder *event.Decoder
	keyer   keyer
	now     time.Time
	// name and model are those of the last event: they mostly come in rows.
	name  string
	model *model
}

func (r *reader) batch() *batch {
	r.now, r.model = time.Now(), nil
	return &batch{now: r.now, index: map[key]int{}, tally: tally{timeToLive: r.joiner.rules.TimeToLive}}
}

func (r *reader) logs(logs plog.Logs) *batch {
	b := r.batch()
	for record, e := range r.decoder.LogRecords(logs) {
		if e.JoinResult != "" {
			continue // joined elsewhere
		}
		kind := ofPrediction
		switch e.Name {
		case semconv.EventPrediction:
		case semconv.EventGroundTruth:
			kind = ofTruth
		case semconv.EventFeedback:
			kind = ofFeedback
		default:
			continue
		}
		if i := r.item(b, e, kind, record.TraceID(), record.SpanID()); i != nil {
			i.record = record
			if kind == ofFeedback {
				i.feedback = e.FeedbackName
			}
		}
	}
	return b
}

func (r *reader) spans(traces ptrace.Traces) *batch {
	b := r.batch()
	b.spans = true
	for span, e := range r.decoder.SpanRecords(traces) {
		r.item(b, e, ofPrediction, span.TraceID(), span.SpanID())
	}
	return b
}

// item takes in an event, unless it can't be joined.
func (r *reader) item(b *batch, e *event.Event, kind int, trace pcommon.TraceID, span pcommon.SpanID) *item {
	refuse := func(reason int) *item {
		r.joiner.report.refuse(&b.tally, kind, reason, e.Model)
		return nil
	}
	name := e.PredictionID
	if name == "" && !trace.IsEmpty() && !span.IsEmpty() {
		name = hex.EncodeToString(trace[:]) + "-" + hex.EncodeToString(span[:])
	}
	switch {
	case e.Model == "":
		return refuse(noModel)
	case name == "":
		return refuse(noID)
	case e.Time == 0 || e.Time > join.MaxTime:
		return refuse(noTimeGiven)
	}
	i := item{kind: kind, time: int64(e.Time)}
	size := 2*len(name) + len(e.Model)
	switch kind {
	case ofPrediction:
		i.prediction = r.prediction(e)
		size += i.prediction.Size()
	case ofTruth:
		i.truth = r.truth(e)
		size += i.truth.Size()
		if e.GroundTruthClass == "" && e.GroundTruthValue.Kind == event.Missing && len(e.Relevances) == 0 {
			return refuse(noTruth)
		}
	}
	if size > r.joiner.cfg.Limits.MaxEventBytes {
		return refuse(tooLarge)
	}
	m, reason := r.find(e.Model)
	if m == nil {
		return refuse(reason)
	}
	b.tally.events[kind]++
	if i.time > r.now.Add(r.joiner.cfg.MaxFuture).UnixNano() {
		r.joiner.report.isFuture(&b.tally, m.name)
	}
	i.id = b.id(r.keyer.key(m.name, name), m, name)
	b.items = append(b.items, i)
	return &b.items[len(b.items)-1]
}

// find is the model, or why there is none.
func (r *reader) find(name string) (*model, int) {
	if r.model != nil && r.name == name {
		return r.model, 0
	}
	m, reason := r.joiner.models.find(name, r.now)
	if m != nil {
		r.name, r.model = name, m
	}
	return m, reason
}

func (b *batch) id(k key, m *model, name string) int {
	i, ok := b.index[k]
	if !ok {
		i = len(b.ids)
		b.index[k] = i
		b.keys = append(b.keys, k)
		b.ids = append(b.ids, id{model: m, held: &join.Held{ID: name}})
	}
	return i
}

func (r *reader) labels(e *event.Event) join.Labels {
	l := join.Labels{Version: e.Version, Experiment: e.Experiment, Variant: e.Variant}
	for i, text := range e.Segments {
		if text != "" {
			l.Segments = append(l.Segments, join.Segment{Key: r.joiner.segments[i], Text: text})
		}
	}
	return l
}

func (r *reader) prediction(e *event.Event) *join.Prediction {
	return &join.Prediction{
		Time: int64(e.Time), Labels: r.labels(e), Task: e.Task, Class: e.Class,
		Score: e.Score, CalibratedScore: e.CalibratedScore, Value: e.Value,
		Probabilities: slices.Clone(e.Probabilities), Inputs: r.joiner.inputs.of(e.Inputs), Items: slices.Clone(e.Items),
	}
}

func (r *reader) truth(e *event.Event) *join.Truth {
	return &join.Truth{
		Time: int64(e.Time), Labels: r.labels(e), Class: e.GroundTruthClass, Value: e.GroundTruthValue, Relevances: slices.Clone(e.Relevances),
	}
}

// choice is which inputs are carried on.
type choice struct {
	all   bool
	names map[string]struct{}
}

func newChoice(names []string) choice {
	c := choice{all: slices.Contains(names, allInputs), names: map[string]struct{}{}}
	for _, name := range names {
		c.names[name] = struct{}{}
	}
	return c
}

func (c *choice) of(inputs []event.Field) []event.Field {
	var chosen []event.Field
	switch {
	case c.all:
		chosen = slices.Clone(inputs)
	case len(c.names) > 0:
		for _, input := range inputs {
			if _, ok := c.names[input.Name]; ok {
				chosen = append(chosen, input)
			}
		}
	}
	for i := range chosen {
		chosen[i].Numbers = slices.Clone(chosen[i].Numbers) // the decoder's memory
	}
	return chosen
}
