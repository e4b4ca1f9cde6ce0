package build

import (
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/floats"

	"github.com/leeway-ml/leeway/internal/table"
	"github.com/leeway-ml/leeway/judge/multivariate"
	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/judge/quality"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/summary"
)

// strays say how far each statistic of a chunk lies from a reference.
type strays struct {
	// variable is (*drift.Judge).Stray.
	variable func(v *profile.Variable, counts []uint64, missing uint64, reference profile.Reference) map[string]float64
	// joint and vector are (*multivariate.Judge).StrayJoint and StrayVector.
	joint  func(p *profile.Profile, current, reference profile.JointMeans) map[string]float64
	vector func(v *profile.Vector, current, reference multivariate.VectorMeans) map[string]float64
}

// chunker is the last pass: it counts every chunk by itself, judges it against the rest of the reference, and keeps the
// greatest values. A chunk is judged, and its memory given back, as soon as all of its rows have come, so that rows in order
// of time need no more than four chunks a window. Rows out of order keep more chunks open; what finds no room waits for another
// pass over the files.
type chunker struct {
	profile   *profile.Profile
	variables []*variable
	survey    *survey
	times     *chunkTimes
	stray     strays
	together  *together
	hours     *hourCells
	rollup    [][]int
	outcomes  *outcomes

	minSamples int
	waiting    map[chunkID]uint64 // rows of the chunks that are not judged yet
	open       map[chunkID]*chunk
	room       int64                   // bytes left
	recent     [][stepsPerChunk]*chunk // by window: those that the last row was in

	fine, coarse []int // where each variable begins in a chunk's counts; the last is their length
	bins         []int
	counts       []uint64
	exclude      [][]uint64
	sound        []bool // whether the row has a vector, by vector input
}

// chunk is the counts of one chunk.
type chunk struct {
	id   chunkID
	left uint64   // rows still to come
	fine []uint32 // of all variables, one after the other
	none []uint32 // missing values by variable
	// cells: by cell of the rhythm (0 where there is none), the roll-up bins of all variables and then their missing values.
	cells   map[int]*cellCounts
	vectors []*jointSum // by vector input
	sums    outcome.Counter
	bytes   int64
}

type cellCounts struct {
	hour   int64 // one of the chunk's hours that falls in the cell
	counts []uint32
	joint  *jointSum // nil where the profile has no joint reference
}

func newChunker(c *counter, t *together, judge strays, memory int) *chunker {
	k := &chunker{profile: c.profile, variables: c.variables, survey: c.survey, times: c.times, stray: judge, together: t, hours: c.hours, rollup: c.rollup, outcomes: c.outcomes,
		open: map[chunkID]*chunk{}, room: int64(memory), recent: make([][stepsPerChunk]*chunk, len(c.times.names)), bins: make([]int, len(c.variables))}
	k.sound = make([]bool, len(t.vectors))
	k.fine, k.coarse = []int{0}, []int{0}
	widest := 0
	for i, v := range k.variables {
		k.fine = append(k.fine, k.fine[i]+len(v.Counts))
		k.coarse = append(k.coarse, k.coarse[i]+len(v.Rollup))
		widest = max(widest, len(v.Counts))
	}
	k.counts = make([]uint64, widest)
	k.exclude = make([][]uint64, max(1, k.profile.Rhythm.Cycle.Cells()))
	for i := range k.exclude {
		k.exclude[i] = make([]uint64, profile.MaxRollupBins+1)
	}
	return k
}

func (k *chunker) run(ctx context.Context, src *source, minRows int) error {
	p := k.profile.Provenance
	k.minSamples = max(1, minRows)
	k.waiting = k.times.judged(p.Start, p.End, uint64(max(1, minRows)))
	for len(k.waiting) > 0 {
		before := len(k.waiting)
		if err := src.scan(ctx, "limits", k.row); err != nil {
			return err
		}
		if len(k.waiting) == before {
			break // can't be: each pass has room for at least one
		}
	}
	return nil
}

func (k *chunker) row(r *table.Row) error {
	t, err := rowTime(k.survey.clock, r, k.survey.schema, k.survey.options.TimeColumn)
	if err != nil {
		return err
	}
	binned := false
	var told *rowOutcome
	for i, step := range k.times.step {
		number := t.Unix() / step
		for back := range int64(stepsPerChunk) {
			id := chunkID{i, number - back}
			recent := k.recentOf(id)
			if *recent == nil || (*recent).id != id {
				if *recent = k.find(id); *recent == nil {
					continue
				}
			}
			c := *recent
			if !binned {
				for j, v := range k.variables {
					k.bins[j] = v.bin(r)
				}
				if k.profile.Joint != nil {
					k.together.take(k.bins)
					k.together.sketchBins()
				}
				for i, v := range k.together.vectors {
					k.sound[i] = v.spreadRow(r)
				}
				if k.outcomes != nil {
					told, _ = k.outcomes.read(r)
				}
				binned = true
			}
			k.add(c, max(0, k.hours.cell(t)), hourOf(t))
			if told != nil {
				k.outcomes.count(&c.sums, told)
			}
			if c.left == 0 {
				k.judge(c)
				k.close(c)
			}
		}
	}
	return nil
}

// recentOf is where the chunk stands among the recent ones, which spares most rows a look into the map.
func (k *chunker) recentOf(id chunkID) **chunk {
	return &k.recent[id.window][(id.number%stepsPerChunk+stepsPerChunk)%stepsPerChunk]
}

// find returns the chunk, opened if there is room; nil where it is judged already, or is not to be, or has to wait.
func (k *chunker) find(id chunkID) *chunk {
	if c := k.open[id]; c != nil {
		return c
	}
	rows, ok := k.waiting[id]
	if !ok {
		return nil
	}
	size := k.sizeOf(id)
	if size > k.room && len(k.open) > 0 {
		return nil
	}
	k.room -= size
	vectors := make([]*jointSum, len(k.together.vectors))
	for i, v := range k.together.vectors {
		vectors[i] = newJointSum(len(v.row))
	}
	c := &chunk{id: id, left: rows, vectors: vectors, bytes: size, fine: make([]uint32, k.fine[len(k.variables)]), none: make([]uint32, len(k.variables)), cells: map[int]*cellCounts{}}
	k.open[id] = c
	return c
}

// sizeOf is the greatest number of bytes that the chunk's counts can take.
func (k *chunker) sizeOf(id chunkID) int64 {
	cells := min(k.times.lengths[id.window]/3600+1, int64(max(1, k.profile.Rhythm.Cycle.Cells())))
	n := len(k.variables)
	size := 4*(int64(k.fine[n]+n)+cells*int64(k.coarse[n]+n+8)) + k.outcomes.size()
	if k.profile.Joint != nil {
		size += 8 * cells * int64(k.together.shape.size())
	}
	for _, v := range k.together.vectors {
		size += 8 * int64(len(v.row))
	}
	return size
}

func (k *chunker) close(c *chunk) {
	delete(k.open, c.id)
	delete(k.waiting, c.id)
	k.room += c.bytes
	*k.recentOf(c.id) = nil
}

func (k *chunker) add(c *chunk, cell int, hour int64) {
	c.left--
	in := c.cells[cell]
	if in == nil {
		in = &cellCounts{hour: hour, counts: make([]uint32, k.coarse[len(k.variables)]+len(k.variables))}
		if k.profile.Joint != nil {
			in.joint = newJointSum(k.together.shape.size())
		}
		c.cells[cell] = in
	}
	if in.joint != nil {
		in.joint.add(k.together.row)
	}
	for i, v := range k.together.vectors {
		if k.sound[i] {
			c.vectors[i].add(v.row)
		}
	}
	missing := k.coarse[len(k.variables)]
	for i, bin := range k.bins {
		switch {
		case bin >= 0:
			c.fine[k.fine[i]+bin]++
			in.counts[k.coarse[i]+k.rollup[i][bin]]++
		case bin == isMissing:
			c.none[i]++
			in.counts[missing+i]++
		}
	}
}

// judge compares each variable of a complete chunk with the rest of the reference.
func (k *chunker) judge(c *chunk) {
	missing := k.coarse[len(k.variables)]
	window := k.times.names[c.id.window]
	k.judgeQuality(c, window)
	k.judgeJoint(c, window)
	k.judgeVectors(c, window)
	var hours []summary.HourCount
	for i, v := range k.variables {
		counts := k.counts[:len(v.Counts)]
		for j := range counts {
			counts[j] = uint64(c.fine[k.fine[i]+j])
		}
		hours = hours[:0]
		width := len(v.Rollup)
		for j := range k.exclude {
			row := k.exclude[j][:width+1]
			clear(row)
			k.exclude[j] = row
		}
		for cell, in := range c.cells {
			row := k.exclude[cell]
			var n uint64
			for j := range width {
				row[j] = uint64(in.counts[k.coarse[i]+j])
				n += row[j]
			}
			row[width] = uint64(in.counts[missing+i])
			if n > 0 {
				hours = append(hours, summary.HourCount{Hour: in.hour, Count: n})
			}
		}
		reference := v.At(k.profile.Rhythm, hours, k.exclude)
		keep(&v.Limits, window, k.stray.variable(v.Variable, counts, uint64(c.none[i]), reference), c.id.aligned())
	}
}

// judgeJoint compares the features of a complete chunk together with the rest of the reference, at the same hours.
func (k *chunker) judgeJoint(c *chunk, window string) {
	j := k.profile.Joint
	if j == nil {
		return
	}
	shape := k.together.shape
	whole := newJointSum(shape.size())
	var hours []summary.HourCount
	exclude := make([]profile.JointMeans, len(k.exclude))
	for _, cell := range slices.Sorted(maps.Keys(c.cells)) { // in order, so that sums come out alike
		in := c.cells[cell]
		whole.rows += in.joint.rows
		floats.Add(whole.sum, in.joint.sum)
		exclude[cell] = shape.means(in.joint.sum, in.joint.rows)
		hours = append(hours, summary.HourCount{Hour: in.hour, Count: in.joint.rows})
	}
	reference := j.At(k.profile.Rhythm.Mix(hours), exclude)
	keep(&j.Limits, window, k.stray.joint(k.profile, shape.means(whole.sum, whole.rows), reference), c.id.aligned())
}

func (k *chunker) judgeVectors(c *chunk, window string) {
	for i, v := range k.together.vectors {
		keep(&v.Limits, window, k.stray.vector(v.Vector, v.means(c.vectors[i]), v.without(c.vectors[i])), c.id.aligned())
	}
}

// judgeQuality keeps the worst quality of chunks that have outcomes enough: by the better end of its interval, as windows are
// judged, so that what chance does to a small chunk is not taken for what the model does.
func (k *chunker) judgeQuality(c *chunk, window string) {
	if k.outcomes == nil {
		return
	}
	o := outcome.Gather(outcome.Series(c.sums.Series()))
	if o.Samples() < float64(k.minSamples) {
		return
	}
	for _, m := range quality.Measure(o, k.profile) {
		if math.IsNaN(m.Best) {
			continue
		}
		limits := k.profile.QualityLimits
		if limits == nil {
			limits = map[string]map[string]profile.QualityLimit{}
			k.profile.QualityLimits = limits
		}
		if limits[window] == nil {
			limits[window] = map[string]profile.QualityLimit{}
		}
		l, ok := limits[window][m.Name]
		if !ok {
			l = profile.QualityLimit{Worst: m.Best, LessIsBetter: m.LessIsBetter}
		}
		l.Worst = l.Worse(m.Best)
		if c.id.aligned() {
			l.Chunks++
		}
		limits[window][m.Name] = l
	}
}

// keep raises limits to what a chunk strays by. Of overlapping chunks only those that are aligned to their length are counted.
func keep(limits *map[string]map[string]profile.Limit, window string, strays map[string]float64, counts bool) {
	for statistic, x := range strays {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			continue
		}
		if *limits == nil {
			*limits = map[string]map[string]profile.Limit{}
		}
		of := (*limits)[window]
		if of == nil {
			of = map[string]profile.Limit{}
			(*limits)[window] = of
		}
		l, ok := of[statistic]
		if !ok || x > l.Greatest {
			l.Greatest = x
		}
		if counts {
			l.Chunks++
		}
		of[statistic] = l
	}
}

// rhythmFor is the cycle that a span of time can show.
func rhythmFor(span time.Duration) profile.Cycle {
	switch {
	case span >= 21*24*time.Hour:
		return profile.Week
	case span >= 3*24*time.Hour:
		return profile.Day
	}
	return profile.Steady
}
