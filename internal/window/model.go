package window

import (
	"iter"
	"math"
	"slices"
	"time"

	"github.com/leeway-ml/leeway/summary"
)

// Limits of one model.
type Limits struct {
	// Series and Groups that a model may have at a time.
	Series, Groups int
}

// Settings of all models of a store.
type Settings struct {
	Windows         []Definition
	AllowedLateness time.Duration
	Limits          Limits
	// ByPane says of which metrics windows tell their panes apart; nil = of none.
	ByPane func(metric string) bool
}

// Verdict says what became of an increment.
type Verdict uint8

// Verdicts.
const (
	// Counted in all windows that it belongs to.
	Counted Verdict = iota
	// Late means that a pane that it belongs to was closed. It counts in the windows that are yet to be judged.
	Late
	// TooOld means that it is in no window that is yet to be judged.
	TooOld
	// OverLimit means that its series, or its group, would be one too many.
	OverLimit
)

// Model holds the windows of one version of a model. It is not safe for concurrent use.
type Model struct {
	Name, Version string
	settings      *Settings
	table         table
	windows       []window
	started       bool
	greatest      int64 // event time, nanoseconds since the epoch
	watermark     int64
	stateChanged  bool // since the last checkpoint, beside table and panes
	compactable   bool // panes have been dropped since the last compaction
	scratch       scratch
}

// window is the state of one definition.
type window struct {
	Definition
	next    int64 // when the next window to be judged ends
	panes   map[int64]*pane
	dropped []int64 // since the last checkpoint
}

// NewModel starts without anything.
func NewModel(name, version string, s *Settings) *Model {
	m := &Model{Name: name, Version: version, settings: s, table: newTable()}
	for _, d := range s.Windows {
		m.windows = append(m.windows, window{Definition: d, panes: map[int64]*pane{}})
	}
	return m
}

// Watermark is the event time up to which everything is thought to have arrived; the zero time before the first increment.
func (m *Model) Watermark() time.Time {
	if !m.started {
		return time.Time{}
	}
	return time.Unix(0, m.watermark)
}

// Greatest is the greatest event time seen.
func (m *Model) Greatest() time.Time { return time.Unix(0, m.greatest) }

// Definitions are the kinds of windows.
func (m *Model) Definitions() iter.Seq[Definition] { return slices.Values(m.settings.Windows) }

// Series is how many there are.
func (m *Model) Series() int { return len(m.table.series) }

// Panes is how many are held.
func (m *Model) Panes() int {
	n := 0
	for i := range m.windows {
		n += len(m.windows[i].panes)
	}
	return n
}

// Add takes in one increment, and keeps nothing of it. Increments of one batch should come sorted by time: the watermark
// moves with each.
func (m *Model) Add(i *Increment) Verdict {
	if !m.started {
		m.start(i.Time)
	}
	t := i.Time - 1
	if !m.inReach(t) {
		return TooOld
	}
	at, ok := m.table.find(i, m.Name, m.Version, &m.settings.Limits, len(m.windows))
	if !ok && m.compact() {
		at, ok = m.table.find(i, m.Name, m.Version, &m.settings.Limits, len(m.windows))
	}
	if !ok {
		return OverLimit
	}
	s := m.table.series[at]
	verdict := Counted
	for d := range m.windows {
		w := &m.windows[d]
		index := w.pane(t)
		if (index+1)*int64(w.Every) <= w.next-int64(w.Every) {
			verdict = Late
		}
		if index < w.oldest() {
			continue
		}
		p := w.panes[index]
		if p == nil {
			p = &pane{}
			w.panes[index] = p
		}
		p.add(at, s, i, &m.table, w.hoursPerPane(), int((t-index*int64(w.Every))/int64(time.Hour)))
	}
	s.lastSeen = max(s.lastSeen, t)
	if i.Time > m.greatest {
		m.greatest, m.stateChanged = i.Time, true
		m.advance(m.greatest - int64(m.settings.AllowedLateness))
	}
	return verdict
}

// inReach reports whether a time is in any window that is yet to be judged.
func (m *Model) inReach(t int64) bool {
	for d := range m.windows {
		if w := &m.windows[d]; w.pane(t) >= w.oldest() {
			return true
		}
	}
	return false
}

// start sets the first windows: those that end after the watermark.
func (m *Model) start(t int64) {
	m.started, m.greatest, m.stateChanged = true, t, true
	m.watermark = t - int64(m.settings.AllowedLateness)
	for d := range m.windows {
		m.windows[d].next = m.windows[d].after(m.watermark)
	}
}

// after is the first end of a window that is later than t.
func (w *window) after(t int64) int64 { return (floorDiv(t, int64(w.Every)) + 1) * int64(w.Every) }

// oldest is the index of the first pane of the next window.
func (w *window) oldest() int64 { return (w.next - int64(w.Length)) / int64(w.Every) }

func (m *Model) advance(t int64) {
	if t > m.watermark {
		m.watermark, m.stateChanged = t, true
	}
}

// Idle moves the watermark on, for a model that nothing has come for: to the greatest event time seen, plus how long it has
// been idle.
func (m *Model) Idle(since time.Duration) {
	if m.started {
		m.watermark = max(m.watermark, m.greatest+int64(since)) // no change worth storing: it is found again after a restart
	}
}

// Due reports whether there is a window to judge.
func (m *Model) Due() bool {
	for d := range m.windows {
		if m.windows[d].next <= m.watermark {
			return m.started
		}
	}
	return false
}

// Close judges all windows whose end the watermark has passed, in the order of their ends: for each, every group that has
// anything in it, and once each group that has no longer anything. The window is valid until judge returns.
func (m *Model) Close(judge func(*summary.Window)) {
	for m.started {
		var first *window
		number := 0
		for d := range m.windows {
			if w := &m.windows[d]; w.next <= m.watermark && (first == nil || w.next < first.next) {
				first, number = w, d
			}
		}
		if first == nil {
			return
		}
		m.close(first, number, judge)
	}
}

func (m *Model) close(w *window, number int, judge func(*summary.Window)) {
	m.stateChanged = true
	m.assemble(w)
	allQuiet := true
	for _, g := range m.sortedGroups() {
		filled := m.fill(w, g)
		if empty := len(filled.Series) == 0; !empty || !g.quiet[number] {
			g.quiet[number] = empty
			judge(filled)
		}
		allQuiet = allQuiet && g.quiet[number]
	}
	w.next += int64(w.Every)
	for index := range w.panes {
		if index < w.oldest() {
			delete(w.panes, index)
			w.dropped = append(w.dropped, index)
			m.compactable = true
		}
	}
	if allQuiet {
		w.skip(m.watermark)
	}
}

// skip passes over windows that hold nothing: there may be years of them.
func (w *window) skip(watermark int64) {
	first := int64(math.MaxInt64)
	for index := range w.panes {
		first = min(first, (index+1)*int64(w.Every))
	}
	w.next = max(w.next, min(first, w.after(watermark)))
}

func (m *Model) sortedGroups() []*group {
	groups := slices.Clone(m.table.groups)
	slices.SortFunc(groups, func(a, b *group) int { return compareAttributes(a.attributes, b.attributes) })
	return groups
}

// Empty reports whether nothing is held any more, and every group has been judged so.
func (m *Model) Empty() bool {
	for _, g := range m.table.groups {
		if g.unsettled() {
			return false
		}
	}
	return m.Panes() == 0
}
