package quality

import (
	"maps"
	"math"
	"slices"
	"sync"
	"weak"

	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/profile"
)

// Measured is the value of a measure that can have an objective.
type Measured struct {
	Name  string
	Value float64
	// Best is the better end of the value's interval, NaN where there is none.
	Best         float64
	LessIsBetter bool
}

// Measure returns the measures of outcomes that can have an objective: what the reference's chunks are judged by. Where a
// measure has several values, of ks or quantiles, it is the first one.
func Measure(o *outcome.Outcomes, p *profile.Profile) []Measured {
	s, cfg := newSubject(o, p), DefaultConfig()
	var all []Measured
	for _, m := range measures {
		if !m.judged() || !slices.Contains(m.tasks, s.task) {
			continue
		}
		for _, v := range m.of(s, cfg) {
			if !v.part && !math.IsNaN(v.value) {
				best := v.interval.Upper
				if m.less {
					best = v.interval.Lower
				}
				all = append(all, Measured{m.name, v.value, best, m.less})
				break
			}
		}
	}
	return all
}

// reference is the quality of a profile's outcomes.
type reference struct {
	task   profile.Task
	values map[string][]value // by measure
}

// whole is the measure of the whole reference, NaN where there is none.
func (r *reference) whole(m *measure) float64 {
	for _, v := range r.values[m.name] {
		if !v.part {
			return v.value
		}
	}
	return math.NaN()
}

// maxReferences is how many profiles' values are kept: gathering takes longer than judging a window.
const maxReferences = 2000

// references keeps what is computed of each profile, but keeps none of them alive. It is safe for concurrent use.
type references struct {
	mu    sync.Mutex
	known map[weak.Pointer[profile.Profile]]*reference
}

// of returns the profile's quality, nil where it has no outcomes, or fewer than a window must have.
func (r *references) of(p *profile.Profile, cfg *Config) *reference {
	if p == nil || len(p.Outcomes) == 0 {
		return nil
	}
	key := weak.Make(p)
	r.mu.Lock()
	x, ok := r.known[key]
	r.mu.Unlock()
	if ok {
		return x
	}
	x = newReference(p, cfg)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) >= maxReferences {
		maps.DeleteFunc(r.known, func(p weak.Pointer[profile.Profile], _ *reference) bool { return p.Value() == nil })
	}
	if r.known == nil || len(r.known) >= maxReferences {
		r.known = make(map[weak.Pointer[profile.Profile]]*reference)
	}
	r.known[key] = x
	return x
}

func newReference(p *profile.Profile, cfg *Config) *reference {
	o := outcome.GatherReference(p)
	if o.Samples() < float64(cfg.MinSamples) {
		return nil
	}
	s := newSubject(o, p)
	x := &reference{task: s.task, values: make(map[string][]value, len(measures))}
	for _, m := range measures {
		x.values[m.name] = m.of(s, cfg)
	}
	return x
}
