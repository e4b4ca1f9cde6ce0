package build

import (
	"context"
	"maps"
	"strings"
	"time"

	"github.com/leeway-ml/leeway/internal/table"
	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/profile"
)

// What a row is to a variable where it is in none of its bins.
const (
	isMissing   = -1
	isWrongType = -2
	isNonFinite = -3
	isOfOthers  = -4 // not of the variable's class
)

// bin is the index of the value's bin, or one of the constants above. A variable stops being discrete when a value comes that
// its bins do not have.
func (v *variable) bin(r *table.Row) int {
	if v.classColumn >= 0 && category(r.At(v.classColumn)) != v.ofClass {
		return isOfOthers
	}
	c := r.At(v.column)
	if c.Kind == table.Absent {
		return isMissing
	}
	if v.Type == profile.Numeric {
		x, ok := c.Float()
		switch {
		case !ok:
			return isWrongType
		case !finite(x):
			return isNonFinite
		}
		bin := v.Bin(x)
		if v.Discrete && (bin == len(v.Bounds) || v.Bounds[bin] != x) {
			v.Discrete = false // bins of another profile, which never had the value
		}
		return bin
	}
	name := ""
	if v.Type == profile.Boolean {
		name, _ = c.Bool()
	} else {
		name = category(c)
	}
	if i, ok := v.index[name]; ok {
		return i
	}
	return len(v.Categories)
}

// counter is the second pass: it counts every variable's bins, by hour and by segment.
type counter struct {
	profile   *profile.Profile
	variables []*variable
	rollup    [][]int // by variable and fine bin: its roll-up bin
	survey    *survey
	hours     *hourCells
	segments  []map[string]*profile.Segment // by option and segmentKey
	bins      []int                         // of the row, by variable
	times     *chunkTimes
	vectors   []*vectorInput
	outcomes  *outcomes // nil where rows have no ground truth
	sums      outcome.Counter
}

func newCounter(p *profile.Profile, variables []*variable, s *survey, times *chunkTimes) *counter {
	c := &counter{profile: p, variables: variables, survey: s, hours: newHourCells(p.Rhythm), bins: make([]int, len(variables)), times: times, vectors: s.vectors, outcomes: newOutcomes(p, variables, s)}
	cells := p.Rhythm.Cycle.Cells()
	for _, v := range variables {
		c.rollup = append(c.rollup, rollupOf(v.Variable))
		if cells > 0 {
			v.Hours = &profile.Hours{Counts: make([][]uint64, cells), Missing: make([]uint64, cells)}
			for i := range v.Hours.Counts {
				v.Hours.Counts[i] = make([]uint64, len(v.Rollup))
			}
		}
	}
	return c
}

// rollupOf is the roll-up bin of each fine bin.
func rollupOf(v *profile.Variable) []int {
	of := make([]int, len(v.Counts))
	coarse := 0
	for i := range of {
		if coarse+1 < len(v.Rollup) && i >= v.Rollup[coarse+1] {
			coarse++
		}
		of[i] = coarse
	}
	return of
}

func (c *counter) run(ctx context.Context, src *source) error {
	c.openSegments()
	if err := src.scan(ctx, "counts", c.row); err != nil {
		return err
	}
	c.profile.Outcomes = c.sums.Series()
	return nil
}

func (c *counter) row(r *table.Row) error {
	cell := -1
	if c.survey.options.TimeColumn != "" {
		t, err := rowTime(c.survey.clock, r, c.survey.schema, c.survey.options.TimeColumn)
		if err != nil {
			return err
		}
		cell = c.hours.cell(t)
		c.times.count(t)
	}
	for i, v := range c.variables {
		bin := v.bin(r)
		c.bins[i] = bin
		switch bin {
		case isMissing:
			v.Missing++
			if cell >= 0 && v.Hours != nil {
				v.Hours.Missing[cell]++
			}
		case isWrongType:
			v.WrongType++
		case isNonFinite:
			v.NonFinite++
		case isOfOthers:
		default:
			v.Counts[bin]++
			if cell >= 0 && v.Hours != nil {
				v.Hours.Counts[cell][c.rollup[i][bin]]++
			}
		}
	}
	for _, v := range c.vectors {
		v.count(r)
	}
	if c.outcomes != nil {
		if o, ok := c.outcomes.read(r); ok {
			c.outcomes.count(&c.sums, o)
		}
	}
	for i, columns := range c.survey.options.Segments {
		if key, ok := segmentKey(r, columns, c.survey.schema); ok {
			if s := c.segments[i][key]; s != nil {
				c.addTo(s)
			}
		}
	}
	return nil
}

func (c *counter) addTo(s *profile.Segment) {
	s.Rows++
	for i, bin := range c.bins {
		v := c.variables[i]
		switch {
		case bin >= 0:
			s.Counts[v.key][c.rollup[i][bin]]++
		case bin == isMissing:
			s.Missing[v.key]++
		}
	}
}

// openSegments makes room for the segments with the most rows.
func (c *counter) openSegments() {
	for i, columns := range c.survey.options.Segments {
		open := map[string]*profile.Segment{}
		for _, key := range c.survey.segments[i].most(maxSegments) {
			values := strings.Split(key, segmentSeparator)
			if len(columns) == 1 {
				values = []string{key}
			}
			if len(values) != len(columns) {
				continue // a value that holds the separator
			}
			s := &profile.Segment{Attributes: map[string]string{}, Counts: map[string][]uint64{}, Missing: map[string]uint64{}}
			for j, name := range columns {
				s.Attributes[name] = values[j]
			}
			for _, v := range c.variables {
				s.Counts[v.key] = make([]uint64, len(v.Rollup))
			}
			open[key] = s
		}
		c.segments = append(c.segments, open)
	}
}

// closeSegments puts the segments into the profile, in the order of their rows.
func (c *counter) closeSegments() {
	for i := range c.segments {
		for _, key := range c.survey.segments[i].most(maxSegments) {
			if s := c.segments[i][key]; s != nil {
				maps.DeleteFunc(s.Missing, func(_ string, n uint64) bool { return n == 0 })
				c.profile.Segments = append(c.profile.Segments, *s)
			}
		}
	}
}

// hourCells finds the cell of the rhythm that a time falls in: that of the beginning of its UTC hour, as windows are counted
// by such hours.
type hourCells struct {
	rhythm profile.Rhythm
	zone   *time.Location
	hour   int64
	last   int
}

func newHourCells(r profile.Rhythm) *hourCells {
	return &hourCells{rhythm: r, zone: r.Location(), hour: -1}
}

// cell is -1 where there is no rhythm.
func (h *hourCells) cell(t time.Time) int {
	if h.rhythm.Cycle.Cells() == 0 {
		return -1
	}
	if hour := hourOf(t); hour != h.hour {
		h.hour, h.last = hour, h.rhythm.Cycle.Cell(time.Unix(hour*3600, 0), h.zone)
	}
	return h.last
}

// hourOf counts hours from 1970.
func hourOf(t time.Time) int64 { return t.Unix() / 3600 } // times before 1970 are refused
