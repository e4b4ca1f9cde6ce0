package drift

import (
	"math"
	"slices"
	"strconv"
	"sync"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/distance"
	"github.com/leeway-ml/leeway/summary"
)

// sitting judges one window.
type sitting struct {
	judge   *Judge
	window  *summary.Window
	profile *profile.Profile
	segment *profile.Segment // the slice's reference, where the window is one of a slice that the profile knows
	points  []judge.Point
	// The features of a model mostly share their hours: the last mixture is kept.
	mixed []summary.HourCount
	mix   profile.Mixture
}

// comparisons are reused: their buffers are most of what a judgement would allocate.
var comparisons = sync.Pool{New: func() any { return new(comparison) }}

// variable judges one variable: judged is false where there is no reference or there are too few samples, far is true where
// its primary statistic, or for features one of the shares, is too far.
func (s *sitting) variable(about subject, key string, o *observed, r *rules) (judged, far bool) {
	n := o.n()
	enough := n >= r.minSamples
	v := o.variable
	var reference profile.Reference
	known := false
	if v != nil {
		reference, known = s.reference(key, v, o.hours.counts)
	}
	attributes := s.attributes(about, o.name)
	t := profile.Numeric
	if v != nil {
		t = v.Type
	}
	wanted := s.judge.wanted(t)

	if known && enough {
		c := comparisons.Get().(*comparison)
		defer comparisons.Put(c)
		if v.Type == profile.Numeric {
			c.numeric(v, reference, &o.numeric, &s.judge.cfg)
		} else {
			c.categorical(reference, o.categories, n, &s.judge.cfg)
		}
		judged = true
		far = s.distances(about, key, v, c, r, wanted, attributes)
	}
	if about != ofFeature {
		return judged, far
	}
	if o.numeric.n > 0 && enough && t == profile.Numeric {
		s.describe(o, v, reference, known, wanted, attributes)
	}
	judgedShares, farShares := s.shares(o, v, key, reference, known, r, wanted, attributes)
	return judged || judgedShares, far || farShares
}

// reference is what the variable is compared with; ok is false where the profile has none for the window's slice.
func (s *sitting) reference(key string, v *profile.Variable, hours []summary.HourCount) (r profile.Reference, ok bool) {
	var mix profile.Mixture
	if s.judge.cfg.SameHours {
		if !slices.Equal(hours, s.mixed) {
			s.mixed, s.mix = hours, s.profile.Rhythm.Mix(hours)
		}
		mix = s.mix
	}
	r = v.AtMixture(mix, nil)
	if len(s.window.Group.Segment) == 0 {
		return r, r.Size > 0
	}
	if s.segment == nil {
		return profile.Reference{}, false
	}
	return s.segment.Reference(key, v, r)
}

// distances publishes the wanted distances and p-values, and judges the primary one.
func (s *sitting) distances(about subject, key string, v *profile.Variable, c *comparison, r *rules, wanted set, attributes []summary.Attribute) (drifted bool) {
	primary := r.primaryFor(v.Type)
	for x := range missingShare {
		if !x.of(v.Type) || !wanted.has(x) && x != primary {
			continue
		}
		value := c.value(x)
		if math.IsNaN(value) || math.IsInf(value, 0) {
			continue
		}
		names := &s.judge.names[about][x]
		s.add(names.value, attributes, value)
		if x != primary && !s.judge.everything || table[x].kind == probability {
			continue
		}
		noise := s.noise(x, key, v, c)
		verdict := far(x, value, r.limit(x, v, s.window.Name), noise.Expected, noise.P99, s.judge.cfg.BeyondNoise)
		s.add(names.threshold, attributes, verdict.threshold)
		s.add(names.noise, attributes, verdict.noise)
		if x == primary {
			s.detected(about, x, attributes, verdict.far)
			drifted = verdict.far
		}
	}
	return drifted
}

func (s *sitting) noise(x statistic, key string, v *profile.Variable, c *comparison) distance.Noise {
	if x != totalVariation && x != lInfinity && x != wasserstein {
		return x.noise(c.bins(), c.n, c.m)
	}
	return s.judge.simulated.noise(x, v, s.segment, func() profile.Reference {
		whole := v.Whole()
		if s.segment != nil {
			whole, _ = s.segment.Reference(key, v, whole)
		}
		return whole
	}, c.n, c.m)
}

// describe publishes mean and quantiles: those that were chosen, all of them where there is nothing to compare with.
func (s *sitting) describe(o *observed, v *profile.Variable, r profile.Reference, known bool, wanted set, attributes []summary.Attribute) {
	h := &o.numeric
	names := &s.judge.names[ofFeature]
	if wanted.has(mean) || !known {
		s.add(names[mean].value, attributes, h.mean())
	}
	if known && wanted.has(meanReference) {
		s.add(names[meanReference].value, attributes, referenceMean(v, r))
	}
	if wanted.has(quantile) || !known {
		shares := make([]float64, len(h.counts))
		for i, c := range h.counts {
			shares[i] = float64(c) / float64(h.n)
		}
		low, top := h.low, h.top
		discrete := false
		if known {
			discrete = v.Discrete && among(h.bounds, v.Bounds)
			if math.IsNaN(low) || math.IsNaN(top) {
				low, top = v.Min, v.Max
			}
		}
		s.quantiles(quantile, attributes, func(p float64) float64 {
			return distance.Quantile(shares, h.bounds, low, top, p, discrete)
		})
	}
	if known && wanted.has(quantileReference) {
		s.quantiles(quantileReference, attributes, func(p float64) float64 {
			return distance.Quantile(r.Shares, v.Bounds, v.Min, v.Max, p, v.Discrete)
		})
	}
}

func (s *sitting) quantiles(x statistic, attributes []summary.Attribute, of func(p float64) float64) {
	for _, p := range s.judge.cfg.Quantiles {
		with := append(slices.Clone(attributes), summary.Attribute{Key: semconv.AttrQuantile, Value: strconv.FormatFloat(p, 'g', -1, 64)})
		s.add(s.judge.names[ofFeature][x].value, slices.Clip(with), of(p))
	}
}

func (s *sitting) samples(about subject, n uint64) {
	s.points = append(s.points, judge.Point{
		Metric:     semconv.MetricStatisticsSamples,
		Attributes: []summary.Attribute{{Key: semconv.AttrSubject, Value: about.String()}},
		Value:      float64(n),
	})
}

func (s *sitting) detected(about subject, x statistic, attributes []summary.Attribute, far bool) {
	with := make([]summary.Attribute, 1, 2)
	with[0] = summary.Attribute{Key: semconv.AttrDriftStatistic, Value: table[x].name}
	value := 0.0
	if far {
		value = 1
	}
	s.add(semconv.Drift(about.String(), "detected"), append(with, attributes...), value)
}

// add publishes a value, if it is a number.
func (s *sitting) add(metric string, attributes []summary.Attribute, value float64) {
	if !math.IsNaN(value) && !math.IsInf(value, 0) {
		s.points = append(s.points, judge.Point{Metric: metric, Attributes: attributes, Value: value})
	}
}

// attributes of a variable's points, shared by all of them.
func (s *sitting) attributes(about subject, name string) []summary.Attribute {
	if about != ofFeature {
		return nil
	}
	return []summary.Attribute{{Key: semconv.AttrFeatureName, Value: name}}
}
