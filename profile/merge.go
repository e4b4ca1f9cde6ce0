package profile

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/leeway-ml/leeway/stats/distance"
)

// Merge is the profile of the rows of both: of two months, say, or of two shards. Both must describe the same model and
// version and have the same variables with the same bins; nothing is changed in either.
//
// Counts, by bin, hour and segment, add up, and mean and standard deviation are pooled (Chan, Golub, LeVeque 1983): they are
// those of the rows together. Two things are not:
//   - quantiles are computed anew from the bins, and so are off by at most a bin's width;
//   - a limit is the greater of the two: each chunk was judged against the rest of its own part, not of the whole. Of the
//     quality that chunks had, it is the worse.
//
// Importances are the first's, or the second's where the first has none: they are in a unit of their own, and one model has one set of
// them.
//
// A merged profile has no Joint and no Vectors, unless one of the two has no rows: both are of numbers that are measured from their own
// reference, whose components, means and bandwidth are not those of the whole.
//
// Bins stay as they are: over the rows of both they need not be equal-mass, nor categories ordered by frequency.
// The digest of the files is dropped, as there is none of both.
func Merge(a, b *Profile) (*Profile, error) {
	if a == nil || b == nil {
		return nil, errors.New("merge: a profile is missing")
	}
	if err := mergeable(a, b); err != nil {
		return nil, fmt.Errorf("can't be merged: %w", err)
	}
	m := *a
	if b.Created.After(a.Created) {
		m.Created = b.Created
	}
	m.Provenance = mergeProvenance(a.Provenance, b.Provenance)
	both := func(x, y *Variable) *Variable {
		if x == nil {
			return nil
		}
		return mergeVariable(x, y)
	}
	m.Features, m.Scores = nil, nil
	for _, v := range a.Features {
		m.Features = append(m.Features, both(v, b.Feature(v.Name)))
	}
	for _, v := range a.Scores {
		m.Scores = append(m.Scores, both(v, b.Score(v.Name)))
	}
	m.takeImportances(a, b)
	m.Class, m.Value = both(a.Class, b.Class), both(a.Value, b.Value)
	m.TrueClass, m.TrueValue = both(a.TrueClass, b.TrueClass), both(a.TrueValue, b.TrueValue)
	m.Segments = mergeSegments(a.Segments, b.Segments)
	m.Joint, m.Vectors = mergeJoint(a, b)
	m.Outcomes = MergeOutcomes(a.Outcomes, b.Outcomes)
	m.QualityLimits = mergeQualityLimits(a.QualityLimits, b.QualityLimits)
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("can't be merged: together %w", err)
	}
	return &m, nil
}

// mergeable says why two profiles can't be merged.
func mergeable(a, b *Profile) error {
	for _, field := range []struct{ name, a, b string }{
		{"model", a.Model, b.Model},
		{"version", a.Version, b.Version},
		{"task", string(a.Task), string(b.Task)},
		{"positive_class", a.PositiveClass, b.PositiveClass},
		{"rhythm.cycle", string(a.Rhythm.Cycle), string(b.Rhythm.Cycle)},
		{"rhythm.time_zone", a.Rhythm.TimeZone, b.Rhythm.TimeZone},
	} {
		if field.a != field.b {
			return fmt.Errorf("%s is %q in one and %q in the other; it must be the same", field.name, field.a, field.b)
		}
	}
	for _, pair := range [][2]*Profile{{a, b}, {b, a}} {
		for _, key := range pair[0].Keys() {
			if pair[1].Variable(key) == nil {
				return fmt.Errorf("only one of them has %s; both must have the same variables", key)
			}
		}
	}
	for _, key := range a.Keys() {
		if what := binsDiffer(a.Variable(key), b.Variable(key)); what != "" {
			return fmt.Errorf("%s has other %s in the second; both must have the same bins: make one profile of all files instead", key, what)
		}
		if (a.Variable(key).Hours == nil) != (b.Variable(key).Hours == nil) {
			return fmt.Errorf("only one of them has hours of %s", key)
		}
	}
	return nil
}

// binsDiffer names what differs between the bins of two variables, "" where nothing does.
func binsDiffer(a, b *Variable) string {
	switch {
	case a.Type != b.Type:
		return "type"
	case !slices.Equal(a.Bounds, b.Bounds):
		return "bounds"
	case !slices.Equal(a.Categories, b.Categories):
		return "categories"
	case !slices.Equal(a.Rollup, b.Rollup):
		return "rollup"
	case !slices.Equal(a.Deciles, b.Deciles):
		return "deciles"
	}
	return ""
}

func mergeProvenance(a, b Provenance) Provenance {
	m := Provenance{
		Files: slices.Concat(a.Files, b.Files), Learned: a.Learned || b.Learned, Rows: a.Rows + b.Rows,
		Start: a.Start, End: a.End,
	}
	if a.Start.IsZero() || !b.Start.IsZero() && b.Start.Before(a.Start) {
		m.Start = b.Start
	}
	if b.End.After(a.End) {
		m.End = b.End
	}
	if a.TrainingRunID == b.TrainingRunID {
		m.TrainingRunID = a.TrainingRunID
	}
	if a.TrainingDatasetID == b.TrainingDatasetID {
		m.TrainingDatasetID = a.TrainingDatasetID
	}
	return m
}

func mergeVariable(a, b *Variable) *Variable {
	m := *a
	m.Discrete = a.Discrete && b.Discrete // one of them may have values that the bins were not made for
	m.Counts = addCounts(a.Counts, b.Counts)
	m.Missing += b.Missing
	m.WrongType += b.WrongType
	m.NonFinite += b.NonFinite
	if a.Hours != nil {
		m.Hours = &Hours{Missing: addCounts(a.Hours.Missing, b.Hours.Missing)}
		for i, row := range a.Hours.Counts {
			m.Hours.Counts = append(m.Hours.Counts, addCounts(row, b.Hours.Counts[i]))
		}
	}
	m.Limits = mergeLimits(a.Limits, b.Limits)
	m.mergeMoments(a, b)
	return &m
}

// mergeJoint is what is left of the references of inputs together, and of vectors.
func mergeJoint(a, b *Profile) (*Joint, []*Vector) {
	switch {
	case b.Provenance.Rows == 0:
		return a.Joint, a.Vectors
	case a.Provenance.Rows == 0:
		return b.Joint, b.Vectors
	}
	return nil, nil
}

// takeImportances gives the features those of the first profile that has any.
func (p *Profile) takeImportances(from ...*Profile) {
	for _, f := range from {
		if !slices.ContainsFunc(f.Features, func(v *Variable) bool { return v.Importance != nil }) {
			continue
		}
		for _, v := range p.Features {
			v.Importance = f.Feature(v.Name).Importance
		}
		return
	}
}

func addCounts(a, b []uint64) []uint64 {
	sum := make([]uint64, len(a))
	for i := range a {
		sum[i] = a[i] + b[i]
	}
	return sum
}

func (v *Variable) mergeMoments(a, b *Variable) {
	n, k := float64(a.Observed()), float64(b.Observed())
	switch {
	case v.Type != Numeric || k == 0:
		return
	case n == 0:
		v.Min, v.Max, v.Mean, v.StdDev, v.Quantiles = b.Min, b.Max, b.Mean, b.StdDev, maps.Clone(b.Quantiles)
		return
	}
	delta := b.Mean - a.Mean
	v.Mean = a.Mean + delta*k/(n+k)
	squares := (n-1)*a.StdDev*a.StdDev + (k-1)*b.StdDev*b.StdDev + delta*delta*n*k/(n+k)
	v.StdDev = math.Sqrt(squares / (n + k - 1))
	v.Min, v.Max = min(a.Min, b.Min), max(a.Max, b.Max)
	v.Quantiles = nil
	shares := v.Whole().Shares
	for q := range a.Quantiles {
		p, err := strconv.ParseFloat(q, 64)
		if err != nil {
			continue
		}
		x := distance.Quantile(shares, v.Bounds, v.Min, v.Max, p, v.Discrete)
		if math.IsNaN(x) {
			continue
		}
		if v.Quantiles == nil {
			v.Quantiles = map[string]float64{}
		}
		v.Quantiles[q] = max(v.Min, min(v.Max, x))
	}
}

func mergeLimits(a, b map[string]map[string]Limit) map[string]map[string]Limit {
	if len(a) == 0 && len(b) == 0 {
		return nil
	}
	m := map[string]map[string]Limit{}
	for _, from := range []map[string]map[string]Limit{a, b} {
		for window, statistics := range from {
			if m[window] == nil {
				m[window] = map[string]Limit{}
			}
			for statistic, l := range statistics {
				if old, ok := m[window][statistic]; ok {
					l = Limit{Greatest: max(old.Greatest, l.Greatest), Chunks: old.Chunks + l.Chunks}
				}
				m[window][statistic] = l
			}
		}
	}
	return m
}

// mergeQualityLimits keeps the worse of two.
func mergeQualityLimits(a, b map[string]map[string]QualityLimit) map[string]map[string]QualityLimit {
	if len(a) == 0 && len(b) == 0 {
		return nil
	}
	m := map[string]map[string]QualityLimit{}
	for _, from := range []map[string]map[string]QualityLimit{a, b} {
		for window, measures := range from {
			if m[window] == nil {
				m[window] = map[string]QualityLimit{}
			}
			for measure, l := range measures {
				if old, ok := m[window][measure]; ok {
					l = old.plus(l)
				}
				m[window][measure] = l
			}
		}
	}
	return m
}

// mergeSegments adds up the segments that both have and keeps those that one has.
func mergeSegments(a, b []Segment) []Segment {
	merged := slices.Clone(a)
	for _, s := range b {
		i := slices.IndexFunc(merged, func(t Segment) bool { return maps.Equal(s.Attributes, t.Attributes) })
		if i < 0 {
			merged = append(merged, s)
			continue
		}
		m := Segment{Attributes: s.Attributes, Rows: merged[i].Rows + s.Rows, Counts: maps.Clone(merged[i].Counts), Missing: maps.Clone(merged[i].Missing)}
		if m.Counts == nil {
			m.Counts = map[string][]uint64{}
		}
		for key, counts := range s.Counts {
			if old, ok := m.Counts[key]; ok {
				counts = addCounts(old, counts)
			}
			m.Counts[key] = counts
		}
		for key, n := range s.Missing {
			if m.Missing == nil {
				m.Missing = map[string]uint64{}
			}
			m.Missing[key] += n
		}
		merged[i] = m
	}
	return merged
}
