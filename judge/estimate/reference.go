package estimate

import (
	"maps"
	"math"
	"slices"
	"sync"
	"weak"

	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/estimate"
	"github.com/leeway-ml/leeway/summary"
)

// reference is what a profile's outcomes teach.
type reference struct {
	// classes that can be estimated, and their names, sorted.
	classes map[string]*ofClass
	names   []string
	several bool // the task has several classes, each with a score
	// losses of a regression, nil where there are none; outcomes is of how many.
	losses   *estimate.Losses
	outcomes float64
}

type ofClass struct {
	*estimate.Reference
	outcomes float64
}

// binary reports whether one class stands for the task.
func (r *reference) binary() bool { return !r.several }

func newReference(p *profile.Profile, method string) *reference {
	o := outcome.GatherReference(p)
	r := &reference{classes: make(map[string]*ofClass), several: p.Task == profile.Multiclass || len(o.Scores) > 1}
	for class, s := range o.Scores {
		learned, err := estimate.NewReference(&s.All, method)
		if err != nil {
			continue // one class or one score only: nothing can be said
		}
		positives, negatives := s.All.Totals()
		r.classes[class] = &ofClass{learned, positives + negatives}
	}
	r.names = slices.Sorted(maps.Keys(r.classes))
	if p.Value != nil {
		r.learnLosses(o, len(p.Value.Rollup))
	}
	return r
}

// Names of losses, as in ml.loss.name.
const (
	absoluteLoss = "absolute"
	squaredLoss  = "squared"
)

func (r *reference) learnLosses(o *outcome.Outcomes, bins int) {
	losses := make([]estimate.Loss, bins)
	for bin, s := range o.LossesByBin[absoluteLoss] {
		squared := o.LossesByBin[squaredLoss][bin]
		if bin >= bins || squared.Count != s.Count {
			continue // not of this variable
		}
		losses[bin] = estimate.Loss{Count: s.Count, Absolute: s.Sum, Squared: squared.Sum}
		r.outcomes += s.Count
	}
	r.losses = estimate.NewLosses(losses, fourthMoment(o.Error))
}

// fourthMoment is the mean fourth power of binned errors, each at the geometric middle of its bucket; NaN where there are none.
func fourthMoment(e *summary.Exponential) float64 {
	if e == nil || e.Count() == 0 {
		return math.NaN()
	}
	sum := 0.0
	for _, b := range []*summary.Buckets{&e.Positive, &e.Negative} {
		for i, n := range b.Counts {
			if n > 0 {
				low, high := summary.BucketBound(e.Scale, b.Offset+int32(i)), summary.BucketBound(e.Scale, b.Offset+int32(i)+1)
				sum += float64(n) * low * low * high * high
			}
		}
	}
	return sum / float64(e.Count())
}

// references keeps what profiles teach, as fitting takes longer than estimating. It keeps no profile alive.
type references struct {
	method string
	mu     sync.Mutex
	kept   map[weak.Pointer[profile.Profile]]*reference
}

// maxReferences are kept; when it is full, those go first whose profiles are gone.
const maxReferences = 2000

func (k *references) of(p *profile.Profile) *reference {
	key := weak.Make(p)
	k.mu.Lock()
	r := k.kept[key]
	k.mu.Unlock()
	if r != nil {
		return r
	}
	r = newReference(p, k.method)
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.kept) >= maxReferences {
		maps.DeleteFunc(k.kept, func(p weak.Pointer[profile.Profile], _ *reference) bool { return p.Value() == nil })
	}
	if len(k.kept) >= maxReferences {
		clear(k.kept)
	}
	if k.kept == nil {
		k.kept = make(map[weak.Pointer[profile.Profile]]*reference)
	}
	k.kept[key] = r
	return r
}
