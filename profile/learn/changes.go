package learn

import (
	"fmt"
	"time"

	"github.com/leeway-ml/leeway/profile"
)

// Changes is what must be kept to learn on after a restart: the hours that changed since the last call, as bytes, and
// those that were dropped.
func (m *Model) Changes() (changed map[int64][]byte, dropped []int64) {
	changed = map[int64][]byte{}
	for at, h := range m.hours {
		if !h.dirty {
			continue
		}
		h.dirty = false
		if h.cells != nil {
			changed[at] = encodeHour(h.cells)
		} else {
			changed[at] = h.packed
		}
	}
	for _, at := range m.gone {
		if m.hours[at] == nil {
			dropped = append(dropped, at)
		}
	}
	m.gone = nil
	return changed, dropped
}

// Hours are the hours that are known.
func (m *Model) Hours() []int64 {
	hours := make([]int64, 0, len(m.hours))
	for at := range m.hours {
		hours = append(hours, at)
	}
	return hours
}

// Restore takes back one hour of Changes. now is the wall clock.
func (m *Model) Restore(at int64, packed []byte, now time.Time) error {
	cells, err := decodeHour(packed)
	if err != nil {
		return fmt.Errorf("hour %d: %w", at, err)
	}
	if m.hours[at] != nil {
		return fmt.Errorf("hour %d: given twice", at)
	}
	h := &hour{cells: cells}
	for variable := range cells {
		m.know(variable)
	}
	h.pack()
	m.hours[at] = h
	m.size += h.size()
	if len(m.hours) == 1 || at > m.greatest {
		m.greatest, m.greatestSince = at, now
	}
	return nil
}

// Resume says where the last profile ended before the restart.
func (m *Model) Resume(end int64) { m.end = end }

// Made says which profile was made last: the next one keeps its bins.
func (m *Model) Made(p *profile.Profile) { m.previous = p }

// End is where the last profile ended, in hours from the epoch; 0 where none was made.
func (m *Model) End() int64 { return m.end }

// Redo makes the next Changes tell these again, as they could not be kept.
func (m *Model) Redo(changed map[int64][]byte, dropped []int64) {
	for at := range changed {
		if h := m.hours[at]; h != nil {
			h.dirty = true
		}
	}
	m.gone = append(m.gone, dropped...)
}
