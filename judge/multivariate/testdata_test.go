package multivariate

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/joint"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/multivariate"
	"github.com/leeway-ml/leeway/summary"
)

// sample has a row an event and a column a feature: numbers, or the index of a category where categories says how many there are. NaN is
// missing.
type sample struct {
	names      []string
	categories []int // 0 = numeric
	rows       [][]float64
	hours      []int // since the epoch; nil = all in the first
}

func (t *sample) hour(i int) int {
	if t.hours == nil {
		return 0
	}
	return t.hours[i]
}

// learned is a profile with what it takes to make windows and chunks of it.
type learned struct {
	profile  *profile.Profile
	sketcher *joint.Sketcher
	table    *sample
}

// learn makes a profile of the table, as profiles are made of files.
func learn(t *sample, cycle profile.Cycle) *learned {
	return learnCorrelated(t, cycle, profile.MaxCorrelated)
}

// learnCorrelated looks at the correlations of so many features at most.
func learnCorrelated(t *sample, cycle profile.Cycle, most int) *learned {
	p := &profile.Profile{Model: "m", Rhythm: profile.Rhythm{Cycle: cycle}}
	var correlated []string
	for i, name := range t.names {
		v := variable(name, t, i)
		p.Features = append(p.Features, v)
		if (v.Type == profile.Numeric || len(v.Categories) == 2) && len(correlated) < most {
			correlated = append(correlated, name)
		}
	}
	j := &profile.Joint{Features: t.names, Correlated: correlated, Frequencies: profile.JointFrequencies, Seed: 20}
	p.Joint = j
	r := &learned{profile: p, table: t}
	encoder := joint.NewEncoder(p.Features)
	encoded := make([][]float64, len(t.rows))
	for i, row := range t.rows {
		encoded[i] = make([]float64, encoder.Dims())
		encoder.Encode(r.bins(row), encoded[i])
	}
	covariance := multivariate.NewCovariance(encoder.Dims())
	for _, x := range encoded {
		covariance.Add(x)
	}
	matrix := covariance.Matrix()
	j.Components, j.Explained, _ = multivariate.PrincipalComponents(matrix, multivariate.ExplainedShare)
	j.Bandwidth = multivariate.MedianDistance(encoded[:min(500, len(encoded))])
	var err error
	if r.sketcher, err = joint.NewSketcher(p); err != nil {
		panic(err)
	}
	all, hours := newSums(p), make([]*sums, cycle.Cells())
	for i := range hours {
		hours[i] = newSums(p)
	}
	errors, sketch := make([]float64, len(t.rows)), r.sketcher.NewSketch()
	for i, row := range t.rows {
		r.sketcher.Sketch(r.bins(row), sketch)
		errors[i] = sketch.Error
		all.add(sketch)
		if len(hours) > 0 {
			hours[cycle.Cell(time.Unix(int64(t.hour(i))*3600, 0), time.UTC)].add(sketch)
		}
	}
	j.All = all.means()
	j.ErrorOptimism = multivariate.Optimism(matrix, len(j.Components), float64(len(t.rows))) / (2 * j.All.Error)
	for _, h := range hours {
		j.Hours = append(j.Hours, h.means())
	}
	j.ErrorBounds, j.ErrorStdDev = quantiles(errors, 19), deviation(errors)
	j.Trace, j.TraceSquared = r.traces()
	return r
}

func variable(name string, t *sample, column int) *profile.Variable {
	v := &profile.Variable{Name: name, Type: profile.Numeric}
	if k := t.categories[column]; k > 0 {
		v.Type = profile.Categorical
		for c := range k {
			v.Categories = append(v.Categories, fmt.Sprint(c))
		}
		v.Counts = make([]uint64, k+1)
		v.Rollup = make([]int, k+1)
		for i := range v.Rollup {
			v.Rollup[i] = i
		}
	} else {
		var xs []float64
		for _, row := range t.rows {
			if x := row[column]; x == x {
				xs = append(xs, x)
			}
		}
		v.Bounds = quantiles(xs, profile.MaxFineBins-1)
		v.Counts = make([]uint64, len(v.Bounds)+1)
		v.Min, v.Max, v.StdDev = slices.Min(xs), slices.Max(xs), deviation(xs)
		v.Rollup = starts(len(v.Counts), profile.MaxRollupBins)
		v.Deciles = starts(len(v.Counts), profile.MaxDeciles)
	}
	for _, row := range t.rows {
		if bin := binOf(v, row[column]); bin >= 0 {
			v.Counts[bin]++
		} else {
			v.Missing++
		}
	}
	return v
}

// starts are the first bins of so many views of equal width; bins must be a multiple of them, as those of continuous values are.
func starts(bins, views int) []int {
	var first []int
	for i := range views {
		first = append(first, i*bins/views)
	}
	return first
}

func binOf(v *profile.Variable, x float64) int32 {
	switch {
	case x != x:
		return -1
	case v.Type == profile.Numeric:
		return int32(sort.SearchFloat64s(v.Bounds, x))
	}
	return int32(x)
}

func (r *learned) bins(row []float64) []int32 {
	bins := make([]int32, len(row))
	for i, v := range r.profile.Features {
		bins[i] = binOf(v, row[i])
	}
	return bins
}

func quantiles(xs []float64, count int) []float64 {
	sorted := slices.Sorted(slices.Values(xs))
	var bounds []float64
	for i := 1; i <= count; i++ {
		b := sorted[i*len(sorted)/(count+1)]
		if len(bounds) == 0 || b > bounds[len(bounds)-1] {
			bounds = append(bounds, b)
		}
	}
	return bounds
}

func deviation(xs []float64) float64 {
	var n, sum, squares float64
	for _, x := range xs {
		n, sum, squares = n+1, sum+x, squares+x*x
	}
	return math.Sqrt((squares - sum*sum/n) / (n - 1))
}

// traces of the random features' covariance, over at most 4,000 rows.
func (r *learned) traces() (trace, squared float64) {
	cosines, sines := multivariate.PhaseMeans(profile.PhaseBins)
	k := r.profile.Joint.Frequencies
	scale := 1 / math.Sqrt(float64(k))
	features, row, sketch := multivariate.NewCovariance(2*k), make([]float64, 2*k), r.sketcher.NewSketch()
	for _, x := range r.table.rows[:min(4000, len(r.table.rows))] {
		r.sketcher.Sketch(r.bins(x), sketch)
		for f, bin := range sketch.Phases {
			row[f], row[k+f] = cosines[bin]*scale, sines[bin]*scale
		}
		features.Add(row)
	}
	return multivariate.Traces(features.Matrix())
}

// sums of sketches.
type sums struct {
	profile               *profile.Profile
	n                     uint64
	phases                [][]uint64
	error                 float64
	errors                []uint64
	residuals             []float64
	firsts, squares, prod []float64
	cells                 map[int]uint64 // by hour
}

func newSums(p *profile.Profile) *sums {
	k := len(p.Joint.Correlated)
	s := &sums{profile: p, phases: make([][]uint64, p.Joint.Frequencies), errors: make([]uint64, len(p.Joint.ErrorBounds)+1), residuals: make([]float64, len(p.Joint.Features)),
		firsts: make([]float64, k), squares: make([]float64, k), prod: make([]float64, k*(k-1)/2), cells: map[int]uint64{}}
	for i := range s.phases {
		s.phases[i] = make([]uint64, profile.PhaseBins)
	}
	return s
}

func (s *sums) add(x *joint.Sketch) {
	s.n++
	for k, bin := range x.Phases {
		s.phases[k][bin]++
	}
	s.error += x.Error
	s.errors[sort.SearchFloat64s(s.profile.Joint.ErrorBounds, x.Error)]++
	for i, r := range x.Residuals {
		s.residuals[i] += r
	}
	at := 0
	for i, a := range x.Correlated {
		s.firsts[i] += a
		s.squares[i] += a * a
		for _, b := range x.Correlated[i+1:] {
			s.prod[at] += a * b
			at++
		}
	}
}

func (s *sums) meansOf(of []float64) []float64 {
	means := make([]float64, len(of))
	for i, x := range of {
		means[i] = x / float64(s.n)
	}
	return means
}

func (s *sums) means() profile.JointMeans {
	if s.n == 0 {
		return profile.JointMeans{}
	}
	m := profile.JointMeans{Count: s.n, Error: s.error / float64(s.n), Residuals: s.meansOf(s.residuals), Means: s.meansOf(s.firsts), Squares: s.meansOf(s.squares), Products: s.meansOf(s.prod)}
	for _, counts := range s.phases {
		c, sine := multivariate.MeanPhase(counts)
		m.Cosines, m.Sines = append(m.Cosines, c), append(m.Sines, sine)
	}
	return m
}

// window makes the summaries of some rows, as the connector does.
func (r *learned) window(name string, t *sample, from, to int) *summary.Window {
	p := r.profile
	s, sketch := newSums(p), r.sketcher.NewSketch()
	counts := make([][]uint64, len(p.Features))
	for i, v := range p.Features {
		counts[i] = make([]uint64, len(v.Counts)+1)
	}
	missing := make([]uint64, len(p.Features))
	hours := map[int]uint64{}
	for i := from; i < to; i++ {
		bins := r.bins(t.rows[i])
		for f, b := range bins {
			if b < 0 {
				missing[f]++
			} else {
				counts[f][b]++
			}
		}
		r.sketcher.Sketch(bins, sketch)
		s.add(sketch)
		hours[t.hour(i)]++
	}
	w := &summary.Window{Name: name, Group: summary.Group{Model: "m"}, Series: s.series(hours)}
	for f, v := range p.Features {
		w.Series = append(w.Series, featureSeries(v, counts[f], missing[f], hours)...)
	}
	sortSeries(w)
	return w
}

func sortSeries(w *summary.Window) {
	slices.SortStableFunc(w.Series, func(a, b summary.Series) int { return strings.Compare(a.Metric, b.Metric) })
}

func hourCounts(hours map[int]uint64) (list []summary.HourCount) {
	for h, n := range hours {
		list = append(list, summary.HourCount{Hour: int64(h), Count: n})
	}
	slices.SortFunc(list, func(a, b summary.HourCount) int { return int(a.Hour - b.Hour) })
	return list
}

func featureSeries(v *profile.Variable, counts []uint64, missing uint64, hours map[int]uint64) (all []summary.Series) {
	name := summary.Attribute{Key: semconv.AttrFeatureName, Value: v.Name}
	if v.Type == profile.Numeric {
		all = append(all, summary.Series{Metric: semconv.MetricFeatureValue, Attributes: []summary.Attribute{name}, Hours: hourCounts(hours),
			Histogram: &summary.Histogram{Bounds: v.Bounds, Counts: counts[:len(v.Counts)], Sum: math.NaN(), Min: math.NaN(), Max: math.NaN()}})
	} else {
		for i, c := range counts {
			category := profile.Unseen
			if i < len(v.Categories) {
				category = v.Categories[i]
			} else if i == len(v.Categories) {
				category = profile.Other
			}
			if c > 0 {
				all = append(all, summary.Series{Metric: semconv.MetricFeatureCategories, Attributes: []summary.Attribute{{Key: semconv.AttrFeatureCategory, Value: category}, name}, Sum: float64(c), Hours: hourCounts(hours)})
			}
		}
	}
	if missing > 0 {
		all = append(all, summary.Series{Metric: semconv.MetricFeatureInvalid, Attributes: []summary.Attribute{name, {Key: semconv.AttrInvalidReason, Value: "missing"}}, Sum: float64(missing)})
	}
	return all
}

func (s *sums) series(hours map[int]uint64) (all []summary.Series) {
	j := s.profile.Joint
	for k, counts := range s.phases {
		all = append(all, summary.Series{Metric: semconv.MetricJointPhase, Hours: hourCounts(hours),
			Attributes: []summary.Attribute{{Key: semconv.AttrProjectionIndex, Value: fmt.Sprintf("%03d", k)}},
			Histogram:  &summary.Histogram{Bounds: multivariate.PhaseBounds(profile.PhaseBins), Counts: counts, Sum: math.NaN(), Min: math.NaN(), Max: math.NaN()}})
	}
	all = append(all, summary.Series{Metric: semconv.MetricJointReconstructionError, Histogram: &summary.Histogram{Bounds: j.ErrorBounds, Counts: s.errors, Sum: s.error, Min: math.NaN(), Max: math.NaN()}})
	for i, x := range s.residuals {
		all = append(all, summary.Series{Metric: semconv.MetricJointResidual, Attributes: []summary.Attribute{{Key: semconv.AttrFeatureName, Value: j.Features[i]}},
			Histogram: &summary.Histogram{Counts: []uint64{s.n}, Sum: x, Min: math.NaN(), Max: math.NaN()}})
	}
	at := 0
	for a, first := range j.Correlated {
		for _, second := range j.Correlated[a+1:] {
			if s.prod[at] != 0 {
				all = append(all, summary.Series{Metric: semconv.MetricJointProduct, Sum: s.prod[at],
					Attributes: []summary.Attribute{{Key: semconv.AttrFeatureName, Value: first}, {Key: semconv.AttrFeatureOther, Value: second}}})
			}
			at++
		}
	}
	return all
}

// learnLimits judges chunks of so many rows of the reference, a quarter of a chunk apart, each against the rest.
func (r *learned) learnLimits(j *Judge, window string, rows int) {
	p := r.profile
	limits := map[string]profile.Limit{}
	sketches := make([]joint.Sketch, len(r.table.rows))
	for i, row := range r.table.rows {
		s := r.sketcher.NewSketch()
		r.sketcher.Sketch(r.bins(row), s)
		sketches[i] = *s
	}
	for first := 0; first+rows <= len(r.table.rows); first += max(1, rows/4) {
		all, cells := newSums(p), make([]*sums, max(1, len(p.Joint.Hours)))
		for i := range cells {
			cells[i] = newSums(p)
		}
		hours := map[int]uint64{}
		for i := first; i < first+rows; i++ {
			h := r.table.hour(i)
			hours[h]++
			all.add(&sketches[i])
			cells[p.Rhythm.Cycle.Cell(time.Unix(int64(h)*3600, 0), time.UTC)].add(&sketches[i])
		}
		exclude := make([]profile.JointMeans, len(cells))
		for i, c := range cells {
			exclude[i] = c.means()
		}
		for name, stray := range j.StrayJoint(p, all.means(), p.Joint.At(p.Rhythm.Mix(hourCounts(hours)), exclude)) {
			l := limits[name]
			l.Greatest = max(l.Greatest, stray)
			l.Chunks++
			limits[name] = l
		}
	}
	if p.Joint.Limits == nil {
		p.Joint.Limits = map[string]map[string]profile.Limit{}
	}
	p.Joint.Limits[window] = limits
}

// byName has the values by metric and the attributes' values.
func byName(points []judge.Point) map[string]float64 {
	all := make(map[string]float64, len(points))
	for _, p := range points {
		name := p.Metric
		for _, a := range p.Attributes {
			name += " " + a.Value
		}
		all[name] = p.Value
	}
	return all
}
