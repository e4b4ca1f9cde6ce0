package conceptdriftprocessor

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/leeway-ml/leeway/stats/conceptdrift"
)

// model is a model version.
type model struct {
	name, version string
	// arrived is when an event last came, by the wall clock, in nanoseconds since the epoch.
	arrived atomic.Int64

	// saving is held by who writes its checkpoint, before mu.
	saving sync.Mutex
	mu     sync.Mutex
	lanes  [kinds]*lane
	// pending are events that are to be passed on.
	pending []*firing
	// changed tells that it is not as it was last stored; stored, that it was.
	changed, stored bool
	// gone tells that it was let go.
	gone bool
}

func newModel(name, version string, p *plan, now time.Time) *model {
	m := &model{name: name, version: version}
	m.arrived.Store(now.UnixNano())
	for k := range m.lanes {
		m.lanes[k] = newLane(kind(k), &p.lanes[k])
		m.lanes[k].arrived = now
	}
	return m
}

// maxPending bounds the events that wait to be passed on.
const maxPending = 1000

// come takes in what a batch has of the model, which the next component has taken.
func (w *watcher) come(m *model, b *batch, first int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.gone {
		return
	}
	m.changed = true
	m.arrived.Store(b.now.UnixNano())
	var added [kinds]int
	for i := first; i >= 0; i = b.origins[i].next {
		o, x := &b.origins[i], &b.items[i]
		l := m.lanes[o.kind]
		l.arrived = b.now
		l.events++
		values := l.note(x)
		if l.again(x) {
			b.tally.repeated += values
			continue
		}
		if values > 0 && !l.put(x) {
			b.tally.late += values
			w.report.late(m.name)
			continue
		}
		l.see(x.time, w.cfg.AllowedLateness)
		if values == 0 {
			continue
		}
		w.place(m, l, x, o.texts, b)
		w.buffered.Add(1)
		w.bufferedSize.Add(x.size())
		added[o.kind]++
		if w.store != nil {
			l.fresh = append(l.fresh, x)
		}
	}
	for k, l := range m.lanes {
		w.release(m, l, &b.tally)
		for ; added[k] > 0 && w.full() && len(l.waiting) > 0; added[k]-- {
			l.hurry()
			b.tally.early += w.release(m, l, &b.tally)
			w.report.early()
		}
		if l.events > 0 {
			w.listen(m, l, &b.tally)
		}
	}
}

// full tells that more events wait than there is room for.
func (w *watcher) full() bool {
	return w.buffered.Load() > int64(w.cfg.Limits.MaxBuffered) || w.bufferedSize.Load() > int64(w.cfg.Limits.MaxBufferMiB)<<20
}

// place finds the slices that an event is in.
func (w *watcher) place(m *model, l *lane, x *item, texts []string, b *batch) {
	for list, keys := range w.plan.lists {
		key, ok := sliceKey(b.key[:0], list, keys, texts)
		b.key = key
		if !ok {
			continue
		}
		g := l.slices[string(key)]
		if g == nil {
			pairs, short := pairsOf(w.plan, list, texts)
			if !short || !w.room(l, b.now, &b.tally) {
				b.tally.refused[segmentLimit]++
				w.report.segmentLimit(m.name)
				continue
			}
			g = &group{pairs: pairs}
			if l.slices == nil {
				l.slices = map[string]*group{}
			}
			l.slices[string(key)] = g
		}
		g.arrived = b.now.UnixNano()
		x.slices = append(x.slices, g)
	}
}

// room tells whether there may be one more slice. Where there are too many, that of which nothing has come for longest is let go,
// if that is long.
func (w *watcher) room(l *lane, now time.Time, t *tally) bool {
	if len(l.slices) < w.cfg.Limits.MaxSegments {
		return true
	}
	if now.Before(l.full) {
		return false
	}
	oldest, at := "", now.UnixNano()
	for key, g := range l.slices {
		if g.arrived < at {
			oldest, at = key, g.arrived
		}
	}
	if l.full = time.Unix(0, at).Add(quiet); now.Before(l.full) {
		return false
	}
	w.dropSlice(l, oldest, t)
	l.full = time.Time{}
	return true
}

func (w *watcher) dropSlice(l *lane, key string, t *tally) {
	g := l.slices[key]
	if w.store != nil {
		l.dropped = append(l.dropped, groupKey(g.pairs))
	}
	w.streams.Add(-int64(g.running()))
	delete(l.slices, key)
	t.evictedSlices++
}

// release gives what is due to the detectors, and says how many values that were.
func (w *watcher) release(m *model, l *lane, t *tally) (values int64) {
	fired := func(f *firing) {
		t.fired[f.level]++
		if len(m.pending) >= maxPending {
			t.dropped++
			w.report.dropping()
			return
		}
		m.pending = append(m.pending, f)
	}
	if len(t.values[l.kind]) == 0 {
		t.values[l.kind] = make([]int64, len(l.plan.signals))
	}
	refused := func(d *detection, err error) { w.report.refusedBy(t, d, err, m.name) }
	for x := l.due(); x != nil; x = l.due() {
		m.changed = true
		w.buffered.Add(-1)
		w.bufferedSize.Add(-x.size())
		if l.again(x) {
			t.repeated += x.count()
			continue
		}
		l.take(x)
		begun := l.whole.take(l.plan, x, fired, refused)
		for _, g := range x.slices {
			begun += g.take(l.plan, x, fired, func(*detection, error) {}) // it was said of the whole
		}
		w.streams.Add(int64(begun))
		for at, v := range x.values {
			if v == v {
				t.values[l.kind][at]++
				values++
			}
		}
	}
	return values
}

// silence is after how many events that have no signal it is said.
const silence = 1000

// listen says which detectors have no signal. Where detectors were not chosen, one that has a signal is enough.
func (w *watcher) listen(m *model, l *lane, t *tally) {
	if l.events < silence || !w.plan.chosen && l.known() {
		return
	}
	for at, seen := range l.seen {
		if seen || l.told[at] {
			continue
		}
		l.told[at] = true
		for _, d := range l.plan.detections {
			if d.at == at {
				t.silent++
				w.report.silent(m, d, w.plan.chosen)
			}
		}
	}
}

// note remembers which signals an event has.
func (l *lane) note(x *item) (values int64) {
	for at, v := range x.values {
		if v == v {
			l.seen[at] = true
			values++
		}
	}
	return values
}

// restore makes a detector that goes on from a state.
func (d *detection) restore(state []byte) (conceptdrift.Detector, error) {
	stream := d.new()
	if err := stream.UnmarshalBinary(state); err != nil {
		return nil, err
	}
	return stream, nil
}
