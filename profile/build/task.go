package build

import (
	"fmt"
	"strings"

	"github.com/leeway-ml/leeway/profile"
)

// task is what the model does: what was asked for, else what its columns show.
func (s *survey) task() profile.Task {
	o := s.options
	switch {
	case o.Task != "":
		return o.Task
	case o.ValueColumn != "":
		return profile.Regression
	case len(o.ProbabilityColumns) > 2 || len(s.classes()) > 2:
		return profile.Multiclass
	case o.ScoreColumn != "" || o.ClassColumn != "" || o.LabelColumn != "" || len(o.ProbabilityColumns) > 0:
		return profile.Binary
	}
	return ""
}

// positiveClass is the class that a binary task's scores are for.
func (s *survey) positiveClass() (string, error) {
	o, classes := s.options, s.classes()
	if o.PositiveClass != "" {
		if len(classes) > 0 && !contains(classes, o.PositiveClass) && len(o.ProbabilityColumns) == 0 {
			return "", fmt.Errorf("--positive-class %s: the classes in the data are %s", o.PositiveClass, list(classes))
		}
		return o.PositiveClass, nil
	}
	if len(o.ProbabilityColumns) == 1 {
		for class := range o.ProbabilityColumns {
			return class, nil
		}
	}
	for class := range o.ProbabilityColumns {
		if !contains(classes, class) {
			classes = append(classes, class)
		}
	}
	var found []string
	for _, class := range classes {
		if isPositive(class) {
			found = append(found, class)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case o.ScoreColumn == "" && len(o.ProbabilityColumns) == 0:
		return "", nil // without scores nothing depends on it
	case len(classes) == 0:
		return "", fmt.Errorf("--positive-class is missing: which class is the score in %q for?", o.ScoreColumn)
	case len(classes) == 1 && o.ScoreColumn != "":
		return "", fmt.Errorf("--positive-class is missing: which class is the score in %q for? The only class in the data is %s", o.ScoreColumn, list(classes))
	}
	return "", fmt.Errorf("--positive-class is missing: which of the classes %s are the scores for?", list(classes))
}

// isPositive reports whether a class is called what a positive class usually is.
func isPositive(class string) bool {
	for _, name := range []string{"1", "true", "yes", "positive"} {
		if strings.EqualFold(class, name) {
			return true
		}
	}
	return false
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// list writes names for an error, ten at most.
func list(names []string) string {
	quoted := make([]string, 0, len(names))
	for i, name := range names {
		if i == 10 {
			quoted = append(quoted, fmt.Sprintf("and %d more", len(names)-i))
			break
		}
		quoted = append(quoted, quote(name))
	}
	return strings.Join(quoted, ", ")
}
