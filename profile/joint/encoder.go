package joint

import (
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/multivariate"
)

// Encoder turns the bins of a row's features into numbers; profile.Joint says how. It is safe for concurrent use.
type Encoder struct {
	features []feature
	dims     int
}

// feature has one dimension, with a score a bin, or several, with a point a category.
type feature struct {
	first, dims int
	scores      []float64   // by bin; nil where there are several dimensions
	points      [][]float64 // by group of categories
	group       []int32     // of each bin
}

// NewEncoder makes the encoder of some of a profile's features, in this order. Features that do not vary have no dimension.
func NewEncoder(variables []*profile.Variable) *Encoder {
	e := &Encoder{}
	for _, v := range variables {
		f := newFeature(v)
		f.first = e.dims
		e.dims += f.dims
		e.features = append(e.features, f)
	}
	return e
}

func newFeature(v *profile.Variable) feature {
	if v.Type == profile.Numeric {
		scores, ok := multivariate.NormalScores(v.Counts)
		if !ok {
			return feature{}
		}
		return feature{dims: 1, scores: scores}
	}
	counts, group := groups(v)
	points, ok := multivariate.Indicators(counts)
	if !ok {
		return feature{}
	}
	f := feature{dims: len(points[0])}
	if f.dims > 1 {
		f.points, f.group = points, group
		return f
	}
	f.scores = make([]float64, len(group)) // a value that is neither of the two is 0, as a missing one
	for bin, g := range group {
		if int(g) < len(points) {
			f.scores[bin] = points[g][0]
		}
	}
	return f
}

// groups are the categories with a dimension of their own, and the rest where the reference has a rest: the counts of each, and
// the group of each bin. Bins are the categories, Other and Unseen.
func groups(v *profile.Variable) (counts []uint64, group []int32) {
	own := min(len(v.Categories), profile.MaxJointCategories)
	counts = make([]uint64, own, own+1)
	group = make([]int32, len(v.Categories)+2)
	var rest uint64
	for bin := range group {
		group[bin] = int32(min(bin, own))
		switch {
		case bin >= len(v.Counts):
		case bin < own:
			counts[bin] = v.Counts[bin]
		default:
			rest += v.Counts[bin]
		}
	}
	if rest > 0 || own > 2 {
		counts = append(counts, rest)
	}
	return counts, group
}

// Dims is how many numbers a row becomes.
func (e *Encoder) Dims() int { return e.dims }

// Span is where the numbers of the i-th feature stand.
func (e *Encoder) Span(i int) (first, dims int) { return e.features[i].first, e.features[i].dims }

// Encode writes the numbers of a row to x, which has Dims elements. bins has the feature's bin for each feature: of a numeric one its fine
// bin, of a categorical one the place of the category, then Other and Unseen. A negative bin is a missing value.
func (e *Encoder) Encode(bins []int32, x []float64) {
	for i := range e.features {
		f := &e.features[i]
		bin := int(bins[i])
		switch {
		case f.scores != nil:
			x[f.first] = 0
			if bin >= 0 && bin < len(f.scores) {
				x[f.first] = f.scores[bin]
			}
		case bin >= 0 && bin < len(f.group):
			copy(x[f.first:f.first+f.dims], f.points[f.group[bin]])
		default:
			clear(x[f.first : f.first+f.dims])
		}
	}
}

// Scores are those of a feature of one dimension, by bin; nil for others.
func (e *Encoder) Scores(i int) []float64 { return e.features[i].scores }
