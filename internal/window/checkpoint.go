package window

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/leeway-ml/leeway/summary"
)

// Entry is one piece of a model's checkpoint. Value is nil where the entry is to be deleted.
type Entry struct {
	Key   string
	Value []byte
}

// Names of a checkpoint's entries. Panes are named by paneKey.
const (
	StateKey = "state"
	TableKey = "table"
)

func (d Definition) paneKey(index int64) string {
	return "pane/" + d.Name + "/" + strconv.FormatInt(index, 10)
}

// Changes are the entries that have changed since the last call. The caller writes all of them at once, or calls Unsaved.
func (m *Model) Changes() []Entry {
	var all []Entry
	if m.table.changed {
		all = append(all, Entry{TableKey, m.table.encode()})
		m.table.changed, m.stateChanged = false, true
	}
	for d := range m.windows {
		w := &m.windows[d]
		for index, p := range w.panes {
			if p.changed {
				all = append(all, Entry{w.paneKey(index), p.encode(&m.table, w.hoursPerPane())})
				p.changed, m.stateChanged = false, true
			}
		}
		for _, index := range w.dropped {
			all = append(all, Entry{w.paneKey(index), nil})
		}
		w.dropped = w.dropped[:0]
	}
	if m.stateChanged {
		all = append(all, Entry{StateKey, m.encodeState()})
		m.stateChanged = false
	}
	return all
}

// Unsaved says that Changes could not be written: next time everything is to be.
func (m *Model) Unsaved() {
	m.table.changed, m.stateChanged = true, true
	for d := range m.windows {
		for _, p := range m.windows[d].panes {
			p.changed = true
		}
	}
}

// Keys are the names of all entries of the model's checkpoint.
func (m *Model) Keys() []string {
	keys := []string{StateKey, TableKey}
	for d := range m.windows {
		for index := range m.windows[d].panes {
			keys = append(keys, m.windows[d].paneKey(index))
		}
	}
	return keys
}

func (m *Model) encodeState() []byte {
	e := newEncoder()
	e.text(m.Name)
	e.text(m.Version)
	e.bool(m.started)
	e.int(m.greatest)
	e.int(m.watermark)
	e.uint(uint64(len(m.windows)))
	for d := range m.windows {
		w := &m.windows[d]
		e.text(w.Name)
		e.int(int64(w.Length))
		e.int(int64(w.Every))
		e.int(w.next)
		e.uint(uint64(len(w.panes)))
		for index := range w.panes {
			e.int(index)
		}
		e.uint(uint64(len(m.table.groups)))
		for _, g := range m.table.groups {
			e.bool(g.quiet[d])
		}
	}
	return e.seal()
}

func (t *table) encode() []byte {
	e := newEncoder()
	e.uint(uint64(len(t.groups)))
	for _, g := range t.groups {
		e.attributes(g.attributes)
	}
	e.uint(uint64(len(t.series)))
	written := map[*float64]int{} // bounds that were written already, by their first element
	for i, s := range t.series {
		e.uint(uint64(s.group))
		e.uint(uint64(s.kind))
		e.text(s.metric)
		e.attributes(s.attributes)
		e.int(s.lastSeen)
		if s.kind != histogram {
			continue
		}
		if len(s.bounds) > 0 {
			if same, ok := written[&s.bounds[0]]; ok && len(t.series[same].bounds) == len(s.bounds) {
				e.bool(true)
				e.uint(uint64(same))
				continue
			}
			written[&s.bounds[0]] = i
		}
		e.bool(false)
		e.uint(uint64(len(s.bounds)))
		for _, b := range s.bounds {
			e.float(b)
		}
	}
	return e.seal()
}

func (p *pane) encode(t *table, hoursPerPane int) []byte {
	e := newEncoder()
	for at, m := range p.moments {
		if !m.seen {
			continue
		}
		s := t.series[at]
		e.uint(uint64(at))
		e.float(m.sum)
		e.float(m.min)
		e.float(m.max)
		switch s.kind {
		case histogram:
			for _, c := range p.counts[s.offset : s.offset+s.bins()] {
				e.uint(uint64(c))
			}
		case exponential:
			e.exponential(p.exponentials[int32(at)])
		}
		if hoursPerPane > 1 {
			for _, c := range p.hours[at*hoursPerPane : (at+1)*hoursPerPane] {
				e.uint(uint64(c))
			}
		}
	}
	return e.seal()
}

func (e *encoder) exponential(x *summary.Exponential) {
	e.int(int64(x.Scale))
	e.uint(x.Zero)
	e.float(x.ZeroThreshold)
	e.float(x.Sum)
	e.float(x.Min)
	e.float(x.Max)
	for _, b := range []summary.Buckets{x.Positive, x.Negative} {
		e.int(int64(b.Offset))
		e.uint(uint64(len(b.Counts)))
		for _, c := range b.Counts {
			e.uint(c)
		}
	}
}

// Restore makes a model out of a checkpoint. get returns an entry, nil where there is none. Panes of windows that are no
// longer configured, or otherwise, are left out, as are entries that are corrupt: errs has a line for each.
func Restore(s *Settings, get func(key string) ([]byte, error)) (m *Model, errs []error) {
	state, err := get(StateKey)
	if err != nil {
		return nil, []error{err}
	}
	d := newDecoder(state)
	m = NewModel(d.text(), d.text(), s)
	m.started, m.greatest, m.watermark = d.bool(), d.int(), d.int()
	type kept struct {
		Definition
		next  int64
		panes []int64
		quiet []bool
	}
	windows := make([]kept, d.length())
	for i := range windows {
		w := &windows[i]
		w.Name, w.Length, w.Every, w.next = d.text(), time.Duration(d.int()), time.Duration(d.int()), d.int()
		w.panes = make([]int64, d.length())
		for k := range w.panes {
			w.panes[k] = d.int()
		}
		w.quiet = make([]bool, d.length())
		for k := range w.quiet {
			w.quiet[k] = d.bool()
		}
	}
	if err := d.done(); err != nil {
		return nil, []error{fmt.Errorf("%s: %w", StateKey, err)}
	}
	text, err := get(TableKey)
	if err == nil {
		err = m.table.decode(text, m.Name, m.Version, s)
	}
	if err != nil {
		return nil, []error{fmt.Errorf("%s: %w", TableKey, err)}
	}
	for i := range m.windows {
		w := &m.windows[i]
		w.next = w.after(m.watermark)
		for _, k := range windows {
			if k.Definition != w.Definition {
				continue
			}
			w.next = k.next
			for g, quiet := range k.quiet {
				if g < len(m.table.groups) {
					m.table.groups[g].quiet[i] = quiet
				}
			}
			for _, index := range k.panes {
				if err := m.restorePane(w, index, get); err != nil {
					errs = append(errs, fmt.Errorf("%s: %w", w.paneKey(index), err))
				}
			}
		}
	}
	return m, errs
}

func (m *Model) restorePane(w *window, index int64, get func(string) ([]byte, error)) error {
	text, err := get(w.paneKey(index))
	if err != nil {
		return err
	}
	if text == nil {
		return errors.New("missing from the checkpoint")
	}
	p := &pane{}
	if err := p.decode(text, &m.table, w.hoursPerPane()); err != nil {
		return err
	}
	w.panes[index] = p
	return nil
}

func (t *table) decode(text []byte, model, version string, s *Settings) error {
	d := newDecoder(text)
	for range d.length() {
		attributes := d.attributes()
		t.addGroup(string(appendAttributes(nil, attributes)), attributes, model, version, len(s.Windows))
	}
	for range d.length() {
		x := &series{group: int32(min(d.uint(), 1<<31-1)), kind: kind(min(d.uint(), 255)), metric: d.text(), attributes: d.attributes(), lastSeen: d.int()}
		if x.kind > exponential || int(x.group) >= len(t.groups) {
			d.fail()
			break
		}
		if x.kind == histogram {
			if d.bool() {
				same := d.uint()
				if same >= uint64(len(t.series)) {
					d.fail()
					break
				}
				x.bounds = t.series[same].bounds
			} else {
				x.bounds = make([]float64, d.length())
				for i := range x.bounds {
					x.bounds[i] = d.float()
				}
			}
		}
		key := appendAttributes(appendText(append(appendAttributes(nil, t.groups[x.group].attributes), byte(x.kind)), x.metric), x.attributes)
		if _, taken := t.bySeries[string(key)]; taken {
			key = appendBounds(key, x.bounds)
		}
		t.add(string(key), x)
	}
	t.changed = false
	return d.done()
}

func (p *pane) decode(text []byte, t *table, hoursPerPane int) error {
	d := newDecoder(text)
	p.moments, p.counts = make([]moments, len(t.series)), make([]uint32, t.bins)
	if hoursPerPane > 1 {
		p.hours = make([]uint32, len(t.series)*hoursPerPane)
	}
	for len(d.buf) > 0 {
		at := d.uint()
		if at >= uint64(len(t.series)) {
			d.fail()
			break
		}
		s := t.series[at]
		p.moments[at] = moments{sum: d.float(), min: d.float(), max: d.float(), seen: true}
		switch s.kind {
		case histogram:
			for i := range s.bins() {
				p.counts[s.offset+i] = addSaturating(0, d.uint())
			}
		case exponential:
			if p.exponentials == nil {
				p.exponentials = map[int32]*summary.Exponential{}
			}
			p.exponentials[int32(at)] = d.exponential()
		}
		if hoursPerPane > 1 {
			for i := range hoursPerPane {
				p.hours[int(at)*hoursPerPane+i] = addSaturating(0, d.uint())
			}
		}
	}
	return d.done()
}

func (d *decoder) exponential() *summary.Exponential {
	x := &summary.Exponential{Scale: int32(d.int()), Zero: d.uint(), ZeroThreshold: d.float(), Sum: d.float(), Min: d.float(), Max: d.float()}
	for _, b := range []*summary.Buckets{&x.Positive, &x.Negative} {
		b.Offset = int32(d.int())
		b.Counts = make([]uint64, d.length())
		for i := range b.Counts {
			b.Counts[i] = d.uint()
		}
	}
	return x
}
