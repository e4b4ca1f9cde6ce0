package build

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/leeway-ml/leeway/internal/table"
	"github.com/leeway-ml/leeway/judge/multivariate"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/joint"
	statistics "github.com/leeway-ml/leeway/stats/multivariate"
)

// sampledNumbers bounds what a sample of vectors may cost.
const sampledNumbers = 1 << 19

// leastVectors is how many a reference must have: of fewer, a mean is nearly one of them, and a bandwidth an accident.
const leastVectors = 30

// vectorInput is a column that holds lists of numbers, of one length.
type vectorInput struct {
	*profile.Vector
	column int

	// First pass: mean and squared distance from it, by Welford's recurrence.
	squares float64
	delta   []float64
	sample  *sample

	// Second pass.
	sketcher *joint.VectorSketcher
	sketch   *joint.VectorSketch
	cosines  []float64 // of the middles of the bins
	sines    []float64
	row      []float64 // what the vector adds: cosines, sines, components
	kernel   *statistics.Covariance
	all      *jointSum
}

func newVectorInput(name string, column, length int) *vectorInput {
	v := &vectorInput{column: column, delta: make([]float64, length), sample: newSample(min(sampledRows, max(250, sampledNumbers/length)))}
	v.Vector = &profile.Vector{Name: name, Mean: make([]float64, length), Frequencies: profile.JointFrequencies, Seed: seed}
	return v
}

// read is the row's vector; nil where it has none, which is counted where count is set.
func (v *vectorInput) read(r *table.Row, count bool) []float64 {
	c := r.At(v.column)
	missing, wrong, infinite := uint64(0), uint64(0), uint64(0)
	switch {
	case c.Kind == table.Absent:
		missing = 1
	case c.Kind != table.Array || len(c.Numbers) != len(v.Mean):
		wrong = 1
	default:
		for _, x := range c.Numbers {
			if !finite(x) {
				infinite = 1
			}
		}
		if infinite == 0 {
			return c.Numbers
		}
	}
	if count {
		v.Missing += missing
		v.WrongType += wrong
		v.NonFinite += infinite
	}
	return nil
}

// count is the first pass.
func (v *vectorInput) count(r *table.Row) {
	x := v.read(r, true)
	if x == nil {
		return
	}
	v.Count++
	d := newDigest
	for i, y := range x {
		v.delta[i] = y - v.Mean[i]
		v.Mean[i] += v.delta[i] / float64(v.Count)
		v.squares += v.delta[i] * (y - v.Mean[i])
		d = d.with(math.Float64bits(y))
	}
	if v.sample.wants(uint64(d)) {
		v.sample.add(uint64(d), x)
	}
}

// closeVectors ends the first pass: what does not vary is left out.
func closeVectors(all []*vectorInput, warn func(string, ...any)) []*profile.Vector {
	var vectors []*profile.Vector
	for _, v := range all {
		spread := math.Sqrt(v.squares / math.Max(1, float64(v.Count)))
		switch {
		case v.Count < leastVectors:
			warn("column %s holds %d vectors, fewer than %d (of finite numbers, at most 1e100): left out", v.Name, v.Count, leastVectors)
			continue
		case !(spread > 0) || math.IsInf(spread, 1):
			warn("column %s holds vectors that are all the same: left out", v.Name)
			continue
		}
		v.open(spread)
		vectors = append(vectors, v.Vector)
	}
	return vectors
}

func (v *vectorInput) open(spread float64) {
	v.Spread = significant(spread)
	roundAll(v.Mean, decimalsFor(v.Spread/math.Sqrt(float64(len(v.Mean)))))
	rows := v.sample.chosen()
	for _, row := range rows {
		floats.Sub(row, v.Mean)
		floats.Scale(1/v.Spread, row)
	}
	if v.Bandwidth = significant(statistics.MedianDistance(rows)); v.Bandwidth == 0 {
		v.Bandwidth = math.Sqrt2 // the root mean square distance
	}
	v.sample = nil
	v.sketcher = joint.NewVectorSketcher(v.Vector)
	v.sketch = v.sketcher.NewSketch()
	v.cosines, v.sines = statistics.PhaseMeans(profile.PhaseBins)
	v.row = make([]float64, 2*v.Frequencies+len(v.Mean))
	v.kernel = statistics.NewCovariance(2 * v.Frequencies)
	v.all = newJointSum(len(v.row))
}

// spread writes what the row's vector adds to v.row; false where it has none.
func (v *vectorInput) spreadRow(r *table.Row) bool {
	x := v.read(r, false)
	if x == nil || v.sketcher.Sketch(x, v.sketch) != joint.Sound {
		return false
	}
	for k, bin := range v.sketch.Phases {
		v.row[k], v.row[v.Frequencies+k] = v.cosines[bin], v.sines[bin]
	}
	copy(v.row[2*v.Frequencies:], v.sketch.Components)
	return true
}

// sketchRow is the second pass.
func (v *vectorInput) sketchRow(r *table.Row) {
	if v.spreadRow(r) {
		v.all.add(v.row)
		v.kernel.Add(v.row[:2*v.Frequencies])
	}
}

func (v *vectorInput) close() {
	m := v.means(v.all)
	v.Cosines, v.Sines = m.Cosines, m.Sines
	roundAll(v.Cosines, meanDecimals)
	roundAll(v.Sines, meanDecimals)
	trace, traceSquared := statistics.Traces(v.kernel.Matrix())
	k := float64(v.Frequencies)
	v.Trace, v.TraceSquared = significant(trace/k), significant(traceSquared/(k*k))
	v.kernel = nil
}

func (v *vectorInput) means(s *jointSum) multivariate.VectorMeans {
	all := make([]float64, len(s.sum))
	if s.rows > 0 {
		floats.AddScaled(all, 1/float64(s.rows), s.sum)
	}
	k := v.Frequencies
	return multivariate.VectorMeans{Count: s.rows, Cosines: all[:k:k], Sines: all[k : 2*k : 2*k], Mean: all[2*k:]}
}

// without are the means of all vectors but those of the chunk.
func (v *vectorInput) without(chunk *jointSum) multivariate.VectorMeans {
	rest := newJointSum(len(v.all.sum))
	rest.rows = v.all.rows - min(v.all.rows, chunk.rows)
	floats.SubTo(rest.sum, v.all.sum, chunk.sum)
	return v.means(rest)
}
