package quality

import (
	"math"
	"slices"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/summary"
)

// objective of a measure: configured, or from the reference, where each of its values has one of its own.
type objective struct {
	fixed   float64
	of      []value // the reference's values
	worsens func(reference float64) float64
}

// value is the objective for a value of the measure; NaN where there is none.
func (o objective) value(attributes []summary.Attribute) float64 {
	if o.worsens == nil {
		return o.fixed
	}
	for i := range o.of {
		if v := &o.of[i]; !v.part && slices.Equal(v.attributes, attributes) {
			return o.worsens(v.value)
		}
	}
	return math.NaN()
}

// objectives are those of the model's window, by measure. r is nil where the window is not to be compared with the reference.
func (j *Judge) objectives(w *summary.Window, p *profile.Profile, r *reference) map[string]objective {
	all := map[string]objective{}
	if r != nil {
		for _, m := range measures {
			if j.watches(m, r.task) {
				all[m.name] = objective{of: r.values[m.name], worsens: j.worsening(m, r.whole(m), p.QualityLimits[w.Name][m.name])}
			}
		}
	}
	for _, configured := range []map[string]Objective{j.cfg.Objectives, j.cfg.Models[w.Group.Model].Objectives} {
		for name, o := range configured {
			all[name] = objective{fixed: o.value()}
		}
	}
	return all
}

func (j *Judge) watches(m *measure, task profile.Task) bool {
	if j.cfg.Judged != nil {
		return slices.Contains(*j.cfg.Judged, m.name)
	}
	return slices.Contains(m.watched, task)
}

// worsening returns how a measure of the reference becomes an objective: worse by the tolerance, or by factor times what the
// worst chunk of the reference was worse than the whole, whatever is more.
func (j *Judge) worsening(m *measure, whole float64, chunks profile.QualityLimit) func(float64) float64 {
	by := m.tolerance
	if x, ok := j.cfg.Tolerances[m.name]; ok {
		by = x
	}
	if chunks.Chunks >= j.cfg.MinChunks {
		worse := whole - chunks.Worst
		if m.less {
			worse = -worse
		}
		if m.relative {
			worse /= whole
		}
		if worse *= j.cfg.Factor; worse > by {
			by = worse
		}
	}
	return func(x float64) float64 {
		switch {
		case m.relative && !(x > 0): // 10 % of nothing is nothing
			return math.NaN()
		case m.relative:
			return x * (1 + by)
		case m.less:
			return x + by
		}
		return x - by
	}
}

// beyond reports whether the measure is worse than its objective, however chance played; known is false where that can't be said.
func (m *measure) beyond(v *value, threshold float64) (worse, known bool) {
	if math.IsNaN(threshold) || !v.interval.Known() {
		return false, false
	}
	if m.less {
		return v.interval.Lower > threshold, true
	}
	return v.interval.Upper < threshold, true
}
