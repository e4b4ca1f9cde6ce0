package profile

import (
	"sync"
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
	if zone, ok := zones.Load(r.TimeZone); ok {
		return zone.(*time.Location)
	}
	zone, err := time.LoadLocation(r.TimeZone)
	if err != nil {
		return time.UTC
	}
	zones.Store(r.TimeZone, zone)
	return zone
}

// zones keeps what time.LoadLocation read from disk. Only names that exist get in, so it is bounded.
var zones sync.Map

// Mixture says how a window's traffic fell on the cells of the cycle. Nil stands for all of the reference.
type Mixture []CellWeight

// CellWeight is a cell and its share of the traffic, 0 < Weight <= 1.
type CellWeight struct {
	Cell   int
	Weight float64
}

// Mix sums the hours by cell of the cycle. It is nil where there is no cycle or nothing was counted.
func (r Rhythm) Mix(hours []summary.HourCount) Mixture {
	cells := r.Cycle.Cells()
	if cells == 0 || len(hours) == 0 {
		return nil
	}
	var (
		weights [168]float64
		total   float64
		zone    = r.Location()
	)
	for _, h := range hours {
		weights[r.Cycle.Cell(time.Unix(h.Hour*3600, 0), zone)] += float64(h.Count)
		total += float64(h.Count)
	}
	if total == 0 {
		return nil
	}
	mix := make(Mixture, 0, min(cells, len(hours)))
	for cell, weight := range weights[:cells] {
		if weight > 0 {
			mix = append(mix, CellWeight{cell, weight / total})
		}
	}
	return mix
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
// exclude, where it is not nil, has the counts of a chunk of the reference itself, to be taken out first: that is how the
// profile's own chunks are judged. It has a row a cell (one row where there is no rhythm) and a column a roll-up bin; one
// more column, where rows have it, counts the chunk's missing values.
func (v *Variable) At(rhythm Rhythm, hours []summary.HourCount, exclude [][]uint64) Reference {
	return v.AtMixture(rhythm.Mix(hours), exclude)
}

// AtMixture is At for callers that mix the hours once and ask for many variables.
func (v *Variable) AtMixture(mix Mixture, exclude [][]uint64) Reference {
	if v.Hours == nil {
		mix = nil
	}
	if mix == nil && exclude == nil {
		return v.Whole()
	}
	counts := SumBins(v.Counts, v.Rollup)
	rest := make([]float64, len(counts)) // shares of the reference without what is excluded, over the roll-up bins
	var size, restMissing float64
	for i, c := range counts {
		for _, row := range exclude {
			c -= min(c, row[i])
		}
		rest[i] = float64(c)
		size += rest[i]
	}
	if size == 0 {
		return Reference{Shares: make([]float64, len(v.Counts))}
	}
	for i := range rest {
		rest[i] /= size
	}
	missing := v.Missing
	for _, row := range exclude {
		missing -= min(missing, missingIn(row, len(counts)))
	}
	restMissing = float64(missing) / (float64(missing) + size)
	if mix == nil {
		return Reference{Shares: v.refine(rest, counts), Size: size, MissingShare: restMissing}
	}

	coarse := make([]float64, len(counts))
	steady := min(pseudoCount, size)
	var variance, missingShare float64
	for _, c := range mix {
		row, out := v.Hours.Counts[c.Cell], []uint64(nil)
		if exclude != nil {
			out = exclude[c.Cell]
		}
		var m float64
		for i, x := range row {
			if out != nil {
				x -= min(x, out[i])
			}
			m += float64(x)
		}
		scale := c.Weight / (m + pseudoCount)
		for i, x := range row {
			if out != nil {
				x -= min(x, out[i])
			}
			coarse[i] += scale * (float64(x) + pseudoCount*rest[i])
		}
		variance += c.Weight * c.Weight / (m + steady)
		absent := v.Hours.Missing[c.Cell]
		absent -= min(absent, missingIn(out, len(counts)))
		missingShare += c.Weight * (float64(absent) + pseudoCount*restMissing) / (float64(absent) + m + pseudoCount)
	}
	return Reference{Shares: v.refine(coarse, counts), Size: 1 / variance, MissingShare: missingShare}
}

// missingIn is the column after the bins, 0 where a row has none.
func missingIn(row []uint64, bins int) uint64 {
	if len(row) > bins {
		return row[bins]
	}
	return 0
}

// refine spreads shares over the roll-up bins to fine bins, in the whole's proportions. counts are the whole's counts over
// the roll-up bins.
func (v *Variable) refine(coarse []float64, counts []uint64) []float64 {
	fine := make([]float64, len(v.Counts))
	for i, first := range v.Rollup {
		if counts[i] == 0 {
			continue
		}
		last := len(v.Counts)
		if i+1 < len(v.Rollup) {
			last = v.Rollup[i+1]
		}
		scale := coarse[i] / float64(counts[i])
		for bin := first; bin < last; bin++ {
			fine[bin] = scale * float64(v.Counts[bin])
		}
	}
	return fine
}
