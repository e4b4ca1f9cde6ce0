package join

import (
	"math"
	"slices"

	"github.com/leeway-ml/leeway/internal/event"
)

// Rules of a join. Times are nanoseconds.
type Rules struct {
	// TimeToLive is how far apart a prediction and its truth, or feedback on it, may be.
	TimeToLive int64
	// Settle is how long, from the first truth on, another one may take its place; 0: the first to come counts.
	Settle int64
}

// Labels tell whose an event is.
type Labels struct {
	Version, Experiment, Variant string
	Segments                     []Segment
}

// Segment is one key of a slice and what the event says of it.
type Segment struct{ Key, Text string }

// Prediction is what an outcome carries on of its prediction.
type Prediction struct {
	Time int64
	Labels
	Task, Class                   string
	Score, CalibratedScore, Value event.Value
	Probabilities, Inputs         []event.Field
	Items                         []string
}

// Truth is one ground truth.
type Truth struct {
	Time int64
	Labels
	Class      string
	Value      event.Value
	Relevances []event.Field
}

// Feedback is a verdict that waits for its prediction: the event as it came.
type Feedback struct {
	Time   int64
	Name   string
	Record []byte
}

// Limits of what one prediction id may hold, whatever senders invent.
const (
	// MaxTruths may wait for the same prediction; what comes after is a duplicate.
	MaxTruths = 8
	// MaxFeedback are the names of feedback that are told apart; what comes after is a duplicate.
	MaxFeedback = 16
)

// Held is what is remembered under one prediction id of a model.
type Held struct {
	ID string
	// Prediction is nil where none has come.
	Prediction *Prediction
	// Joined is true once the truth was found. Of the prediction, time and labels are left.
	Joined bool
	// Truths and Feedback wait, in the order in which they came.
	Truths   []Truth
	Feedback []Feedback
	// Rated are the names of the feedback that joined.
	Rated []string
}

// State is what there is of a prediction id.
type State uint8

// States.
const (
	Nothing State = iota
	// Waiting is a prediction without truth.
	Waiting
	// Early is a truth, or feedback, without prediction.
	Early
	// Joined is remembered so that a second truth is recognised.
	Joined
	// States is how many there are.
	States
)

// State of what is held.
func (h *Held) State() State {
	switch {
	case h.Prediction != nil && h.Joined:
		return Joined
	case h.Prediction != nil:
		return Waiting
	case len(h.Truths) > 0 || len(h.Feedback) > 0:
		return Early
	}
	return Nothing
}

// Due is when Expire has something to do: the watermark must be beyond it. math.MaxInt64: never.
func (r *Rules) Due(h *Held) int64 {
	due := int64(math.MaxInt64)
	if p := h.Prediction; p != nil {
		due = p.Time + r.TimeToLive
		if first, settling := r.firstTruth(h); settling && !h.Joined {
			due = first + r.Settle // the prediction lives on until then
		}
	}
	for i := range h.Truths {
		due = min(due, h.Truths[i].Time+r.TimeToLive)
	}
	for i := range h.Feedback {
		f := &h.Feedback[i]
		if r.rates(h, f) {
			due = min(due, f.Time)
		}
		due = min(due, f.Time+r.TimeToLive)
	}
	return due
}

// rates reports whether feedback that has waited belongs to the prediction.
func (r *Rules) rates(h *Held, f *Feedback) bool {
	return h.Prediction != nil && r.inReach(h.Prediction, f.Time) && !slices.Contains(h.Rated, f.Name)
}

// inReach reports whether an event of that time belongs to the prediction.
func (r *Rules) inReach(p *Prediction, t int64) bool {
	return t <= p.Time+r.TimeToLive && t >= p.Time-r.TimeToLive
}

// Size is about how many bytes the prediction takes when written.
func (p *Prediction) Size() int {
	n := 48 + p.Labels.size() + len(p.Task) + len(p.Class) + fieldsSize(p.Probabilities) + fieldsSize(p.Inputs)
	for _, item := range p.Items {
		n += 2 + len(item)
	}
	return n
}

// Size is about how many bytes the truth takes when written.
func (t *Truth) Size() int {
	return 24 + t.Labels.size() + len(t.Class) + len(t.Value.Text) + fieldsSize(t.Relevances)
}

func (l *Labels) size() int {
	n := 4 + len(l.Version) + len(l.Experiment) + len(l.Variant)
	for _, s := range l.Segments {
		n += 2 + len(s.Key) + len(s.Text)
	}
	return n
}

func fieldsSize(fields []event.Field) int {
	n := 0
	for i := range fields {
		n += 11 + len(fields[i].Name) + len(fields[i].Text) + 8*len(fields[i].Numbers)
	}
	return n
}

// firstTruth is the time of the earliest truth that belongs to the prediction.
func (r *Rules) firstTruth(h *Held) (first int64, ok bool) {
	for i := range h.Truths {
		if t := h.Truths[i].Time; r.inReach(h.Prediction, t) && (!ok || t < first) {
			first, ok = t, true
		}
	}
	return first, ok
}
