package window

import (
	"github.com/leeway-ml/leeway/summary"
)

// compact forgets the series and groups that have nothing in any pane, and returns whether there were any. Positions change,
// so that every pane is laid out anew.
func (m *Model) compact() bool {
	if !m.compactable {
		return false // nothing has been dropped since the last time: it would be work for nothing, with every point
	}
	m.compactable = false
	alive := m.alive()
	kept := make([]int32, len(m.table.series)) // new position + 1
	fresh := newTable()
	for key, g := range m.table.byGroup {
		old := m.table.groups[g]
		for _, at := range old.order {
			if alive[at] || old.unsettled() {
				fresh.byGroup[key] = int32(len(fresh.groups))
				fresh.groups = append(fresh.groups, &group{attributes: old.attributes, is: old.is, quiet: old.quiet})
				break
			}
		}
	}
	for key, at := range m.table.bySeries {
		if !alive[at] {
			continue
		}
		old := m.table.series[at]
		g := fresh.byGroup[string(appendAttributes(nil, m.table.groups[old.group].attributes))]
		s := *old
		s.group = g
		kept[at] = fresh.add(key, &s) + 1
	}
	if len(fresh.series) == len(m.table.series) {
		return false
	}
	for d := range m.windows {
		for _, p := range m.windows[d].panes {
			p.move(&m.table, &fresh, kept, m.windows[d].hoursPerPane())
		}
	}
	m.table = fresh
	return true
}

// unsettled reports whether the group is yet to be judged empty for some window.
func (g *group) unsettled() bool {
	for _, quiet := range g.quiet {
		if !quiet {
			return true
		}
	}
	return false
}

// alive says of each series whether any pane has something of it.
func (m *Model) alive() []bool {
	alive := make([]bool, len(m.table.series))
	for d := range m.windows {
		for _, p := range m.windows[d].panes {
			for at := range p.moments {
				alive[at] = alive[at] || p.moments[at].seen
			}
		}
	}
	return alive
}

// move lays the pane out by another table; kept has the new position + 1 of each series, 0 for those that are gone.
func (p *pane) move(from, to *table, kept []int32, hoursPerPane int) {
	moved := pane{moments: make([]moments, len(to.series)), counts: make([]uint32, to.bins), changed: true}
	if hoursPerPane > 1 {
		moved.hours = make([]uint32, len(to.series)*hoursPerPane)
	}
	for at := range p.moments {
		if !p.moments[at].seen {
			continue
		}
		s, at2 := from.series[at], int(kept[at]-1)
		moved.moments[at2] = p.moments[at]
		if s.kind == histogram {
			copy(moved.counts[to.series[at2].offset:], p.counts[s.offset:s.offset+s.bins()])
		}
		if hoursPerPane > 1 {
			copy(moved.hours[at2*hoursPerPane:], p.hours[at*hoursPerPane:(at+1)*hoursPerPane])
		}
		if e := p.exponentials[int32(at)]; e != nil {
			if moved.exponentials == nil {
				moved.exponentials = map[int32]*summary.Exponential{}
			}
			moved.exponentials[int32(at2)] = e
		}
	}
	*p = moved
}
