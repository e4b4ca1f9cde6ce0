package window

import (
	"slices"
	"time"

	"github.com/leeway-ml/leeway/summary"
)

// byPane is what the panes of a window are told apart in; used again from window to window.
type byPane struct {
	wanted     []int32
	panes      []summary.Pane
	series     []summary.Series
	histograms []summary.Histogram
	counts     []uint64
}

// fillPanes tells the panes of assemble apart, for the group's series of metrics that somebody wants so. It returns nil, and
// costs next to nothing, where nobody does. Exponential histograms are the panes' own: they are not to be changed.
func (m *Model) fillPanes(w *window, g *group) []summary.Pane {
	if m.settings.ByPane == nil {
		return nil
	}
	x := &m.scratch.byPane
	m.wantedByPane(g)
	if len(x.wanted) == 0 {
		return nil
	}
	// Panes point into these: they must not move while they are filled.
	series, histograms, bins := m.roomByPane()
	x.panes = x.panes[:0]
	x.series = slices.Grow(x.series[:0], series)
	x.histograms = slices.Grow(x.histograms[:0], histograms)
	x.counts = slices.Grow(x.counts[:0], bins)
	for _, h := range m.scratch.panes {
		first := len(x.series)
		for _, at := range x.wanted {
			if h.pane.saw(at) {
				x.add(h.pane, at, m.table.series[at])
			}
		}
		if len(x.series) == first {
			continue
		}
		x.panes = append(x.panes, summary.Pane{
			Start: time.Unix(0, h.start).UTC(), End: time.Unix(0, h.start+int64(w.Every)).UTC(),
			Series: x.series[first:len(x.series):len(x.series)],
		})
	}
	return x.panes
}

// wantedByPane finds the group's series that are wanted by pane, in their order.
func (m *Model) wantedByPane(g *group) {
	x := &m.scratch.byPane
	x.wanted = x.wanted[:0]
	metric, wanted := "", false
	for _, at := range m.table.sortedSeries(g) {
		s := m.table.series[at]
		if s.metric != metric {
			metric, wanted = s.metric, m.settings.ByPane(s.metric)
		}
		if wanted {
			x.wanted = append(x.wanted, at)
		}
	}
}

// roomByPane is how many of the wanted series the panes have, and of these how many histograms, with how many bins.
func (m *Model) roomByPane() (series, histograms, bins int) {
	for _, h := range m.scratch.panes {
		for _, at := range m.scratch.byPane.wanted {
			if !h.pane.saw(at) {
				continue
			}
			series++
			if s := m.table.series[at]; s.kind == histogram {
				histograms++
				bins += s.bins()
			}
		}
	}
	return series, histograms, bins
}

// saw reports whether the pane may have something of a series.
func (p *pane) saw(at int32) bool { return int(at) < len(p.moments) && p.moments[at].seen }

// add appends what the pane has of a series, where it has anything.
func (x *byPane) add(p *pane, at int32, s *series) {
	out := summary.Series{Metric: s.metric, Attributes: s.attributes}
	moments := p.moments[at]
	switch s.kind {
	case sum:
		if out.Sum = moments.sum; out.Sum == 0 && !s.signed {
			return
		}
	case histogram:
		first := len(x.counts)
		some := false
		for _, c := range p.counts[s.offset : s.offset+s.bins()] {
			x.counts = append(x.counts, uint64(c))
			some = some || c > 0
		}
		if !some {
			return
		}
		x.histograms = append(x.histograms, summary.Histogram{
			Bounds: s.bounds, Counts: x.counts[first:len(x.counts):len(x.counts)], Sum: moments.sum, Min: finite(moments.min), Max: finite(moments.max),
		})
		out.Histogram = &x.histograms[len(x.histograms)-1]
	case exponential:
		if out.Exponential = p.exponentials[at]; out.Exponential.Count() == 0 {
			return
		}
	}
	x.series = append(x.series, out)
}
