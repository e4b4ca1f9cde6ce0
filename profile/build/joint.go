package build

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/leeway-ml/leeway/internal/table"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/joint"
	"github.com/leeway-ml/leeway/stats/multivariate"
)

const (
	// rowsPerDimension is how many rows the reference must have for each dimension of the encoded features: with fewer, components are
	// of the rows that happened to be there.
	rowsPerDimension = 10
	// mostlyOther is the share of a feature's values without a category of their own from which on the feature says little.
	mostlyOther = 0.5
	// sampledRows are those that the kernel's bandwidth is the median distance of.
	sampledRows = 500
	// seed of the random frequencies.
	seed = 1
	// leastHourRows is how many rows an hour must have for its means to be kept. Those of fewer would nearly be rows, and hardly count beside
	// the 50 of the whole that steady them.
	leastHourRows = 5
	// errorBins is how many bins the reconstruction error has, of equal mass.
	errorBins = 20
	// leastErrorSpread, times the length that an encoded row has on average, is the least standard deviation of the reconstruction error:
	// features of which one is another's copy leave no error at all.
	leastErrorSpread = 0.01
)

// together makes the reference of the features together, and of the vectors: two passes, or one where there are only vectors.
type together struct {
	profile *profile.Profile
	counter *counter
	survey  *survey
	vectors []*vectorInput

	members []int // of the features together, the index among the counter's variables
	bins    []int32

	// First pass.
	encoder    *joint.Encoder
	encoded    []float64
	names      []digest // by the counter's variables
	covariance *multivariate.Covariance
	sample     *sample

	// Second pass.
	sketcher *joint.Sketcher
	optimism float64 // of the squared error
	sketch   *joint.Sketch
	shape    *jointShape
	row      []float64
	all      *jointSum
	hours    []*jointSum
	kernel   *multivariate.Covariance
	errors   quantiles
	spread   moments
}

// run fills Profile.Joint and Profile.Vectors.
func (t *together) run(ctx context.Context, src *source, warn func(string, ...any)) error {
	t.choose(warn)
	if len(t.members) > 0 {
		if err := src.scan(ctx, "features together", t.encodeRow); err != nil {
			return err
		}
		if err := t.open(); err != nil {
			return err
		}
	}
	t.profile.Vectors = closeVectors(t.vectors, warn)
	t.vectors = slices.DeleteFunc(t.vectors, func(v *vectorInput) bool { return v.sketcher == nil })
	if t.profile.Joint == nil && len(t.vectors) == 0 {
		return nil
	}
	if err := src.scan(ctx, "means together", t.sketchRow); err != nil {
		return err
	}
	if t.profile.Joint != nil {
		t.close()
	}
	for _, v := range t.vectors {
		v.close()
	}
	return nil
}

// choose finds the features that are looked at together, in the order of the profile.
func (t *together) choose(warn func(string, ...any)) {
	if t.survey.options.WithoutJoint {
		return
	}
	none := func(format string, args ...any) {
		warn("no joint reference, so that features that drift only together are not seen: "+format, args...)
	}
	type candidate struct {
		index, dims int
		*profile.Variable
	}
	var candidates []candidate
	for i, v := range t.counter.variables {
		if i >= len(t.profile.Features) || v.Variable != t.profile.Features[i] {
			break // features come first
		}
		switch dims := joint.NewEncoder([]*profile.Variable{v.Variable}).Dims(); {
		case dims == 0: // constant
		case slices.Contains(t.survey.options.JointExclude, v.Name):
		case v.Type == profile.Categorical && float64(v.Counts[len(v.Categories)]) > mostlyOther*float64(v.Observed()):
			warn("column %s: most of its values have no category of their own; it is left out of the joint reference", v.Name)
		default:
			candidates = append(candidates, candidate{i, dims, v.Variable})
		}
	}
	if len(candidates) < 2 {
		none("it takes two features that vary, and there are %d", len(candidates))
		return
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return cmp.Compare(importanceOf(b.Variable), importanceOf(a.Variable)) })
	dims := 0
	var beyond []string
	for _, c := range candidates {
		if dims+c.dims > profile.MaxJointDimensions {
			beyond = append(beyond, c.Name)
			continue
		}
		dims += c.dims
		t.members = append(t.members, c.index)
	}
	if len(beyond) > 0 {
		warn("%s: left out of the joint reference, which has at most %d dimensions; --importances says which features matter most", list(beyond), profile.MaxJointDimensions)
	}
	if rows := t.profile.Provenance.Rows; rows < uint64(rowsPerDimension*dims) {
		none("%d rows are too few for %d dimensions (a numeric feature has one, a categorical one as many as categories); it takes %d", rows, dims, rowsPerDimension*dims)
		t.members = nil
		return
	}
	slices.Sort(t.members)
	t.bins = make([]int32, len(t.members))
	t.encoder = joint.NewEncoder(t.chosen())
	t.encoded = make([]float64, t.encoder.Dims())
	t.covariance = multivariate.NewCovariance(t.encoder.Dims())
	t.sample = newSample(sampledRows)
	for _, v := range t.counter.variables {
		d := newDigest
		for _, c := range []byte(v.key) {
			d = d.with(uint64(c))
		}
		t.names = append(t.names, d)
	}
}

// chosen are the features together.
func (t *together) chosen() []*profile.Variable {
	variables := make([]*profile.Variable, len(t.members))
	for i, m := range t.members {
		variables[i] = t.counter.variables[m].Variable
	}
	return variables
}

func importanceOf(v *profile.Variable) float64 {
	if v.Importance == nil {
		return 0
	}
	return *v.Importance
}

// encodeRow is the first pass.
func (t *together) encodeRow(r *table.Row) error {
	at, err := t.survey.timeOf(r)
	if err != nil {
		return err
	}
	d := newDigest.with(uint64(at.Unix()))
	for i, v := range t.counter.variables {
		bin := v.bin(r)
		t.counter.bins[i] = bin
		d += t.names[i].with(uint64(bin)) // whatever the columns' order
	}
	t.take(t.counter.bins)
	t.encoder.Encode(t.bins, t.encoded)
	t.covariance.Add(t.encoded)
	if t.sample.wants(uint64(d)) {
		t.sample.add(uint64(d), t.encoded)
	}
	return nil
}

// take takes the members' bins.
func (t *together) take(bins []int) {
	for i, m := range t.members {
		t.bins[i] = int32(bins[m])
	}
}

// timeOf is the zero time where rows have none.
func (s *survey) timeOf(r *table.Row) (time.Time, error) {
	if s.options.TimeColumn == "" {
		return time.Time{}, nil
	}
	return rowTime(s.clock, r, s.schema, s.options.TimeColumn)
}

// open makes the components and the kernel, and gets ready for the second pass.
func (t *together) open() error {
	covariance := t.covariance.Matrix()
	components, explained, ok := multivariate.PrincipalComponents(covariance, multivariate.ExplainedShare)
	if !ok {
		return nil // can't be: every member varies
	}
	t.optimism = multivariate.Optimism(covariance, len(components), float64(t.covariance.Count()))
	for _, c := range components {
		roundAll(c, componentDecimals)
	}
	variance, _ := multivariate.Traces(covariance)
	bandwidth := multivariate.MedianDistance(t.sample.chosen())
	if bandwidth == 0 {
		bandwidth = math.Sqrt(2 * variance) // the root mean square distance
	}
	j := &profile.Joint{
		Components: components, Explained: decimals(explained, componentDecimals),
		Bandwidth: significant(bandwidth), Frequencies: profile.JointFrequencies, Seed: seed,
		ErrorStdDev: leastErrorSpread * math.Sqrt(variance),
	}
	for _, v := range t.chosen() {
		j.Features = append(j.Features, v.Name)
	}
	j.Correlated = t.correlated()
	t.profile.Joint = j
	t.covariance, t.sample = nil, nil
	var err error
	if t.sketcher, err = joint.NewSketcher(t.profile); err != nil {
		return err
	}
	t.sketch = t.sketcher.NewSketch()
	t.shape = newJointShape(j)
	t.row = make([]float64, t.shape.size())
	t.all = newJointSum(t.shape.size())
	for range t.profile.Rhythm.Cycle.Cells() {
		t.hours = append(t.hours, newJointSum(t.shape.size()))
	}
	t.kernel = multivariate.NewCovariance(2 * j.Frequencies)
	return nil
}

// correlated are the features of one dimension, the most important ones where there are too many.
func (t *together) correlated() []string {
	variables := t.chosen()
	var one []int
	for i := range variables {
		if _, dims := t.encoder.Span(i); dims == 1 {
			one = append(one, i)
		}
	}
	slices.SortStableFunc(one, func(a, b int) int { return cmp.Compare(importanceOf(variables[b]), importanceOf(variables[a])) })
	one = one[:min(len(one), profile.MaxCorrelated)]
	slices.Sort(one)
	var names []string
	for _, i := range one {
		names = append(names, variables[i].Name)
	}
	return names
}

// sketchRow is the second pass.
func (t *together) sketchRow(r *table.Row) error {
	if t.profile.Joint != nil {
		at, err := t.survey.timeOf(r)
		if err != nil {
			return err
		}
		for i, m := range t.members {
			t.bins[i] = int32(t.counter.variables[m].bin(r))
		}
		t.sketchBins()
		t.all.add(t.row)
		if cell := t.counter.hours.cell(at); cell >= 0 {
			t.hours[cell].add(t.row)
		}
		t.kernel.Add(t.shape.kernel(t.row))
		t.errors.add(t.sketch.Error)
		t.spread.add(t.sketch.Error)
	}
	for _, v := range t.vectors {
		v.sketchRow(r)
	}
	return nil
}

// sketchBins is what the row of t.bins adds, in t.row.
func (t *together) sketchBins() {
	t.sketcher.Sketch(t.bins, t.sketch)
	t.shape.spread(t.sketch, t.row)
}

// close writes what the second pass found.
func (t *together) close() {
	j := t.profile.Joint
	for i := 1; i < errorBins; i++ {
		if b := significant(t.errors.at(float64(i) / errorBins)); len(j.ErrorBounds) == 0 || b > j.ErrorBounds[len(j.ErrorBounds)-1] {
			j.ErrorBounds = append(j.ErrorBounds, b)
		}
	}
	j.ErrorStdDev = significant(math.Max(t.spread.stdDev(), j.ErrorStdDev))
	trace, traceSquared := multivariate.Traces(t.kernel.Matrix())
	k := float64(j.Frequencies) // each feature of the kernel is divided by its root
	j.Trace, j.TraceSquared = significant(trace/k), significant(traceSquared/(k*k))
	j.All = t.shape.means(t.all.sum, t.all.rows)
	if j.All.Error > 0 {
		j.ErrorOptimism = significant(t.optimism / (2 * j.All.Error))
	}
	roundMeans(&j.All, meanDecimals)
	for _, h := range t.hours {
		if h.rows < leastHourRows {
			j.Hours = append(j.Hours, profile.JointMeans{})
			continue
		}
		m := t.shape.means(h.sum, h.rows)
		roundMeans(&m, hourDecimals)
		j.Hours = append(j.Hours, m)
	}
	t.kernel, t.hours, t.all = nil, nil, nil
	t.errors = quantiles{}
}
