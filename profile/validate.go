package profile

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // rhythms name time zones; agents run in images without a zone database
)

// maxProblems is how many problems Validate reports at once.
const maxProblems = 10

// Validate checks everything that the rest of the program takes for granted. Its error has a line for each problem, at most
// ten: the path, what is there, and what would be right.
func (p *Profile) Validate() error {
	c := &checker{}
	if p.Schema != Schema {
		c.add("schema", "is %q; must be %q", p.Schema, Schema)
		return c.err()
	}
	if p.Model == "" {
		c.add("model", "is empty; must be the model's name")
	}
	switch p.Task {
	case "", Multiclass, Regression, Ranking:
	case Binary:
		if len(p.Scores) > 1 {
			c.add("scores", "has %d scores; a binary task has one, of the positive class", len(p.Scores))
		}
		if len(p.Scores) == 1 && p.Scores[0] != nil && p.Scores[0].Name != p.PositiveClass {
			c.add("positive_class", "is %q; must be %q, the class of scores[0]", p.PositiveClass, p.Scores[0].Name)
		}
	default:
		c.add("task", "is %q; must be binary, multiclass, regression, ranking or nothing", p.Task)
	}
	switch p.Rhythm.Cycle {
	case Week, Day, Steady:
	default:
		c.add("rhythm.cycle", "is %q; must be week, day or none", p.Rhythm.Cycle)
	}
	if zone := p.Rhythm.TimeZone; zone != "" {
		if _, err := time.LoadLocation(zone); err != nil || zone == "Local" {
			c.add("rhythm.time_zone", "is %q; must be a name of the IANA database like Europe/Berlin, or nothing for UTC", zone)
		}
	}
	if !p.Provenance.Start.IsZero() && p.Provenance.End.Before(p.Provenance.Start) {
		c.add("provenance.end", "is before provenance.start")
	}
	c.list("features", p.Features, p.Rhythm.Cycle)
	c.list("scores", p.Scores, p.Rhythm.Cycle)
	if slices.Contains(p.Features, nil) || slices.Contains(p.Scores, nil) {
		return c.err() // what follows looks variables up
	}
	for _, one := range []struct {
		path string
		v    *Variable
		want Type
	}{{KeyClass, p.Class, Categorical}, {KeyValue, p.Value, Numeric}, {KeyTrueClass, p.TrueClass, Categorical}, {KeyTrueValue, p.TrueValue, Numeric}} {
		if one.v == nil {
			continue
		}
		if one.v.Type != one.want {
			c.add(one.path+".type", "is %q; must be %q", one.v.Type, one.want)
			continue
		}
		c.variable(one.path, one.v, p.Rhythm.Cycle)
	}
	c.importances(p)
	for i, s := range p.Scores {
		if s != nil && s.Type != Numeric {
			c.add("scores["+strconv.Itoa(i)+"].type", "is %q; must be %q", s.Type, Numeric)
		}
	}
	c.segments(p)
	c.joint(p)
	c.vectors(p)
	c.outcomes(p)
	return c.err()
}

// checker collects problems.
type checker struct{ problems []error }

func (c *checker) add(path, format string, args ...any) {
	if len(c.problems) < maxProblems {
		c.problems = append(c.problems, fmt.Errorf("%s %s", path, fmt.Sprintf(format, args...)))
	}
}

func (c *checker) err() error { return errors.Join(c.problems...) }

// list checks variables that are told apart by their names.
func (c *checker) list(path string, list []*Variable, cycle Cycle) {
	first := map[string]int{}
	for i, v := range list {
		at := path + "[" + strconv.Itoa(i) + "]"
		if v == nil {
			c.add(at, "is null; must be an object")
			continue
		}
		if v.Name == "" {
			c.add(at+".name", "is empty; must be the column's name")
			continue
		}
		if before, ok := first[v.Name]; ok {
			c.add(at+".name", "is %q, as %s[%d].name; names must differ", v.Name, path, before)
		}
		first[v.Name] = i
		c.variable(at+" ("+v.Name+")", v, cycle)
	}
}

func (c *checker) variable(path string, v *Variable, cycle Cycle) {
	bins := 0
	switch v.Type {
	case Numeric:
		bins = c.numeric(path, v)
	case Categorical, Boolean:
		bins = c.categorical(path, v)
	default:
		c.add(path+".type", "is %q; must be numeric, categorical or boolean", v.Type)
		return
	}
	if len(v.Counts) != bins {
		c.add(path+".counts", "has %d elements; must have %d, one a bin", len(v.Counts), bins)
		return // the views can't be right either
	}
	var total uint64
	for i, n := range v.Counts {
		if total += n; total < n || total > math.MaxInt64 {
			c.add(fmt.Sprintf("%s.counts[%d]", path, i), "is %d; all counts together must stay below 2^63", n)
			return
		}
	}
	if !c.view(path+".rollup", v.Rollup, bins) {
		return
	}
	if v.Type == Numeric {
		if c.view(path+".deciles", v.Deciles, bins) {
			c.subset(path+".deciles", v.Deciles, v.Rollup)
		}
	} else if len(v.Deciles) > 0 {
		c.add(path+".deciles", "has %d elements; must be left out, only numeric variables have deciles", len(v.Deciles))
	}
	c.moments(path, v)
	if x := v.Importance; x != nil && !(*x >= 0 && !math.IsInf(*x, 1)) {
		c.add(path+".importance", "is %v; must be a finite number, 0 or more", *x)
	}
	c.hours(path+".hours", v, cycle)
	c.limits(path+".limits", v.Limits)
}

// importances checks that only features have one.
func (c *checker) importances(p *Profile) {
	for _, key := range p.Keys() {
		if v := p.Variable(key); v.Importance != nil && !strings.HasPrefix(key, FeatureKey("")) {
			c.add(key+".importance", "is %v; must be left out, only features have one", *v.Importance)
		}
	}
}

func (c *checker) numeric(path string, v *Variable) int {
	for i, b := range v.Bounds {
		switch {
		case math.IsNaN(b) || math.IsInf(b, 0):
			c.add(fmt.Sprintf("%s.bounds[%d]", path, i), "is %v; must be finite", b)
		case i > 0 && b <= v.Bounds[i-1]:
			c.add(fmt.Sprintf("%s.bounds[%d]", path, i), "is %v; must be greater than the bound before it, %v", b, v.Bounds[i-1])
		}
	}
	if len(v.Categories) > 0 {
		c.add(path+".categories", "has %d elements; must be left out, the variable is numeric", len(v.Categories))
	}
	bins := len(v.Bounds) + 1
	if v.Discrete && len(v.Counts) == bins {
		switch {
		case len(v.Bounds) < 2 || math.Nextafter(v.Bounds[0], math.Inf(1)) != v.Bounds[1]:
			c.add(path+".bounds[0]", "must be the next number below bounds[1], as the variable is discrete")
		case v.Counts[0] != 0 || v.Counts[bins-1] != 0:
			c.add(path+".counts", "must have 0 in the first and in the last bin, as the variable is discrete")
		}
	}
	return bins
}

func (c *checker) categorical(path string, v *Variable) int {
	if len(v.Bounds) > 0 || v.Discrete {
		c.add(path+".bounds", "must be left out, and discrete too: the variable is %s", v.Type)
	}
	first := map[string]int{}
	for i, s := range v.Categories {
		at := fmt.Sprintf("%s.categories[%d]", path, i)
		before, again := first[s]
		switch {
		case again:
			c.add(at, "is %q, as categories[%d]; categories must differ", s, before)
		case s == Other || s == Unseen:
			c.add(at, "is %q, which is reserved; other categories are counted in the last bin", s)
		case v.Type == Boolean && s != "true" && s != "false":
			c.add(at, "is %q; a boolean variable has only true and false", s)
		}
		first[s] = i
	}
	return len(v.Categories) + 1
}

// view checks the indexes of the first bins of a coarser view.
func (c *checker) view(path string, view []int, bins int) bool {
	limit := MaxRollupBins
	switch {
	case len(view) == 0 || view[0] != 0:
		c.add(path, "must begin with 0, the first bin")
		return false
	case len(view) > limit:
		c.add(path, "has %d bins; must have at most %d", len(view), limit)
		return false
	}
	for i, first := range view {
		if i > 0 && first <= view[i-1] || first >= bins {
			c.add(fmt.Sprintf("%s[%d]", path, i), "is %d; must be greater than the one before it and less than %d, the number of bins", first, bins)
			return false
		}
	}
	return true
}

func (c *checker) subset(path string, coarse, fine []int) {
	if len(coarse) > MaxDeciles {
		c.add(path, "has %d bins; must have at most %d", len(coarse), MaxDeciles)
	}
	for i, first := range coarse {
		if at := sort.SearchInts(fine, first); at == len(fine) || fine[at] != first {
			c.add(fmt.Sprintf("%s[%d]", path, i), "is %d; must be one of rollup's, so that a decile is made of whole roll-up bins", first)
			return
		}
	}
}

func (c *checker) moments(path string, v *Variable) {
	for _, m := range []struct {
		name  string
		value float64
	}{{"min", v.Min}, {"max", v.Max}, {"mean", v.Mean}, {"std_dev", v.StdDev}} {
		if math.IsNaN(m.value) || math.IsInf(m.value, 0) {
			c.add(path+"."+m.name, "is %v; must be finite", m.value)
		}
	}
	if v.StdDev < 0 {
		c.add(path+".std_dev", "is %v; must not be negative", v.StdDev)
	}
	if v.Min > v.Max {
		c.add(path+".min", "is %v; must not be greater than max, %v", v.Min, v.Max)
	}
	for q, x := range v.Quantiles {
		if p, err := strconv.ParseFloat(q, 64); err != nil || !(p >= 0 && p <= 1) {
			c.add(path+".quantiles", "has the key %q; must be a probability, 0 to 1", q)
		}
		if math.IsNaN(x) || math.IsInf(x, 0) {
			c.add(path+".quantiles."+q, "is %v; must be finite", x)
		}
	}
}

func (c *checker) hours(path string, v *Variable, cycle Cycle) {
	h := v.Hours
	if h == nil {
		return
	}
	cells := cycle.Cells()
	if cells == 0 {
		c.add(path, "must be left out, as rhythm.cycle is none")
		return
	}
	if len(h.Counts) != cells || len(h.Missing) != cells {
		c.add(path, "has %d rows of counts and %d of missing; must have %d of each, as rhythm.cycle is %s", len(h.Counts), len(h.Missing), cells, cycle)
		return
	}
	sums := make([]uint64, len(v.Rollup))
	for i, row := range h.Counts {
		if len(row) != len(v.Rollup) {
			c.add(fmt.Sprintf("%s.counts[%d]", path, i), "has %d elements; must have %d, one a roll-up bin", len(row), len(v.Rollup))
			return
		}
		for j, n := range row {
			sums[j] += n
		}
	}
	for j, n := range SumBins(v.Counts, v.Rollup) {
		if sums[j] != n {
			c.add(path+".counts", "add up to %d in roll-up bin %d; must be %d, as counts has it", sums[j], j, n)
			return
		}
	}
}

func (c *checker) limits(path string, limits map[string]map[string]Limit) {
	for window, statistics := range limits {
		for statistic, l := range statistics {
			at := path + "." + window + "." + statistic
			if math.IsNaN(l.Greatest) || math.IsInf(l.Greatest, 0) {
				c.add(at+".greatest", "is %v; must be finite", l.Greatest)
			}
			if l.Chunks < 0 {
				c.add(at+".chunks", "is %d; must not be negative", l.Chunks)
			}
		}
	}
}

func (c *checker) segments(p *Profile) {
	for i, s := range p.Segments {
		path := "segments[" + strconv.Itoa(i) + "]"
		if len(s.Attributes) == 0 {
			c.add(path+".attributes", "is empty; must name the columns that make the segment, and their values")
		}
		for key, counts := range s.Counts {
			v := p.Variable(key)
			if v == nil {
				c.add(path+".counts", "has the key %q; must be one of %v", key, p.Keys())
			} else if len(counts) != len(v.Rollup) {
				c.add(path+".counts."+key, "has %d elements; must have %d, one a roll-up bin", len(counts), len(v.Rollup))
			}
		}
		for key := range s.Missing {
			if p.Variable(key) == nil {
				c.add(path+".missing", "has the key %q; must be one of %v", key, p.Keys())
			}
		}
	}
}
