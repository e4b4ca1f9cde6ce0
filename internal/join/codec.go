package join

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/leeway-ml/leeway/internal/event"
)

// version of the form in which what is held is written. Bytes of another version are refused.
const version = 1

// What of Held is there.
const (
	hasID = 1 << iota
	hasPrediction
	isJoined
	hasTruths
	hasFeedback
	hasRated
)

// Append writes what is held to b.
//
// The form is: version, flags, and what the flags say is there. Numbers are unsigned varints, times 8 bytes, texts their length and
// their bytes, lists their length and their elements.
func (h *Held) Append(b []byte) []byte {
	flags := byte(0)
	for _, f := range []struct {
		is   bool
		flag byte
	}{
		{h.ID != "", hasID}, {h.Prediction != nil, hasPrediction}, {h.Joined, isJoined},
		{len(h.Truths) > 0, hasTruths}, {len(h.Feedback) > 0, hasFeedback}, {len(h.Rated) > 0, hasRated},
	} {
		if f.is {
			flags |= f.flag
		}
	}
	b = append(b, version, flags)
	if h.ID != "" {
		b = appendText(b, h.ID)
	}
	if h.Prediction != nil {
		b = h.Prediction.append(b)
	}
	if len(h.Truths) > 0 {
		b = binary.AppendUvarint(b, uint64(len(h.Truths)))
		for i := range h.Truths {
			b = h.Truths[i].append(b)
		}
	}
	if len(h.Feedback) > 0 {
		b = binary.AppendUvarint(b, uint64(len(h.Feedback)))
		for i := range h.Feedback {
			f := &h.Feedback[i]
			b = appendTime(b, f.Time)
			b = appendText(b, f.Name)
			b = appendText(b, string(f.Record))
		}
	}
	if len(h.Rated) > 0 {
		b = appendTexts(b, h.Rated)
	}
	return b
}

var errForm = errors.New("not the form of what is held")

// Decode reads what Append wrote. Its texts share one piece of memory.
func Decode(data []byte) (*Held, error) {
	if len(data) < 2 || data[0] != version || data[1] >= hasRated<<1 {
		return nil, errForm
	}
	flags := data[1]
	r := reader{rest: string(data[2:])}
	h := &Held{Joined: flags&isJoined != 0}
	if flags&hasID != 0 {
		h.ID = r.text()
	}
	if flags&hasPrediction != 0 {
		h.Prediction = r.prediction()
	}
	if flags&hasTruths != 0 {
		h.Truths = make([]Truth, r.length(MaxTruths))
		for i := range h.Truths {
			r.truth(&h.Truths[i])
		}
	}
	if flags&hasFeedback != 0 {
		h.Feedback = make([]Feedback, r.length(MaxFeedback))
		for i := range h.Feedback {
			h.Feedback[i] = Feedback{Time: r.time(), Name: r.text(), Record: []byte(r.text())}
		}
	}
	if flags&hasRated != 0 {
		h.Rated = r.texts()
	}
	if r.failed || r.rest != "" || h.Joined && h.Prediction == nil {
		return nil, errForm
	}
	return h, nil
}

func (p *Prediction) append(b []byte) []byte {
	b = appendTime(b, p.Time)
	b = p.Labels.append(b)
	b = appendText(b, p.Task)
	b = appendText(b, p.Class)
	// Most predictions have one of these.
	mask := byte(0)
	values := [...]*event.Value{&p.Score, &p.CalibratedScore, &p.Value}
	for i, v := range values {
		if v.Kind != event.Missing {
			mask |= 1 << i
		}
	}
	b = append(b, mask)
	for i, v := range values {
		if mask&(1<<i) != 0 {
			b = appendValue(b, v)
		}
	}
	b = appendFields(b, p.Probabilities)
	b = appendFields(b, p.Inputs)
	return appendTexts(b, p.Items)
}

func (r *reader) prediction() *Prediction {
	p := &Prediction{Time: r.time(), Labels: r.labels(), Task: r.text(), Class: r.text()}
	mask := r.byte()
	for i, v := range [...]*event.Value{&p.Score, &p.CalibratedScore, &p.Value} {
		if mask&(1<<i) != 0 {
			*v = r.value()
		}
	}
	p.Probabilities = r.fields()
	p.Inputs = r.fields()
	p.Items = r.texts()
	return p
}

func (t *Truth) append(b []byte) []byte {
	b = appendTime(b, t.Time)
	b = t.Labels.append(b)
	b = appendText(b, t.Class)
	b = appendValue(b, &t.Value)
	return appendFields(b, t.Relevances)
}

func (r *reader) truth(t *Truth) {
	*t = Truth{Time: r.time(), Labels: r.labels(), Class: r.text(), Value: r.value(), Relevances: r.fields()}
}

func (l *Labels) append(b []byte) []byte {
	b = appendText(b, l.Version)
	b = appendText(b, l.Experiment)
	b = appendText(b, l.Variant)
	b = binary.AppendUvarint(b, uint64(len(l.Segments)))
	for _, s := range l.Segments {
		b = appendText(b, s.Key)
		b = appendText(b, s.Text)
	}
	return b
}

func (r *reader) labels() Labels {
	l := Labels{Version: r.text(), Experiment: r.text(), Variant: r.text()}
	if n := r.length(math.MaxInt); n > 0 {
		l.Segments = make([]Segment, n)
		for i := range l.Segments {
			l.Segments[i] = Segment{r.text(), r.text()}
		}
	}
	return l
}

func appendTime(b []byte, t int64) []byte { return binary.LittleEndian.AppendUint64(b, uint64(t)) }

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

func appendTexts(b []byte, all []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(all)))
	for _, s := range all {
		b = appendText(b, s)
	}
	return b
}

func appendFields(b []byte, fields []event.Field) []byte {
	b = binary.AppendUvarint(b, uint64(len(fields)))
	for i := range fields {
		b = appendText(b, fields[i].Name)
		b = appendValue(b, &fields[i].Value)
		if fields[i].Kind == event.Numbers {
			b = appendNumbers(b, fields[i].Numbers)
		}
	}
	return b
}

func appendNumbers(b []byte, numbers []float64) []byte {
	b = binary.AppendUvarint(b, uint64(len(numbers)))
	for _, x := range numbers {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
	}
	return b
}

func appendValue(b []byte, v *event.Value) []byte {
	b = append(b, byte(v.Kind))
	switch v.Kind {
	case event.Number:
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(v.Number))
	case event.Text:
		return appendText(b, v.Text)
	case event.Bool:
		return append(b, byte(v.Number))
	}
	return b
}

// reader reads from the front; once something is wrong, all that it reads is empty.
type reader struct {
	rest   string
	failed bool
}

func (r *reader) fail() { r.rest, r.failed = "", true }

func (r *reader) take(n uint64) string {
	if n > uint64(len(r.rest)) {
		r.fail()
		return ""
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

func (r *reader) byte() byte {
	if s := r.take(1); s != "" {
		return s[0]
	}
	return 0
}

func (r *reader) uvarint() uint64 {
	x, shift := uint64(0), 0
	for shift < 64 {
		c := r.byte()
		x |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return x
		}
		shift += 7
	}
	r.fail()
	return 0
}

// length of a list, whose elements have at least a byte each.
func (r *reader) length(most int) int {
	n := r.uvarint()
	if n > uint64(len(r.rest)) || n > uint64(most) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) text() string { return r.take(r.uvarint()) }

func (r *reader) eight() uint64 {
	s := r.take(8)
	if s == "" {
		return 0
	}
	x := uint64(0)
	for i := range 8 {
		x |= uint64(s[i]) << (8 * i)
	}
	return x
}

func (r *reader) time() int64 {
	t := int64(r.eight())
	if t < 0 || t > MaxTime {
		r.fail()
	}
	return t
}

func (r *reader) texts() []string {
	n := r.length(math.MaxInt)
	if n == 0 {
		return nil
	}
	all := make([]string, n)
	for i := range all {
		all[i] = r.text()
	}
	return all
}

func (r *reader) fields() []event.Field {
	n := r.length(math.MaxInt)
	if n == 0 {
		return nil
	}
	fields := make([]event.Field, n)
	for i := range fields {
		fields[i].Name = r.text()
		kind := event.Kind(r.byte())
		if kind == event.Numbers {
			fields[i].Kind, fields[i].Numbers = kind, r.numbers()
		} else {
			fields[i].Value = r.valueOf(kind)
		}
	}
	return fields
}

// numbers are at least one.
func (r *reader) numbers() []float64 {
	n := r.length(len(r.rest) / 8)
	if n == 0 {
		r.fail()
		return nil
	}
	numbers := make([]float64, n)
	for i := range numbers {
		numbers[i] = math.Float64frombits(r.eight())
	}
	return numbers
}

func (r *reader) value() event.Value { return r.valueOf(event.Kind(r.byte())) }

func (r *reader) valueOf(kind event.Kind) event.Value {
	switch kind {
	case event.Missing, event.Other:
		return event.Value{Kind: kind}
	case event.Number:
		return event.Value{Kind: kind, Number: math.Float64frombits(r.eight())}
	case event.Text:
		return event.Value{Kind: kind, Text: r.text()}
	case event.Bool:
		if r.byte() != 0 {
			return event.Value{Kind: kind, Number: 1, Text: "true"}
		}
		return event.Value{Kind: kind, Text: "false"}
	}
	r.fail()
	return event.Value{}
}

// MaxTime is the latest time that an event may have, in the year 2116: sums with the time to live stay within 63 bits.
const MaxTime = 1 << 62
