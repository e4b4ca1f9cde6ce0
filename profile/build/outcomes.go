package build

import (
	"maps"
	"slices"

	"github.com/leeway-ml/leeway/internal/table"
	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/profile"
)

// topK are the k of the top-k accuracies that a reference knows; those that model_summary counts unless configured.
var topK = []int{3}

// outcomes reads the outcomes of rows: what was predicted, and what turned out to be true.
type outcomes struct {
	task     profile.Task
	positive string
	negative string
	// Columns, -1 where there is none.
	label, class, score, value int
	// Probabilities of the classes, which are sorted.
	classes       []string
	probabilities []int
	known         map[string]bool // classes that are counted by name
	rollup        []int           // of the predicted value's fine bins
	predicted     *variable
	row           rowOutcome
}

// rowOutcome is what a row says. It is valid until the next row is read.
type rowOutcome struct {
	truth, class  string
	score         float64
	value, target float64
	bin           int
	probabilities []float64
}

// newOutcomes returns nil where rows have no ground truth, or nothing to hold against it.
func newOutcomes(p *profile.Profile, variables []*variable, s *survey) *outcomes {
	o := s.options
	x := &outcomes{
		task: p.Task, positive: p.PositiveClass, negative: profile.Other,
		label: s.schema.Find(o.LabelColumn), class: s.schema.Find(o.ClassColumn), score: s.schema.Find(o.ScoreColumn), value: s.schema.Find(o.ValueColumn),
	}
	if o.LabelColumn == "" || x.label < 0 {
		return nil
	}
	switch p.Task {
	case profile.Regression:
		if x.value < 0 || p.Value == nil {
			return nil
		}
		for _, v := range variables {
			if v.Variable == p.Value {
				x.predicted, x.rollup = v, rollupOf(p.Value)
			}
		}
		return x
	case profile.Binary, profile.Multiclass:
	default:
		return nil
	}
	x.known = map[string]bool{}
	for _, v := range []*profile.Variable{p.Class, p.TrueClass} {
		if v != nil {
			for _, class := range v.Categories {
				x.known[class] = true
			}
		}
	}
	for _, class := range slices.Sorted(maps.Keys(x.known)) {
		if len(x.known) == 2 && class != p.PositiveClass {
			x.negative = class
		}
	}
	for _, class := range slices.Sorted(maps.Keys(o.ProbabilityColumns)) {
		column := s.schema.Find(o.ProbabilityColumns[class])
		if p.Task == profile.Binary {
			if class == p.PositiveClass {
				x.score = column
			}
			continue
		}
		x.known[class] = true
		x.classes, x.probabilities = append(x.classes, class), append(x.probabilities, column)
	}
	if x.class < 0 && x.score < 0 && len(x.classes) == 0 || p.Task == profile.Binary && p.PositiveClass == "" && x.class < 0 {
		return nil
	}
	return x
}

// read finds the outcome of a row; false where it has none.
func (x *outcomes) read(r *table.Row) (*rowOutcome, bool) {
	o := &x.row
	if x.task == profile.Regression {
		var okValue, okTarget bool
		o.value, okValue = r.At(x.value).Float()
		o.target, okTarget = r.At(x.label).Float()
		if !okValue || !okTarget || !finite(o.value) || !finite(o.target) {
			return nil, false
		}
		o.bin = x.rollup[x.predicted.Bin(o.value)]
		return o, true
	}
	o.truth, o.class, o.score = x.name(r.At(x.label)), x.name(r.At(x.class)), missingScore
	if o.truth == "" {
		return nil, false
	}
	if score, ok := r.At(x.score).Float(); ok {
		o.score = score
	}
	o.probabilities = o.probabilities[:0]
	for _, column := range x.probabilities {
		p, ok := r.At(column).Float()
		if !ok {
			p = missingScore
		}
		o.probabilities = append(o.probabilities, p)
	}
	return o, true
}

// missingScore is out of the range of scores.
const missingScore = -1

// name of a cell's class; those that the profile does not keep by name are Other, so that the number of pairs is bounded.
func (x *outcomes) name(c table.Cell) string {
	if c.Kind == table.Absent {
		return ""
	}
	if class := category(c); x.known[class] {
		return class
	}
	return profile.Other
}

// count adds an outcome to a counter.
func (x *outcomes) count(c *outcome.Counter, o *rowOutcome) {
	switch {
	case x.task == profile.Regression:
		c.AddRegression(o.value, o.target, o.bin)
	case x.task == profile.Binary:
		c.AddBinary(x.positive, x.negative, o.class, o.truth, o.score)
	case len(x.classes) > 0:
		c.AddMulticlass(o.class, o.truth, x.classes, o.probabilities, topK)
	default:
		c.AddTop(o.class, o.truth, o.score)
	}
}

// counterSize is about how many bytes a counter takes for a class, or for a regression's errors: four histograms of odds, with
// some room to grow.
const counterSize = 5 * 8 * profile.MaxOddsBuckets

// size is about how many bytes a counter takes.
func (x *outcomes) size() int64 {
	if x == nil {
		return 0
	}
	return counterSize * int64(max(1, len(x.classes)))
}
