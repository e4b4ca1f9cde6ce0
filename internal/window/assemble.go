package window

import (
	"math"
	"slices"
	"time"

	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// scratch is what a window is added up in; used again from window to window.
type scratch struct {
	counts     []uint64
	hours      []summary.HourCount
	histograms []summary.Histogram
	panes      []held
	byPane     byPane
	window     summary.Window
}

// held is a pane of the window, and when it begins.
type held struct {
	pane  *pane
	start int64 // nanoseconds since the epoch
	hour  int64 // hours since the epoch
}

func bucketsOf(metric string) int {
	if metric == semconv.MetricPredictionOdds || metric == semconv.MetricOutcomeOdds {
		return maxOddsBuckets
	}
	return maxBuckets
}

// assemble finds the panes of the window that ends next, in the order of time.
func (m *Model) assemble(w *window) {
	x := &m.scratch
	x.panes = x.panes[:0]
	last := w.next/int64(w.Every) - 1
	for index := w.oldest(); index <= last; index++ {
		if p := w.panes[index]; p != nil {
			start := index * int64(w.Every)
			x.panes = append(x.panes, held{p, start, floorDiv(start, int64(time.Hour))})
		}
	}
}

// fill adds up the panes of assemble for the series of one group. Series that have nothing in the window are left out.
func (m *Model) fill(w *window, g *group) *summary.Window {
	x := &m.scratch
	x.hours, x.histograms = x.hours[:0], x.histograms[:0]
	bins := 0
	for _, at := range m.table.sortedSeries(g) {
		bins += m.table.series[at].bins()
	}
	// Series point into these: they must not move while the window is filled.
	x.counts = slices.Grow(x.counts[:0], bins)
	x.histograms = slices.Grow(x.histograms, len(g.order))
	x.hours = slices.Grow(x.hours, len(g.order)*len(x.panes)*w.hoursPerPane())
	x.window = summary.Window{Group: g.is, Name: w.Name, Length: w.Length, End: time.Unix(0, w.next).UTC(), Series: x.window.Series[:0]}
	for _, at := range g.order {
		if s, some := m.total(w, at); some {
			x.window.Series = append(x.window.Series, s)
		}
	}
	x.window.Panes = m.fillPanes(w, g)
	return &x.window
}

// total adds up one series; false where it has nothing.
func (m *Model) total(w *window, at int32) (summary.Series, bool) {
	x, s := &m.scratch, m.table.series[at]
	first := len(x.counts)
	x.counts = x.counts[:first+s.bins()]
	counts := x.counts[first:]
	clear(counts)
	firstHour := len(x.hours)
	out := summary.Series{Metric: s.metric, Attributes: s.attributes}
	all := moments{min: math.Inf(1), max: math.Inf(-1)}
	for _, h := range x.panes {
		p := h.pane
		if int(at) >= len(p.moments) || !p.moments[at].seen {
			continue
		}
		all.seen = true
		var n uint64
		switch s.kind {
		case sum:
			all.sum += p.moments[at].sum
			if !s.signed {
				n = uint64(math.Round(p.moments[at].sum))
			}
		case histogram:
			for b, c := range p.counts[s.offset : s.offset+len(counts)] {
				counts[b] += uint64(c)
				n += uint64(c)
			}
			all.add(p.moments[at].sum, p.moments[at].min, p.moments[at].max)
		case exponential:
			if out.Exponential == nil {
				out.Exponential = &summary.Exponential{}
			}
			out.Exponential.Merge(p.exponentials[at], bucketsOf(s.metric))
			n = p.exponentials[at].Count()
		}
		x.addHours(w, p, at, firstHour, h.hour, n)
	}
	if !all.seen || s.kind == sum && all.sum == 0 && !s.signed {
		return out, false
	}
	switch s.kind {
	case sum:
		out.Sum = all.sum
	case histogram:
		x.histograms = append(x.histograms, summary.Histogram{Bounds: s.bounds, Counts: counts, Sum: all.sum, Min: finite(all.min), Max: finite(all.max)})
		out.Histogram = &x.histograms[len(x.histograms)-1]
		if out.Histogram.Count() == 0 {
			return out, false
		}
	case exponential:
		if out.Exponential.Count() == 0 {
			return out, false
		}
	}
	out.Hours = x.hours[firstHour:len(x.hours):len(x.hours)]
	return out, true
}

// addHours appends the counts of a pane by hour to those that begin at first; panes of the same hour add up.
func (x *scratch) addHours(w *window, p *pane, at int32, first int, hour int64, n uint64) {
	if k := w.hoursPerPane(); k > 1 {
		for i, c := range p.hours[int(at)*k : (int(at)+1)*k] {
			if c > 0 {
				x.hours = append(x.hours, summary.HourCount{Hour: hour + int64(i), Count: uint64(c)})
			}
		}
		return
	}
	if n == 0 {
		return
	}
	if last := len(x.hours) - 1; last >= first && x.hours[last].Hour == hour {
		x.hours[last].Count += n
		return
	}
	x.hours = append(x.hours, summary.HourCount{Hour: hour, Count: n})
}

// finite is NaN where nothing was known.
func finite(x float64) float64 {
	if math.IsInf(x, 0) {
		return math.NaN()
	}
	return x
}
