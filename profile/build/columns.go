package build

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/leeway-ml/leeway/internal/table"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

// role is what a column is for.
type role uint8

const (
	feature role = iota
	ignored
	score
	class
	value
	label
	probability
)

// complete fills columns that no option names from the names of the semantic conventions, as events that were written to a
// file have them, and from the usual name of the time's.
func (o *Options) complete(s *table.Schema) {
	fill := func(option *string, names ...string) {
		for _, name := range names {
			if *option == "" && s.Has(name) {
				*option = name
			}
		}
	}
	if !o.WithoutTime {
		fill(&o.TimeColumn, "timestamp")
	}
	fill(&o.IDColumn, semconv.AttrPredictionID)
	if len(o.ProbabilityColumns) == 0 {
		fill(&o.ScoreColumn, semconv.AttrPredictionScore)
	}
	if o.ValueColumn == "" {
		fill(&o.ClassColumn, semconv.AttrPredictionClass)
	}
	if o.ClassColumn == "" && o.ScoreColumn == "" {
		fill(&o.ValueColumn, semconv.AttrPredictionValue)
	}
	fill(&o.LabelColumn, semconv.AttrGroundTruthClass, semconv.AttrGroundTruthValue)
	if o.ScoreColumn == "" && o.ValueColumn == "" && len(o.ProbabilityColumns) == 0 {
		for _, name := range s.Names {
			if class, ok := strings.CutPrefix(name, semconv.AttrPredictionProbabilityPrefix); ok {
				if o.ProbabilityColumns == nil {
					o.ProbabilityColumns = map[string]string{}
				}
				o.ProbabilityColumns[class] = name
			}
		}
	}
}

// roleOf says what a column is for. Columns of other semantic conventions (ml.model.name ...) are no features.
func (o *Options) roleOf(name string) role {
	switch name {
	case o.ScoreColumn:
		return score
	case o.ClassColumn:
		return class
	case o.ValueColumn:
		return value
	case o.LabelColumn:
		return label
	case o.TimeColumn, o.IDColumn:
		return ignored
	}
	for _, column := range o.ProbabilityColumns {
		if column == name {
			return probability
		}
	}
	switch {
	case len(o.Features) > 0:
		if slices.Contains(o.Features, name) {
			return feature
		}
		return ignored
	case slices.Contains(o.Exclude, name), strings.HasPrefix(name, "ml."):
		return ignored
	}
	for _, c := range o.Where {
		if c.Column == name {
			return ignored
		}
	}
	return feature
}

// require returns an error that names the option whose column the files lack.
func (o *Options) require(s *table.Schema) error {
	named := map[string]string{}
	for option, column := range map[string]string{"--time-column": o.TimeColumn, "--score-column": o.ScoreColumn, "--class-column": o.ClassColumn,
		"--value-column": o.ValueColumn, "--label-column": o.LabelColumn, "--id-column": o.IDColumn} {
		if column != "" {
			named[option+" "+column] = column
		}
	}
	for class, column := range o.ProbabilityColumns {
		named["--probability-column "+class+"="+column] = column
	}
	for _, c := range o.Where {
		named["--where "+c.Column+"="+c.Value] = c.Column
	}
	for _, column := range o.Features {
		named["--features "+column] = column
	}
	for _, column := range o.Exclude {
		named["--exclude "+column] = column
	}
	for _, column := range o.JointExclude {
		named["--joint-exclude "+column] = column
	}
	for _, columns := range o.Segments {
		for _, column := range columns {
			named["--segment "+strings.Join(columns, ",")] = column
			if !s.Has(column) {
				break
			}
		}
	}
	for column, t := range o.Types {
		named["--type "+column+"="+string(t)] = column
	}
	for _, option := range slices.Sorted(maps.Keys(named)) {
		if !s.Has(named[option]) && named[option] != s.Joined {
			return fmt.Errorf("%s: there is no column %q; there are %s", option, named[option], strings.Join(s.Names, ", "))
		}
	}
	return nil
}

// typeOf is the type that a column in this role must have, "" where it is inferred, and whether other values are refused.
func (o *Options) typeOf(r role, name string, regression bool) (t profile.Type, strict bool) {
	switch r {
	case score, value, probability:
		return profile.Numeric, true
	case class:
		return profile.Categorical, false
	case label:
		if regression {
			return profile.Numeric, true
		}
		return profile.Categorical, false
	}
	t = o.Types[name]
	return t, t != ""
}
