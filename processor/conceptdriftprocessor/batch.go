package conceptdriftprocessor

import (
	"math"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

// batch is what there is to watch in what was sent at once.
type batch struct {
	now     time.Time
	items   []item
	origins []origin
	// values and texts are those of all items, in a row.
	values []float64
	texts  []string
	// models that have something in the batch.
	models  []modelPart
	byModel map[*model]int
	// came tells which kinds of events have come.
	came  [kinds]bool
	tally tally
	// key is memory.
	key []byte
}

// item is one event: the values of its kind's signals, NaN where it has none.
type item struct {
	time int64
	// id orders events of the same time.
	id     string
	order  uint64
	values []float64
	// slices are those that it is in.
	slices []*group
}

// count is how many values the item has.
func (i *item) count() (n int64) {
	for _, v := range i.values {
		if v == v {
			n++
		}
	}
	return n
}

// signals has a bit for each signal that the item has.
func (i *item) signals() (bits uint64) {
	for at, v := range i.values {
		if v == v {
			bits |= 1 << (at % 64)
		}
	}
	return bits
}

// size is about the memory that an item takes while it waits.
func (i *item) size() int64 {
	return int64(120 + len(i.id) + 8*len(i.values) + 8*len(i.slices))
}

// origin is where an item of a batch belongs.
type origin struct {
	kind kind
	// texts of the slices' keys.
	texts []string
	// next item of the model, -1 after its last.
	next int
}

// modelPart is the chain of a model's items.
type modelPart struct {
	model       *model
	first, last int
}

// nan stands for a value that an event does not have.
var nan = math.NaN()

// maxID is what is kept of a prediction id.
const maxID = 64

// maxValue is the greatest size of a value: that which detectors take.
const maxValue = 1e100

// reader makes batches. It is not safe for concurrent use.
type reader struct {
	watcher *watcher
	decoder *event.Decoder
	b       *batch
	// usual is how many events the last batch had, usualValues how many values.
	usual, usualValues int
	// name, version, model, profile are those of the last event: they mostly come in rows.
	name, version string
	model         *model
	profile       *profile.Profile
	// plan of the event's kind, and where its values go.
	lane   *lanePlan
	values []float64
	// probabilities of an outcome, by class.
	scores        []scored
	probabilities []float64
}

func (r *reader) read(logs plog.Logs) *batch {
	b := &batch{now: time.Now()}
	if r.usual > 0 { // batches are mostly alike
		b.items, b.origins = make([]item, 0, r.usual), make([]origin, 0, r.usual)
		b.values, b.texts = make([]float64, 0, r.usualValues), make([]string, 0, r.usual*len(r.watcher.plan.keys))
	}
	r.b, r.model = b, nil
	for record, e := range r.decoder.LogRecords(logs) {
		k, ok := kindOf(e)
		if !ok {
			continue
		}
		b.came[k] = true
		if r.lane = &r.watcher.plan.lanes[k]; len(r.lane.signals) > 0 {
			r.event(k, e, record.TraceID(), record.SpanID())
		}
	}
	r.b, r.usual, r.usualValues = nil, len(b.items), len(b.values)
	return b
}

// kindOf is what may have a value. What was not joined has none.
func kindOf(e *event.Event) (kind, bool) {
	switch e.Name {
	case semconv.EventPrediction:
		return ofPrediction, true
	case semconv.EventOutcome:
		return ofOutcome, e.JoinResult == "" || e.JoinResult == joined
	case semconv.EventFeedback:
		return ofFeedback, e.JoinResult == "" || e.JoinResult == joined
	}
	return 0, false
}

const joined = "joined"

func (r *reader) event(k kind, e *event.Event, trace pcommon.TraceID, span pcommon.SpanID) {
	report, b := r.watcher.report, r.b
	if e.Err != nil {
		report.expression(e)
	}
	switch {
	case e.Model == "":
		report.refuseEvent(&b.tally, noModel, e)
		return
	case e.Time == 0 || e.Time > math.MaxInt64:
		report.refuseEvent(&b.tally, noTimeGiven, e)
		return
	case int64(e.Time) > b.now.Add(r.watcher.cfg.MaxFuture).UnixNano():
		report.refuseEvent(&b.tally, future, e)
		return
	}
	if !r.find(e) {
		report.refuseEvent(&b.tally, modelLimit, e)
		return
	}
	first := len(b.values)
	for range r.lane.signals {
		b.values = append(b.values, nan)
	}
	r.values = b.values[first:]
	switch k {
	case ofPrediction:
		r.prediction(e)
	case ofOutcome:
		r.outcome(e)
	case ofFeedback:
		r.feedback(e)
	}
	i := item{time: int64(e.Time), id: e.PredictionID}
	if i.id == "" && !trace.IsEmpty() && !span.IsEmpty() {
		i.id = string(trace[:]) + string(span[:])
	}
	if len(i.id) > maxID {
		i.id = i.id[:maxID]
	}
	for i, text := range e.Segments {
		if text == "" {
			switch r.watcher.plan.keys[i] { // where fields say what they are
			case semconv.AttrExperimentName:
				text = e.Experiment
			case semconv.AttrExperimentVariant:
				text = e.Variant
			}
		}
		b.texts = append(b.texts, text)
	}
	b.add(r.model, i, k)
}

// find looks the event's model up, unless it is that of the event before.
func (r *reader) find(e *event.Event) bool {
	if r.model != nil && r.name == e.Model && r.version == e.Version {
		return true
	}
	m := r.watcher.models.find(e.Model, e.Version, r.b.now)
	if m == nil {
		return false
	}
	r.name, r.version, r.model, r.profile = e.Model, e.Version, m, nil
	if r.watcher.profiles != nil {
		version := e.Version
		if version == "" {
			version = unknownVersion
		}
		r.profile = r.watcher.profiles.Profile(e.Model, version)
	}
	return true
}

// unknownVersion stands for a version that was not sent.
const unknownVersion = "unknown"

func (b *batch) add(m *model, i item, k kind) {
	at := len(b.items)
	b.items = append(b.items, i)
	b.origins = append(b.origins, origin{kind: k, next: -1})
	p := -1
	if n := len(b.models); n > 0 && b.models[n-1].model == m {
		p = n - 1
	} else if known, ok := b.byModel[m]; ok {
		p = known
	}
	if p < 0 {
		if b.byModel == nil {
			b.byModel = map[*model]int{}
		}
		b.byModel[m] = len(b.models)
		b.models = append(b.models, modelPart{m, at, at})
		return
	}
	b.origins[b.models[p].last].next = at
	b.models[p].last = at
}

// settle gives the items their values and texts, once no more come.
func (b *batch) settle(p *plan) {
	values, texts, keys := b.values, b.texts, len(p.keys)
	for i := range b.items {
		n := len(p.lanes[b.origins[i].kind].signals)
		b.items[i].values, values = values[:n:n], values[n:]
		b.origins[i].texts, texts = texts[:keys:keys], texts[keys:]
	}
}

// prediction finds score, value and inputs.
func (r *reader) prediction(e *event.Event) {
	for at, s := range r.lane.signals {
		switch s.source {
		case scoreSource:
			r.score(at, e)
		case valueSource:
			r.number(at, &e.Value)
		case inputSource:
			for i := range e.Inputs {
				if e.Inputs[i].Name == s.field {
					r.number(at, &e.Inputs[i].Value)
					break
				}
			}
		}
	}
}

// score is ml.prediction.score; without, the probability of the positive class, in a multiclass task of the predicted one.
func (r *reader) score(at int, e *event.Event) {
	if e.Score.Kind != event.Missing {
		r.share(at, &e.Score)
		return
	}
	if len(e.Probabilities) == 0 {
		return
	}
	class := e.Class
	if taskOf(r.profile, e) != profile.Multiclass {
		var ok bool
		if class, ok = positiveClass(r.profile, e); !ok {
			r.refuse(at, badClass)
			return
		}
	}
	most := -1
	for i := range e.Probabilities {
		p := &e.Probabilities[i]
		if p.Name == class {
			r.share(at, &p.Value)
			return
		}
		if p.Kind == event.Number && (most < 0 || p.Number > e.Probabilities[most].Number) {
			most = i
		}
	}
	if class != "" || most < 0 {
		r.refuse(at, badClass)
		return
	}
	r.share(at, &e.Probabilities[most].Value)
}

func (r *reader) feedback(e *event.Event) {
	for at, s := range r.lane.signals {
		if s.field == e.FeedbackName {
			r.number(at, &e.FeedbackScore)
		}
	}
}

// number notes a value that is a number, or a boolean. It refuses anything else that is there.
func (r *reader) number(at int, v *event.Value) {
	switch {
	case v.Kind == event.Missing:
	case v.Kind != event.Number && v.Kind != event.Bool:
		r.refuse(at, badType)
	default:
		r.note(at, v.Number)
	}
}

// share is a number from 0 to 1.
func (r *reader) share(at int, v *event.Value) {
	if v.Kind == event.Number && (v.Number < 0 || v.Number > 1) {
		r.refuse(at, outOfRange)
		return
	}
	r.number(at, v)
}

func (r *reader) note(at int, x float64) {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		r.refuse(at, notFinite)
	case math.Abs(x) > maxValue:
		r.refuse(at, outOfRange)
	default:
		r.values[at] = x
	}
}

func (r *reader) refuse(at, reason int) {
	r.watcher.report.refuseValue(&r.b.tally, r.lane.signals[at].name, reason, r.name)
}
