package build

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/leeway-ml/leeway/profile"
)

// quantileLevels are the quantiles that a profile keeps.
var quantileLevels = []string{"0.01", "0.05", "0.1", "0.25", "0.5", "0.75", "0.9", "0.95", "0.99"}

// variable is one variable of the profile, and where its values are.
type variable struct {
	*profile.Variable
	key    string
	column int
	// ofClass: only rows whose class column has this text; used where classColumn is not -1.
	classColumn int
	ofClass     string
	index       map[string]int // of its categories
}

// variables makes the profile's variables, with bins but without counts, and puts them into p. It returns them in the order
// of p.Keys().
func (s *survey) variables(p *profile.Profile, warn func(string, ...any)) ([]*variable, error) {
	var all []*variable
	for i, c := range s.columns {
		if c.role != feature {
			continue
		}
		name := s.schema.Names[i]
		if c.observer.holdsArrays() {
			if err := s.vector(name, i, c.observer, warn); err != nil {
				return nil, err
			}
			continue
		}
		if reason := s.unfit(name, c.observer); reason != "" {
			if slices.Contains(s.options.Features, name) {
				return nil, fmt.Errorf("--features %s: the column %s", name, reason)
			}
			warn("column %s %s: left out", name, reason)
			continue
		}
		v, err := s.variable(profile.FeatureKey(name), name, c.observer, warn)
		if err != nil {
			return nil, err
		}
		v.column = i
		p.Features = append(p.Features, v.Variable)
		all = append(all, v)
	}
	scores, err := s.scores(p, warn)
	if err != nil {
		return nil, err
	}
	all = append(all, scores...)
	for _, one := range []struct {
		key, column string
		slot        **profile.Variable
		want        bool
	}{
		{profile.KeyClass, s.options.ClassColumn, &p.Class, true},
		{profile.KeyValue, s.options.ValueColumn, &p.Value, true},
		{profile.KeyTrueClass, s.options.LabelColumn, &p.TrueClass, !s.options.regression()},
		{profile.KeyTrueValue, s.options.LabelColumn, &p.TrueValue, s.options.regression()},
	} {
		o := s.observerOf(one.column)
		if one.column == "" || !one.want || o == nil {
			continue
		}
		if o.n == 0 || o.kind() == profile.Numeric && o.numbers == 0 {
			return nil, fmt.Errorf("column %s has no values", one.column)
		}
		v, err := s.variable(one.key, one.column, o, warn)
		if err != nil {
			return nil, err
		}
		v.column = s.schema.Find(one.column)
		*one.slot = v.Variable
		all = append(all, v)
	}
	return all, nil
}

// vector keeps a column of arrays as a vector input, if it is one.
func (s *survey) vector(name string, column int, o *observer, warn func(string, ...any)) error {
	length, ok := o.length()
	var reason string
	switch {
	case !ok:
		reason = "that are not all numbers, or of several lengths"
	case length > profile.MaxVectorDimensions:
		reason = fmt.Sprintf("of %d numbers, more than %d", length, profile.MaxVectorDimensions)
	case len(s.vectors) == profile.MaxVectors:
		reason = fmt.Sprintf("as %d others do, which is all that a profile keeps", profile.MaxVectors)
	default:
		s.vectors = append(s.vectors, newVectorInput(name, column, length))
		return nil
	}
	if slices.Contains(s.options.Features, name) {
		return fmt.Errorf("--features %s: the column holds lists %s", name, reason)
	}
	warn("column %s holds lists %s: left out", name, reason)
	return nil
}

// unfit says why a column is no feature, "" where it is one. A column that was asked for by name or type may be anything.
func (s *survey) unfit(name string, o *observer) string {
	switch {
	case s.options.BinsOf != nil && s.options.BinsOf.Feature(name) != nil:
		return "" // a part of the rows may well have no values
	case o.n == 0:
		return "has no values"
	case o.kind() == profile.Numeric && o.numbers == 0:
		return "has no finite values"
	case slices.Contains(s.options.Features, name) || s.options.Types[name] != "":
		return ""
	}
	if reason := o.identifier(); reason != "" {
		return reason + " and so seems to be an identifier (name it with --id-column, or with --features if it is an input)"
	}
	return ""
}

// scores makes the scores' variables.
func (s *survey) scores(p *profile.Profile, warn func(string, ...any)) ([]*variable, error) {
	o := s.options
	var all []*variable
	add := func(class, column string, from *observer) (*variable, error) {
		v, err := s.variable(profile.ScoreKey(class), class, from, warn)
		if err != nil {
			return nil, err
		}
		v.column = s.schema.Find(column)
		p.Scores = append(p.Scores, v.Variable)
		all = append(all, v)
		return v, nil
	}
	empty := func(column string) error { return fmt.Errorf("column %s has no values", column) }
	switch {
	case p.Task == profile.Multiclass && o.ScoreColumn != "":
		if o.ClassColumn == "" {
			return nil, fmt.Errorf("--score-column %s: in a multiclass task the score is for the predicted class; name its column with --class-column", o.ScoreColumn)
		}
		for _, class := range slices.Sorted(maps.Keys(s.byClass)) {
			if s.byClass[class].numbers == 0 {
				continue
			}
			v, err := add(class, o.ScoreColumn, s.byClass[class])
			if err != nil {
				return nil, err
			}
			v.classColumn, v.ofClass = s.schema.Find(o.ClassColumn), class
		}
	case p.Task == profile.Multiclass:
		for _, class := range slices.Sorted(maps.Keys(o.ProbabilityColumns)) {
			column := o.ProbabilityColumns[class]
			if s.observerOf(column).numbers == 0 {
				return nil, empty(column)
			}
			if _, err := add(class, column, s.observerOf(column)); err != nil {
				return nil, err
			}
		}
	default:
		column := o.ScoreColumn
		if named, ok := o.ProbabilityColumns[p.PositiveClass]; ok {
			column = named
		} else if len(o.ProbabilityColumns) > 0 {
			return nil, fmt.Errorf("--probability-column: none is given for the positive class %q", p.PositiveClass)
		}
		if column == "" {
			return nil, nil
		}
		if s.observerOf(column).numbers == 0 {
			return nil, empty(column)
		}
		class := p.PositiveClass
		if class == "" { // a ranking's scores are for no class
			class = "1"
		}
		if _, err := add(class, column, s.observerOf(column)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// variable makes a variable out of what is known of its column.
func (s *survey) variable(key, name string, o *observer, warn func(string, ...any)) (*variable, error) {
	v := &variable{Variable: &profile.Variable{Name: name, Type: o.kind()}, key: key, classColumn: -1}
	switch v.Type {
	case profile.Numeric:
		if o.numbers == 0 {
			break // the bins are another profile's
		}
		setNumericBins(v.Variable, o.quantiles, s.options.Bins)
		v.Min, v.Max, v.Mean, v.StdDev = o.numeric.min, o.numeric.max, o.numeric.mean, o.numeric.stdDev()
		v.Quantiles = map[string]float64{}
		for _, level := range quantileLevels {
			p, _ := strconv.ParseFloat(level, 64)
			v.Quantiles[level] = o.quantiles.at(p)
		}
		if o.others+o.booleans > 0 {
			warn("column %s is numeric, but %d of %d values are not; they count as of the wrong type. The first: %s", name, o.others+o.booleans, o.n, o.firstOther)
		}
		if o.nonFinite > 0 {
			warn("column %s: %d of %d values are NaN or infinite, or beyond 1e100", name, o.nonFinite, o.n)
		}
		if v.Min == v.Max {
			warn("column %s is constant: %v", name, v.Min)
		}
	case profile.Boolean:
		categories := o.categories.most(2)
		for _, c := range []string{"false", "true"} {
			if !slices.Contains(categories, c) {
				categories = append(categories, c)
				warn("column %s is constant: %s is all that it has", name, categories[0])
			}
		}
		setCategories(v.Variable, categories)
	default:
		setCategories(v.Variable, o.categories.most(s.options.Categories))
		if len(v.Categories) == 1 && uint64(len(o.categories.counts)) == 1 {
			warn("column %s is constant: %s", name, quote(v.Categories[0]))
		}
		if o.numbers+o.nonFinite > o.n/2 && o.forced == "" {
			warn("column %s is mostly numbers, but taken as categorical, as %d of %d values are not. The first: %s. If they mean missing values, name them with --missing", name, o.others+o.booleans, o.n, o.firstOther)
		}
		if more := len(o.categories.counts) - len(v.Categories); more > 0 || !o.categories.exact {
			warn("column %s has more than %d categories; the rest counts as other", name, len(v.Categories))
		}
	}
	if err := s.takeBins(v, warn); err != nil {
		return nil, err
	}
	if v.Type != profile.Numeric {
		v.index = make(map[string]int, len(v.Categories))
		for i, c := range v.Categories {
			v.index[c] = i
		}
	}
	return v, nil
}

// takeBins replaces the variable's bins by those of Options.BinsOf.
func (s *survey) takeBins(v *variable, warn func(string, ...any)) error {
	if s.options.BinsOf == nil {
		return nil
	}
	from := s.options.BinsOf.Variable(v.key)
	if from == nil {
		warn("%s is not in the profile of --bins-from, and has bins of its own", v.key)
		return nil
	}
	if from.Type != v.Type {
		return fmt.Errorf("--bins-from: there %s is %s, here it is %s", v.key, from.Type, v.Type)
	}
	v.Bounds, v.Discrete, v.Categories = slices.Clone(from.Bounds), from.Discrete, slices.Clone(from.Categories)
	v.Rollup, v.Deciles = slices.Clone(from.Rollup), slices.Clone(from.Deciles)
	v.Counts = make([]uint64, len(from.Counts))
	return nil
}
