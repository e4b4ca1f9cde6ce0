package profile

import (
	"math"
	"time"

	"github.com/leeway-ml/leeway/summary"
)

// pseudoCount is the weight, in observations, with which the whole reference steadies each cell of the rhythm.
// Its value is from simulation: docs/false-alarms.md.
const pseudoCount = 50

// Reference is the distribution that a window is compared with.
type Reference struct {
	// Shares over the variable's fine bins; they add up to one, or are all zero where the reference is empty.
	Shares []float64
	// Size is how many observations of the reference stand behind Shares: 1/sum(w_h^2/m_h) for a mixture of cells of m_h
	// observations with weights w_h.
	Size float64
	// MissingShare is the share of missing values to be expected.
	MissingShare float64
}

// Cells is the number of cells of the cycle: 168, 24 or 0.
func (c Cycle) Cells() int {
	switch c {
	case Week:
		return 168
	case Day:
		return 24
	}
	return 0
}

// Cell is the cell that the time falls in. The location must be that of the rhythm's time zone.
func (c Cycle) Cell(t time.Time, zone *time.Location) int {
	t = t.In(zone)
	switch c {
	case Week:
		return (int(t.Weekday())+6)%7*24 + t.Hour()
	case Day:
		return t.Hour()
	}
	return 0
}

// Location is the rhythm's time zone; UTC where the name is empty or unknown (Validate refuses unknown names).
func (r Rhythm) Location() *time.Location {
	if r.TimeZone == "" {
		return time.UTC
	}
	zone, err := time.LoadLocation(r.TimeZone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// Whole is the reference without regard to the hour.
func (v *Variable) Whole() Reference {
	n := v.Observed()
	r := Reference{Shares: make([]float64, len(v.Counts)), Size: float64(n)}
	if n > 0 {
		for i, c := range v.Counts {
			r.Shares[i] = float64(c) / float64(n)
		}
	}
	if total := n + v.Missing; total > 0 {
		r.MissingShare = float64(v.Missing) / float64(total)
	}
	return r
}

// At is the reference of the hours that a window's traffic fell on: the mixture of the cells, each weighted with the
// window's count in it and steadied with 50 pseudo-counts of the whole. Fine bins inside a roll-up bin keep the whole's
// proportions. Without a rhythm, or without hours, it is the Whole.
//
// exclude, where it is not nil, has the counts of a chunk of the reference itself by cell and roll-up bin, to be taken out
// first: that is how the profile's own chunks are judged.
func (v *Variable) At(rhythm Rhythm, hours []summary.HourCount, exclude [][]uint64) Reference {
	cells := rhythm.Cycle.Cells()
	if cells == 0 || v.Hours == nil || len(hours) == 0 {
		return v.Whole()
	}
	weights := make([]float64, cells)
	var total float64
	zone := rhythm.Location()
	for _, h := range hours {
		weights[rhythm.Cycle.Cell(time.Unix(h.Hour*3600, 0), zone)] += float64(h.Count)
		total += float64(h.Count)
	}
	whole := v.Whole()
	if total == 0 || whole.Size == 0 {
		return whole
	}
	wholeCoarse := sumBins(whole.Shares, v.Rollup)
	coarse := make([]float64, len(v.Rollup))
	var variance, missing float64
	for cell, weight := range weights {
		if weight == 0 {
			continue
		}
		weight /= total
		var size float64
		row := v.Hours.Counts[cell]
		out := func(i int) float64 {
			c := row[i]
			if exclude != nil {
				c -= min(c, exclude[cell][i])
			}
			return float64(c)
		}
		for i := range row {
			size += out(i)
		}
		for i := range row {
			coarse[i] += weight * (out(i) + pseudoCount*wholeCoarse[i]) / (size + pseudoCount)
		}
		variance += weight * weight / (size + math.Min(pseudoCount, whole.Size))
		m := float64(v.Hours.Missing[cell])
		missing += weight * (m + pseudoCount*whole.MissingShare) / (m + size + pseudoCount)
	}
	r := Reference{Shares: make([]float64, len(v.Counts)), Size: 1 / variance, MissingShare: missing}
	for i, first := range v.Rollup {
		last := len(v.Counts)
		if i+1 < len(v.Rollup) {
			last = v.Rollup[i+1]
		}
		for bin := first; bin < last; bin++ {
			if wholeCoarse[i] > 0 {
				r.Shares[bin] = coarse[i] * whole.Shares[bin] / wholeCoarse[i]
			}
		}
	}
	return r
}

// sumBins adds up neighbouring bins: view holds the first bin of each sum.
func sumBins(bins []float64, view []int) []float64 {
	out := make([]float64, len(view))
	for i, first := range view {
		last := len(bins)
		if i+1 < len(view) {
			last = view[i+1]
		}
		for _, x := range bins[first:last] {
			out[i] += x
		}
	}
	return out
}
