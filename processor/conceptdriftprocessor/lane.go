package conceptdriftprocessor

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/leeway-ml/leeway/semconv"
)

const noTime = math.MinInt64

// lane is what there is of one kind of event of a model version: those that wait, and the detectors that have taken all before
// them.
type lane struct {
	kind kind
	plan *lanePlan
	// greatest event time seen, and up to which, that time not among them, all events are thought to have come; what waits is not
	// before it.
	greatest, watermark int64
	// taken is the time of the last event that the detectors took: none before it is taken any more. takenID is its prediction
	// id, and takenSignals has a bit for each signal that came with that id at that time.
	taken        int64
	takenID      string
	takenSignals uint64
	// arrived is when an event last came, by the wall clock.
	arrived time.Time
	waiting waiting
	// order of the next event to come.
	order uint64

	whole  group
	slices map[string]*group
	// full is until when there is no room for another slice.
	full time.Time
	// events that came, and which signals they had, since the start.
	events uint64
	seen   []bool
	told   []bool

	// fresh are those that wait and were not stored yet, in the order in which they came; chunks are where the others are stored.
	fresh  []*item
	chunks []chunk
	// next number of a chunk.
	next uint64
	// dropped are keys of the storage whose entries are to be deleted.
	dropped []string
}

// chunk is an entry in the storage: events that wait, the last of them at that time.
type chunk struct {
	number uint64
	last   int64
}

func newLane(k kind, p *lanePlan) *lane {
	return &lane{kind: k, plan: p, greatest: noTime, watermark: noTime, taken: noTime, seen: make([]bool, len(p.signals)), told: make([]bool, len(p.signals))}
}

// see moves event time on.
func (l *lane) see(t int64, lateness time.Duration) {
	if t > l.greatest {
		l.greatest = t
		l.watermark = max(l.watermark, t-int64(lateness))
	}
}

// idle moves event time on with the wall clock, where nothing has come for long.
func (l *lane) idle(timeout time.Duration, now time.Time) {
	if since := now.Sub(l.arrived) - timeout; since >= 0 && l.greatest != noTime {
		l.watermark = max(l.watermark, l.greatest+int64(since))
	}
}

// again tells that an event was taken already: it has the time, the prediction id and a signal of the last one. Of what is delivered twice,
// both come in one after the other if the first still waits; else the second is late.
func (l *lane) again(i *item) bool {
	return i.id != "" && i.id == l.takenID && i.time == l.taken && i.signals()&l.takenSignals != 0
}

// take notes that an event is taken.
func (l *lane) take(i *item) {
	if i.time != l.taken || i.id != l.takenID {
		l.taken, l.takenID, l.takenSignals = i.time, i.id, 0
	}
	l.takenSignals |= i.signals()
}

// put lets an event wait. It returns false where it is too late.
func (l *lane) put(i *item) bool {
	if i.time < l.taken || i.time == l.taken && i.id != "" && i.id < l.takenID {
		return false
	}
	i.order = l.order
	l.order++
	l.waiting.push(waiter{i.time, i})
	return true
}

// due is the next event to be taken, if its time has come.
func (l *lane) due() *item {
	if len(l.waiting) == 0 || l.waiting[0].at >= l.watermark {
		return nil
	}
	return l.waiting.pop()
}

// hurry makes the oldest events due, whatever they wait for; those of one time go together.
func (l *lane) hurry() {
	if len(l.waiting) > 0 {
		l.watermark = max(l.watermark, l.waiting[0].at+1)
	}
}

// known tells that some signal has come.
func (l *lane) known() bool {
	for _, seen := range l.seen {
		if seen {
			return true
		}
	}
	return false
}

// groups yields the whole traffic and the slices.
func (l *lane) groups(yield func(key string, g *group) bool) {
	if !yield("", &l.whole) {
		return
	}
	for key, g := range l.slices {
		if !yield(key, g) {
			return
		}
	}
}

// sliceKey tells a slice from every other one; false where the event is not in any slice of the list.
func sliceKey(buf []byte, list int, keys []int, texts []string) ([]byte, bool) {
	buf = append(buf, byte(list))
	for _, k := range keys {
		if texts[k] == "" {
			return buf, false
		}
		buf = binary.AppendUvarint(buf, uint64(len(texts[k])))
		buf = append(buf, texts[k]...)
	}
	return buf, true
}

// pairsOf are the keys and texts of a slice; false where one is too long to be told apart.
func pairsOf(p *plan, list int, texts []string) ([]pair, bool) {
	pairs := make([]pair, 0, len(p.lists[list]))
	for _, k := range p.lists[list] {
		if len(texts[k]) > maxText {
			return nil, false
		}
		pairs = append(pairs, pair{p.keys[k], texts[k]})
	}
	return pairs, true
}

// maxText bounds the texts of slices.
const maxText = 256

// attributeOf is how the key of a slice is called in events: the arm of an experiment has a name of its own.
func attributeOf(key string) string {
	if key == semconv.AttrExperimentName || key == semconv.AttrExperimentVariant {
		return key
	}
	return semconv.AttrSegmentPrefix + key
}
