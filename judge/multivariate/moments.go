package multivariate

import (
	"math"
	"slices"
	"sync"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/joint"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// readMoments fills in means, squares and products of Joint.Correlated, and returns how many rows have a value of each. A normal score is
// a function of the bin, so that the sums of a feature follow from its own summary; where that is not of the same rows and the same bins, the
// feature has no value. ok is false where the products are those of other features.
func (j *Judge) readMoments(w *summary.Window, p *profile.Profile, means *profile.JointMeans) (filled []float64, ok bool) {
	correlated := p.Joint.Correlated
	products, ok := readProducts(w, correlated, float64(means.Count))
	if !ok {
		return nil, false
	}
	means.Products = products
	means.Means, means.Squares = make([]float64, len(correlated)), make([]float64, len(correlated))
	filled = make([]float64, len(correlated))
	binned := readBins(w, p, correlated)
	encoder := j.encoders.of(p)
	for i := range correlated {
		scores, x := encoder.Scores(i), &binned[i]
		if x.unlike || x.rows != means.Count || len(scores) < len(x.counts) {
			continue
		}
		var n, sum, squares float64
		for bin, c := range x.counts {
			n += float64(c)
			sum += float64(c) * scores[bin]
			squares += float64(c) * scores[bin] * scores[bin]
		}
		filled[i] = n
		means.Means[i], means.Squares[i] = sum/float64(means.Count), squares/float64(means.Count)
	}
	return filled, true
}

// bins are a feature's counts by fine bin, or by category with Other and Unseen, in the window.
type bins struct {
	counts []uint64
	rows   uint64 // those in bins and those without a value
	unlike bool   // some were counted over other bins
}

func readBins(w *summary.Window, p *profile.Profile, names []string) []bins {
	all := make([]bins, len(names))
	variables := make([]*profile.Variable, len(names))
	index := make(map[string]int, len(names))
	for i, name := range names {
		index[name], variables[i] = i, p.Feature(name)
		all[i].unlike = variables[i] == nil
	}
	each := func(metric string, do func(s *summary.Series, v *profile.Variable, x *bins)) {
		series := w.Of(metric)
		for k := range series {
			if i, ok := index[series[k].Attribute(semconv.AttrFeatureName)]; ok && variables[i] != nil {
				do(&series[k], variables[i], &all[i])
			}
		}
	}
	each(semconv.MetricFeatureValue, func(s *summary.Series, v *profile.Variable, x *bins) {
		h := s.Histogram
		if v.Type != profile.Numeric || h == nil || len(h.Counts) != len(v.Counts) || !slices.Equal(h.Bounds, v.Bounds) {
			x.unlike = true
			return
		}
		x.counts = plus(x.counts, h.Counts)
		x.rows += h.Count()
	})
	each(semconv.MetricFeatureCategories, func(s *summary.Series, v *profile.Variable, x *bins) {
		if v.Type == profile.Numeric {
			x.unlike = true
			return
		}
		if x.counts == nil {
			x.counts = make([]uint64, len(v.Categories)+2)
		}
		bin, seen := v.Category(s.Attribute(semconv.AttrFeatureCategory))
		if !seen {
			bin = len(v.Categories) + 1
		}
		x.counts[bin] += countOf(s)
		x.rows += countOf(s)
	})
	each(semconv.MetricFeatureInvalid, func(s *summary.Series, _ *profile.Variable, x *bins) {
		switch s.Attribute(semconv.AttrInvalidReason) {
		case "missing", "type", "non_finite":
			x.rows += countOf(s)
		}
	})
	return all
}

// countOf is a sum's value as a count; what is negative or not finite is none.
func countOf(s *summary.Series) uint64 {
	if !(s.Sum > 0) || math.IsInf(s.Sum, 1) {
		return 0
	}
	return uint64(math.Round(s.Sum))
}

// readProducts gives the mean product of each pair. Sums of exactly 0 are not sent; ok is false where none was, or one is of a pair
// that the profile does not have.
func readProducts(w *summary.Window, correlated []string, rows float64) (means []float64, ok bool) {
	index := make(map[string]int, len(correlated))
	for i, name := range correlated {
		index[name] = i
	}
	k := len(correlated)
	means = make([]float64, k*(k-1)/2)
	for _, s := range w.Of(semconv.MetricJointProduct) {
		a, first := index[s.Attribute(semconv.AttrFeatureName)]
		b, second := index[s.Attribute(semconv.AttrFeatureOther)]
		if !first || !second || a >= b || math.IsNaN(s.Sum) || math.IsInf(s.Sum, 0) {
			return nil, false
		}
		means[a*(2*k-a-1)/2+b-a-1] += s.Sum / rows
		ok = true
	}
	return means, ok
}

// encoders keep those of the profiles' correlated features: making one takes a fraction of a millisecond.
type encoders struct {
	mu   sync.Mutex
	kept map[*profile.Profile]*joint.Encoder
}

// maxEncoders are kept; profiles that were replaced go when it is full.
const maxEncoders = 500

// of must be asked for a profile that has all of its correlated features.
func (e *encoders) of(p *profile.Profile) *joint.Encoder {
	e.mu.Lock()
	defer e.mu.Unlock()
	if encoder, ok := e.kept[p]; ok {
		return encoder
	}
	variables := make([]*profile.Variable, len(p.Joint.Correlated))
	for i, name := range p.Joint.Correlated {
		if variables[i] = p.Feature(name); variables[i] == nil {
			variables[i] = &profile.Variable{}
		}
	}
	if len(e.kept) >= maxEncoders {
		clear(e.kept)
	}
	if e.kept == nil {
		e.kept = make(map[*profile.Profile]*joint.Encoder)
	}
	encoder := joint.NewEncoder(variables)
	e.kept[p] = encoder
	return encoder
}
