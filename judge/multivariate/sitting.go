package multivariate

import (
	"cmp"
	"math"
	"slices"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

const (
	// maxBlamed features are named in a window, those that contribute most.
	maxBlamed = 10
	// maxPairs of features whose correlation moved most are named in a window.
	maxPairs = 5
)

// sitting judges one window.
type sitting struct {
	judge  *Judge
	window *summary.Window
	points []judge.Point
}

func (s *sitting) joint(p *profile.Profile) {
	x, ok := s.judge.compared(s.window, p)
	if !ok {
		return
	}
	far := false
	for _, of := range []struct {
		statistic statistic
		measure   func() measured
	}{{reconstructionShift, x.errorShift}, {mmd, x.discrepancy}, {correlationShift, x.correlationShift}} {
		too := s.judged(ofJoint, of.statistic, of.measure, p.Joint.Limits, nil)
		far = far || too
		if too && of.statistic == correlationShift && s.judge.wanted[pairShift] {
			s.movedPairs(x)
		}
	}
	if far && s.judge.wanted[contribution] {
		s.blame(x)
	}
}

// compared sets the window beside the reference of its hours; false where there is nothing, or too little, to compare.
func (j *Judge) compared(w *summary.Window, p *profile.Profile) (*comparison, bool) {
	means, hours, ok := readJoint(w, p.Joint)
	if !ok || means.Count < j.cfg.MinSamples {
		return nil, false
	}
	var mix profile.Mixture
	if j.cfg.SameHours {
		mix = p.Rhythm.Mix(hours)
	}
	x := &comparison{reference: p.Joint, current: means, expected: p.Joint.At(mix, nil), optimism: p.Joint.ErrorOptimism, window: w, profile: p, mix: mix}
	if x.expected.Count == 0 {
		return nil, false
	}
	if filled, ok := j.readMoments(w, p, &x.current); ok {
		x.filled, x.filledThen = filled, filledOf(p, float64(x.expected.Count))
		x.correlate(float64(j.cfg.MinSamples))
	}
	return x, true
}

func (s *sitting) vector(v *profile.Vector) {
	means, ok := readVector(s.window, v)
	if !ok || means.Count < s.judge.cfg.MinSamples || v.Count == 0 {
		return
	}
	x := &vector{reference: v, current: means, expected: whole(v)}
	attributes := []summary.Attribute{{Key: semconv.AttrFeatureName, Value: v.Name}}
	s.judged(ofVector, mmd, x.discrepancy, v.Limits, attributes)
	s.judged(ofVector, meanDistance, x.meanDistance, v.Limits, attributes)
	if s.judge.wanted[cosineDistance] {
		s.add(s.judge.names[ofVector][cosineDistance].value, attributes, x.cosineDistance())
	}
}

// judged publishes a statistic with its threshold and noise, and says whether it is too far.
func (s *sitting) judged(about subject, x statistic, measure func() measured, learned map[string]map[string]profile.Limit, attributes []summary.Attribute) bool {
	if !s.judge.wanted[x] {
		return false
	}
	m := measure()
	if !m.known() {
		return false
	}
	v := s.judge.verdict(m, s.judge.limit(x, learned, s.window.Name))
	names := &s.judge.names[about][x]
	s.add(names.value, attributes, m.value)
	s.add(names.threshold, attributes, v.threshold)
	s.add(names.noise, attributes, v.noise)
	detected := 0.0
	if v.far {
		detected = 1
	}
	with := append([]summary.Attribute{{Key: semconv.AttrDriftStatistic, Value: table[x].name}}, attributes...)
	s.add(semconv.Drift(about.String(), "detected"), with, detected)
	return v.far
}

// movedPairs publishes the pairs whose correlation moved most.
func (s *sitting) movedPairs(x *comparison) {
	moved := slices.SortedFunc(slices.Values(x.pairs), func(a, b pair) int { return cmp.Compare(math.Abs(b.shift), math.Abs(a.shift)) })
	for _, p := range moved[:min(maxPairs, len(moved))] {
		s.add(semconv.MetricJointDriftPairShift, []summary.Attribute{
			{Key: semconv.AttrFeatureName, Value: x.reference.Correlated[p.first]},
			{Key: semconv.AttrFeatureOther, Value: x.reference.Correlated[p.second]},
		}, p.shift)
	}
}

// blame publishes the features that contribute most to what drifted.
func (s *sitting) blame(x *comparison) {
	shares := x.contributions()
	order := make([]int, 0, len(shares))
	for i, share := range shares {
		if share > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(shares[b], shares[a]) })
	for _, i := range order[:min(maxBlamed, len(order))] {
		s.add(semconv.MetricJointDriftContribution, []summary.Attribute{{Key: semconv.AttrFeatureName, Value: x.reference.Features[i]}}, shares[i])
	}
}

// add publishes a value, if it is a number.
func (s *sitting) add(metric string, attributes []summary.Attribute, value float64) {
	if !math.IsNaN(value) && !math.IsInf(value, 0) {
		s.points = append(s.points, judge.Point{Metric: metric, Attributes: attributes, Value: value})
	}
}
