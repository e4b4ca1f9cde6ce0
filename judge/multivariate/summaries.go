package multivariate

import (
	"math"
	"slices"
	"strconv"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/multivariate"
	"github.com/leeway-ml/leeway/summary"
)

// The summaries of the joint drift only mean something to the profile that they were made with: an angle along a frequency of another
// profile is any angle. They carry no mark of it, but the bounds of the reconstruction error are quantiles of one reference, and all are counted
// of the same rows. Where bounds, counts or names don't fit, some agent has another profile, and nothing is said of the window.

var phaseBounds = multivariate.PhaseBounds(profile.PhaseBins)

// foreign reports whether some of the window was made with another profile, as far as can be told: then nothing can be said of its vectors either,
// whose summaries have no bounds of their own.
func foreign(w *summary.Window, j *profile.Joint) bool {
	for _, s := range w.Of(semconv.MetricJointReconstructionError) {
		if s.Histogram == nil || !slices.Equal(s.Histogram.Bounds, j.ErrorBounds) {
			return true
		}
	}
	return false
}

// readJoint adds up the rows of the window, and says on which hours they fell; ok is false where they were not all made with this profile.
func readJoint(w *summary.Window, j *profile.Joint) (means profile.JointMeans, hours []summary.HourCount, ok bool) {
	var errors total
	for _, s := range w.Of(semconv.MetricJointReconstructionError) {
		if !errors.add(&s, j.ErrorBounds) {
			return means, nil, false
		}
	}
	if errors.count == 0 || !(errors.sum >= 0) || math.IsInf(errors.sum, 1) {
		return means, nil, false
	}
	means.Count = errors.count
	means.Error = errors.sum / float64(errors.count)
	angles := readPhases(w.Of(semconv.MetricJointPhase), j.Frequencies, "")
	if !angles.sound || angles.count != means.Count {
		return means, nil, false
	}
	means.Cosines, means.Sines = angles.cosines, angles.sines
	if means.Residuals, ok = readResiduals(w, j, means.Count); !ok {
		return means, nil, false
	}
	return means, angles.hours, true
}

// total is what histograms of the same bounds add up to.
type total struct {
	count uint64
	sum   float64
}

// add is false where the series is no histogram of these bounds.
func (t *total) add(s *summary.Series, bounds []float64) bool {
	h := s.Histogram
	if h == nil || len(h.Counts) != len(h.Bounds)+1 || !slices.Equal(h.Bounds, bounds) {
		return false
	}
	t.count += h.Count()
	t.sum += h.Sum
	return true
}

// readResiduals gives the mean squared residual of each feature.
func readResiduals(w *summary.Window, j *profile.Joint, count uint64) ([]float64, bool) {
	totals := make(map[string]*total, len(j.Features))
	for _, name := range j.Features {
		totals[name] = &total{}
	}
	for _, s := range w.Of(semconv.MetricJointResidual) {
		t := totals[s.Attribute(semconv.AttrFeatureName)]
		if t == nil || !t.add(&s, nil) {
			return nil, false
		}
	}
	means := make([]float64, len(j.Features))
	for i, name := range j.Features {
		t := totals[name]
		if t.count != count || !(t.sum >= 0) || math.IsInf(t.sum, 1) {
			return nil, false
		}
		means[i] = t.sum / float64(count)
	}
	return means, true
}

// phases are the mean cosines and sines of the angles along all frequencies.
type phases struct {
	count          uint64
	cosines, sines []float64
	hours          []summary.HourCount
	sound          bool
}

// readPhases reads those of a vector, or of the features together where the name is empty.
func readPhases(series []summary.Series, frequencies int, feature string) (p phases) {
	counts := make([][]uint64, frequencies)
	for i := range series {
		s := &series[i]
		if feature != "" && s.Attribute(semconv.AttrFeatureName) != feature {
			continue
		}
		k, err := strconv.Atoi(s.Attribute(semconv.AttrProjectionIndex))
		h := s.Histogram
		if err != nil || k < 0 || k >= frequencies || h == nil || len(h.Counts) != profile.PhaseBins || !slices.Equal(h.Bounds, phaseBounds) {
			return phases{}
		}
		if k == 0 && counts[k] == nil {
			p.hours = s.Hours
		}
		counts[k] = plus(counts[k], h.Counts)
	}
	p.cosines, p.sines = make([]float64, frequencies), make([]float64, frequencies)
	for k, c := range counts {
		n := (&summary.Histogram{Counts: c}).Count()
		if k == 0 {
			p.count = n
		}
		if n == 0 || n != p.count {
			return phases{}
		}
		p.cosines[k], p.sines[k] = multivariate.MeanPhase(c)
	}
	p.sound = frequencies > 0
	return p
}

// plus adds up counts; the first of them is not changed where it is the only one.
func plus(sum, more []uint64) []uint64 {
	if sum == nil {
		return more
	}
	sum = slices.Clone(sum)
	for i, c := range more {
		sum[i] += c
	}
	return sum
}

// readVector adds up the vectors of one input; ok is false where there are none, or they were not all made with this profile.
func readVector(w *summary.Window, v *profile.Vector) (means VectorMeans, ok bool) {
	angles := readPhases(w.Of(semconv.MetricVectorPhase), v.Frequencies, v.Name)
	if !angles.sound {
		return means, false
	}
	means = VectorMeans{Count: angles.count, Cosines: angles.cosines, Sines: angles.sines}
	mean, some := make([]float64, len(v.Mean)), false // sums of exactly 0 are not sent
	for _, s := range w.Of(semconv.MetricVectorComponent) {
		if s.Attribute(semconv.AttrFeatureName) != v.Name {
			continue
		}
		k, err := strconv.Atoi(s.Attribute(semconv.AttrComponentIndex))
		if err != nil || k < 0 || k >= len(mean) || math.IsNaN(s.Sum) || math.IsInf(s.Sum, 0) {
			return means, false
		}
		mean[k] += s.Sum / float64(means.Count)
		some = true
	}
	if some {
		means.Mean = mean
	}
	return means, true
}
