package drift

import (
	"cmp"
	"math"
	"slices"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// observed is what a window's series say about one variable.
type observed struct {
	name     string
	variable *profile.Variable // nil where the profile has none
	numeric  histogram
	// categories are counts over the variable's categories, Other and Unseen; nil where there were none or no variable.
	categories []uint64
	counted    uint64 // observations in categories, known to the profile or not
	missing    uint64
	wrong      uint64 // of the wrong type, or not finite: in no bin
	outOfRange uint64
	hours      hours // of the observations in bins
	absent     hours // of the missing values
}

// n is how many observations are in a bin. Numbers of a variable that the profile knows by categories are not, nor are
// categories of a numeric one.
func (o *observed) n() uint64 {
	switch {
	case o.variable == nil:
		return o.numeric.n + o.counted
	case o.variable.Type == profile.Numeric:
		return o.numeric.n
	}
	return o.counted
}

// importance of the feature to the model; 0 where the profile does not say.
func (o *observed) importance() float64 {
	if o.variable == nil || o.variable.Importance == nil {
		return 0
	}
	return *o.variable.Importance
}

// addHistogram takes in a numeric series.
func (o *observed) addHistogram(s *summary.Series) {
	o.numeric.addSeries(s, numericOnly(o.variable))
	o.hours.add(s.Hours)
}

func numericOnly(v *profile.Variable) *profile.Variable {
	if v == nil || v.Type != profile.Numeric {
		return nil
	}
	return v
}

// addCategory takes in the count of one category.
func (o *observed) addCategory(category string, s *summary.Series) {
	n := countOf(s)
	if n == 0 {
		return
	}
	o.counted += n
	o.hours.add(s.Hours)
	if o.variable == nil || o.variable.Type == profile.Numeric {
		return
	}
	if o.categories == nil {
		o.categories = make([]uint64, len(o.variable.Categories)+2)
	}
	index, seen := o.variable.Category(category)
	if !seen {
		index = len(o.categories) - 1
	}
	o.categories[index] += n
}

// addInvalid takes in the count of one reason. Values out of range, and unseen categories, are in bins as well.
func (o *observed) addInvalid(reason string, s *summary.Series) {
	switch n := countOf(s); reason {
	case "missing":
		o.missing += n
		o.absent.add(s.Hours)
	case "type", "non_finite":
		o.wrong += n
	case "out_of_range":
		o.outOfRange += n
	}
}

// countOf is a sum's value as a count; what is negative or not finite is none.
func countOf(s *summary.Series) uint64 {
	if !(s.Sum > 0) || math.IsInf(s.Sum, 1) {
		return 0
	}
	return uint64(math.Round(s.Sum))
}

// hours are counts by hour, added up from series. The zero value is empty.
type hours struct {
	counts []summary.HourCount // sorted by hour
	owned  bool                // counts is ours to change
}

// add takes in another sorted list, which is not changed.
func (h *hours) add(from []summary.HourCount) {
	switch {
	case len(from) == 0:
	case len(h.counts) == 0:
		h.counts = from
	default:
		if !h.owned {
			h.counts, h.owned = slices.Clone(h.counts), true
		}
		if !addHours(h.counts, from) {
			h.counts = mergeHours(h.counts, from)
		}
	}
}

// addHours adds in place, as far as into has the hours; false, and nothing done, where it lacks one.
func addHours(into, from []summary.HourCount) bool {
	i := 0
	for _, f := range from {
		for i < len(into) && into[i].Hour < f.Hour {
			i++
		}
		if i == len(into) || into[i].Hour != f.Hour {
			return false
		}
	}
	i = 0
	for _, f := range from {
		for into[i].Hour < f.Hour {
			i++
		}
		into[i].Count += f.Count
	}
	return true
}

func mergeHours(a, b []summary.HourCount) []summary.HourCount {
	merged := make([]summary.HourCount, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch x, y := a[0], b[0]; cmp.Compare(x.Hour, y.Hour) {
		case -1:
			merged, a = append(merged, x), a[1:]
		case 1:
			merged, b = append(merged, y), b[1:]
		default:
			merged = append(merged, summary.HourCount{Hour: x.Hour, Count: x.Count + y.Count})
			a, b = a[1:], b[1:]
		}
	}
	return append(append(merged, a...), b...)
}

// features gathers a window's features, sorted by name.
func features(w *summary.Window, p *profile.Profile) []*observed {
	byName := make(map[string]*observed)
	of := func(s *summary.Series) *observed {
		name := s.Attribute(semconv.AttrFeatureName)
		o := byName[name]
		if o == nil {
			o = &observed{name: name}
			if p != nil {
				o.variable = p.Feature(name)
			}
			byName[name] = o
		}
		return o
	}
	each(w, semconv.MetricFeatureValue, func(s *summary.Series) { of(s).addHistogram(s) })
	each(w, semconv.MetricFeatureCategories, func(s *summary.Series) {
		of(s).addCategory(s.Attribute(semconv.AttrFeatureCategory), s)
	})
	each(w, semconv.MetricFeatureInvalid, func(s *summary.Series) {
		of(s).addInvalid(s.Attribute(semconv.AttrInvalidReason), s)
	})
	sorted := make([]*observed, 0, len(byName))
	for _, o := range byName {
		sorted = append(sorted, o)
	}
	slices.SortFunc(sorted, func(a, b *observed) int { return cmp.Compare(a.name, b.name) })
	return sorted
}

func each(w *summary.Window, metric string, do func(*summary.Series)) {
	series := w.Of(metric)
	for i := range series {
		do(&series[i])
	}
}

// values gathers the series of a metric into one numeric variable; only those for which is holds.
func values(w *summary.Window, metric string, v *profile.Variable, is func(*summary.Series) bool) *observed {
	o := &observed{variable: v}
	each(w, metric, func(s *summary.Series) {
		if is == nil || is(s) {
			o.addHistogram(s)
		}
	})
	return o
}

// classes gathers a sum by class into one categorical variable.
func classes(w *summary.Window, metric, attribute string, v *profile.Variable) *observed {
	o := &observed{variable: v}
	each(w, metric, func(s *summary.Series) {
		if class := s.Attribute(attribute); class != "" {
			o.addCategory(class, s)
		}
	})
	return o
}
