package modelsummaryconnector

import (
	"math"
	"strconv"
	"strings"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/profile"
)

// unknownVersion stands for a version that was not sent.
const unknownVersion = "unknown"

// plan is how the events of one model version are counted: worked out once, then only read.
type plan struct {
	model, version string
	overflow       bool // for the models beyond max_models: only predictions are counted

	profile  *profile.Profile
	features []planFeature
	*sketching
	// names are those of the features, then of the vectors; index has their places.
	names []string
	index map[string]int32
	// fine and coarse are how many cells the features need, in the whole traffic and in a segment.
	fine, coarse int
	scores       map[string]scoreBins
	// values and truths are those of a regression.
	values, truths           *profile.Variable
	valueRollup, truthRollup []float64
	negative                 string // class of a binary task, where the profile says it
	// classes are those of the profile; nil where it does not know all of them.
	classes map[string]struct{}
}

// planFeature is one feature of a profile. Its cells are its bins; those of a categorical one end with Other and Unseen.
type planFeature struct {
	name          string
	numeric       bool
	min, max      float64 // of the reference
	bounds        []float64
	search        searcher
	rollup        []float64
	coarseBin     []int32 // roll-up bin of each bin; the bin itself where categorical
	fine, coarse  int     // index of the first cell
	variable      *profile.Variable
	categories    map[string]int32
	numbers       map[float64]int32 // categories that are numbers
	falsy, truthy int32             // bins of the booleans
	elsewhere     int32             // bin of what has no category of its own
	boolean       bool
}

// scoreBins are the bounds of the scores of one class.
type scoreBins struct{ fine, coarse []float64 }

// newPlan makes the plan of a model version; p and s are nil where it has no profile.
func newPlan(model, version string, p *profile.Profile, s *sketching) *plan {
	pl := &plan{model: model, version: version, profile: p, sketching: s}
	if p == nil {
		pl.sketching = &sketching{}
		return pl
	}
	pl.index = make(map[string]int32, len(p.Features)+len(s.vectors))
	for _, v := range p.Features {
		f := newPlanFeature(v)
		f.fine, f.coarse = pl.fine, pl.coarse
		pl.fine += f.cells(false)
		pl.coarse += f.cells(true)
		pl.name(v.Name)
		pl.features = append(pl.features, f)
	}
	for i := range s.vectors {
		pl.name(s.vectors[i].name)
	}
	pl.scores = make(map[string]scoreBins, len(p.Scores))
	for _, v := range p.Scores {
		pl.scores[v.Name] = scoreBins{v.Bounds, v.RollupBounds()}
	}
	if p.Value != nil && p.Value.Type == profile.Numeric {
		pl.values, pl.valueRollup = p.Value, p.Value.RollupBounds()
	}
	if p.TrueValue != nil && p.TrueValue.Type == profile.Numeric {
		pl.truths, pl.truthRollup = p.TrueValue, p.TrueValue.RollupBounds()
	}
	pl.negative = negativeOf(p)
	pl.classes = classesOf(p)
	return pl
}

func (p *plan) name(name string) {
	p.index[name] = int32(len(p.names))
	p.names = append(p.names, name)
}

func newPlanFeature(v *profile.Variable) planFeature {
	f := planFeature{name: v.Name, variable: v, numeric: v.Type == profile.Numeric, boolean: v.Type == profile.Boolean}
	if f.numeric {
		f.bounds, f.rollup = v.Bounds, v.RollupBounds()
		f.search = newSearcher(v.Bounds)
		f.min, f.max = math.Inf(-1), math.Inf(1)
		if v.Observed() > 0 {
			f.min, f.max = v.Min, v.Max
		}
		f.coarseBin = make([]int32, len(v.Bounds)+1)
		for i, view := 0, 0; i < len(f.coarseBin); i++ {
			for view+1 < len(v.Rollup) && v.Rollup[view+1] <= i {
				view++
			}
			f.coarseBin[i] = int32(view)
		}
		return f
	}
	other := int32(len(v.Categories))
	f.elsewhere = other + 1
	if len(v.Counts) > int(other) && v.Counts[other] > 0 {
		f.elsewhere = other
	}
	f.falsy, f.truthy = f.elsewhere, f.elsewhere
	f.categories = make(map[string]int32, other+2)
	f.numbers = map[float64]int32{}
	for i := other - 1; i >= 0; i-- { // the most frequent spelling of a number wins
		c := v.Categories[i]
		f.categories[c] = i
		if x, err := strconv.ParseFloat(c, 64); err == nil {
			f.numbers[x] = i
		}
		if strings.EqualFold(c, "false") {
			f.falsy = i
		}
		if strings.EqualFold(c, "true") {
			f.truthy = i
		}
	}
	f.categories[profile.Other], f.categories[profile.Unseen] = other, other+1
	return f
}

// cells is how many counts the feature needs.
func (f *planFeature) cells(coarse bool) int {
	switch {
	case !f.numeric:
		return len(f.variable.Categories) + 2
	case coarse:
		return len(f.rollup) + 1
	}
	return len(f.bounds) + 1
}

// unseen is the bin of categories that the reference never had.
func (f *planFeature) unseen() int32 { return int32(len(f.variable.Categories)) + 1 }

// category is the reserved or real category of a bin.
func (f *planFeature) category(bin int) string {
	switch n := len(f.variable.Categories); bin {
	case n:
		return profile.Other
	case n + 1:
		return profile.Unseen
	}
	return f.variable.Categories[bin]
}

// wants is what the profile's values are, in words.
func (f *planFeature) wants() string {
	switch {
	case f.numeric:
		return "numbers"
	case f.boolean:
		return "booleans"
	}
	return "categories"
}

// What code says of a value that is in no bin.
const (
	binMissing   int32 = -1
	binType      int32 = -2
	binNonFinite int32 = -3
)

// code finds the bin of a value. Numbers and booleans that stand for a category count as that category; a boolean counts
// as 0 or 1 where the feature is a number, and 0 and 1 as booleans.
func (f *planFeature) code(v *event.Value) int32 {
	if f.numeric {
		switch v.Kind {
		case event.Number, event.Bool:
			if !finite(v.Number) {
				return binNonFinite
			}
			return int32(f.search.bin(v.Number))
		case event.Missing:
			return binMissing
		}
		return binType
	}
	switch v.Kind {
	case event.Text:
		if bin, ok := f.categories[v.Text]; ok {
			return bin
		}
		return f.elsewhere
	case event.Number:
		if f.boolean {
			return f.codeBooleanNumber(v.Number)
		}
		if !finite(v.Number) {
			return binNonFinite
		}
		if bin, ok := f.numbers[v.Number]; ok {
			return bin
		}
		return f.elsewhere
	case event.Bool:
		if v.Number == 1 {
			return f.truthy
		}
		return f.falsy
	case event.Missing:
		return binMissing
	}
	return binType
}

func (f *planFeature) codeBooleanNumber(x float64) int32 {
	switch x {
	case 0:
		return f.falsy
	case 1:
		return f.truthy
	}
	return binType
}
