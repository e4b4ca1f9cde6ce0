package multivariate

import (
	"github.com/leeway-ml/leeway/profile"
)

// StrayJoint is how far a chunk of the reference itself is from the reference without it, for Joint.Limits: what a window without
// drift may well show. current has the chunk's means, reference is Joint.At with the chunk excluded.
//
// Keys are reconstruction_shift, mmd and correlation_shift. Values are the excess over the noise to be expected, at least 0. It is nil where
// the chunk holds fewer than min_samples, or nothing is left of the reference: such a chunk says nothing and does not count. What can't
// be measured is left out.
func (j *Judge) StrayJoint(p *profile.Profile, current, reference profile.JointMeans) map[string]float64 {
	if p.Joint == nil || current.Count < j.cfg.MinSamples || reference.Count == 0 {
		return nil
	}
	x := &comparison{reference: p.Joint, current: current, expected: reference,
		filled: filledOf(p, float64(current.Count)), filledThen: filledOf(p, float64(reference.Count))}
	x.correlate(float64(j.cfg.MinSamples))
	return strays(map[statistic]measured{reconstructionShift: x.errorShift(), mmd: x.discrepancy(), correlationShift: x.correlationShift()})
}

// StrayVector is the same of a vector input, for Vector.Limits, whose keys are mmd and mean_distance. reference has the means of
// all vectors but the chunk's.
func (j *Judge) StrayVector(v *profile.Vector, current, reference VectorMeans) map[string]float64 {
	if current.Count < j.cfg.MinSamples || reference.Count == 0 {
		return nil
	}
	x := &vector{reference: v, current: current, expected: reference}
	return strays(map[statistic]measured{mmd: x.discrepancy(), meanDistance: x.meanDistance()})
}

func strays(all map[statistic]measured) map[string]float64 {
	excess := make(map[string]float64, len(all))
	for s, m := range all {
		if m.known() {
			excess[table[s].name] = m.noise.Excess(m.value)
		}
	}
	return excess
}
