package learn

import (
	"maps"
	"math"
	"slices"
	"time"
)

// Period is the hours [From, To), counted from the epoch.
type Period struct{ From, To int64 }

// Finished is the period that a profile can be made of now, if there is one.
//
// With Observations: from the first hour on, until the hours together hold so many predictions. With Duration: so many
// hours from the first one on; where they hold fewer than MinObservations, from the next hour on that saw any, so that a
// stray event with a wrong clock does not make a profile. The last hour must be over: an hour is over once the next but
// one has begun, or the next one has begun and Settle has passed since by the wall clock, or nothing at all came for an
// hour and Settle.
//
// With Refresh: after the first profile, the Duration that ends Refresh after the last one ended.
func (m *Model) Finished(now time.Time) (Period, bool) {
	if m.size >= m.options.MaxSize {
		return m.cutShort()
	}
	if m.end != 0 {
		return m.next(now)
	}
	hours := slices.Sorted(maps.Keys(m.hours))
	if m.options.Duration > 0 {
		length := int64(m.options.Duration / time.Hour)
		for i, from := range hours {
			p := Period{from, from + length}
			if !m.over(p.To-1, now) {
				return Period{}, false
			}
			if m.rowsOf(hours[i:], p) >= m.options.MinObservations {
				return p, true
			}
		}
		return Period{}, false
	}
	var rows uint64
	for _, h := range hours {
		if rows += m.hours[h].rows(); rows >= m.options.Observations {
			return Period{hours[0], h + 1}, m.over(h, now)
		}
	}
	return Period{}, false
}

// cutShort makes do with the hours there are, as there is no room for more.
func (m *Model) cutShort() (Period, bool) {
	hours := slices.Sorted(maps.Keys(m.hours))
	if m.end != 0 || len(hours) == 0 {
		return Period{}, false
	}
	p := Period{hours[0], hours[len(hours)-1] + 1}
	return p, m.rowsOf(hours, p) >= m.options.MinObservations
}

func (m *Model) next(now time.Time) (Period, bool) {
	if m.options.Refresh == 0 {
		return Period{}, false
	}
	length, step := int64(m.options.Duration/time.Hour), int64(m.options.Refresh/time.Hour)
	// After a gap, straight to the latest one.
	p := Period{To: m.end + step*max(1, (m.greatest-m.end)/step)}
	p.From = p.To - length
	if !m.over(p.To-1, now) {
		return Period{}, false
	}
	return p, m.rowsOf(slices.Sorted(maps.Keys(m.hours)), p) >= m.options.MinObservations
}

func (m *Model) over(hour int64, now time.Time) bool {
	since := now.Sub(m.greatestSince)
	switch {
	case m.greatest >= hour+2:
		return true
	case m.greatest == hour+1:
		return since >= m.options.Settle
	default:
		return m.greatest == hour && since >= time.Hour+m.options.Settle
	}
}

func (m *Model) rowsOf(hours []int64, p Period) uint64 {
	var n uint64
	for _, h := range hours {
		if h >= p.From && h < p.To {
			n += m.hours[h].rows()
		}
	}
	return n
}

// Advance forgets the hours of a period that no later one needs.
func (m *Model) Advance(p Period) {
	m.end = p.To
	keep := int64(math.MaxInt64)
	if m.options.Refresh > 0 {
		keep = p.To + int64(m.options.Refresh/time.Hour) - int64(m.options.Duration/time.Hour)
	}
	for h := range m.hours {
		if h < keep {
			m.drop(h)
		}
	}
}
