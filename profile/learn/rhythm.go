package learn

import (
	"time"

	"github.com/leeway-ml/leeway/profile"
)

// A rhythm needs a reference that has seen every hour of the cycle three times, where there is traffic at all.
const (
	weekHours, weekDays = 3 * 7 * 24, 15 // five working days a week
	dayHours, dayDays   = 3 * 24, 3
)

// cycleOf is the rhythm of the hours [from, to) with traffic on so many different days.
func cycleOf(from, to int64, days int) profile.Cycle {
	switch span := to - from; {
	case span >= weekHours && days >= weekDays:
		return profile.Week
	case span >= dayHours && days >= dayDays:
		return profile.Day
	}
	return profile.Steady
}

// dayOf numbers the days of the time zone.
func dayOf(hour int64, zone *time.Location) int64 {
	_, offset := time.Unix(hour*3600, 0).In(zone).Zone()
	local := hour*3600 + int64(offset)
	if local < 0 {
		local -= 86399
	}
	return local / 86400
}

// hoursOf fills in the counts by cell of the rhythm over the roll-up bins.
func (c *column) hoursOf(v *profile.Variable, r profile.Rhythm, byHour [][]uint64) {
	cells := r.Cycle.Cells()
	if cells == 0 {
		return
	}
	v.Hours = &profile.Hours{Counts: make([][]uint64, cells), Missing: make([]uint64, cells)}
	for i := range v.Hours.Counts {
		v.Hours.Counts[i] = make([]uint64, len(v.Rollup))
	}
	zone := r.Location()
	for i, counts := range byHour {
		row := v.Hours.Counts[r.Cycle.Cell(time.Unix(c.hours[i]*3600, 0), zone)]
		for j, n := range profile.SumBins(counts, v.Rollup) {
			row[j] += n
		}
	}
}
