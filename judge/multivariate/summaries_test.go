package multivariate

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// mixed is a profile of numbers, a flag, a category and missing values, and a window whose pair turned round.
func mixed(t testing.TB) (*learned, *summary.Window) {
	t.Helper()
	random := rand.New(rand.NewPCG(3, 3))
	w := newWorld(random)
	reference, current := w.draw(5000), w.draw(1000)
	for _, s := range []*sample{reference, current} {
		for i, row := range s.rows {
			if i%9 == 0 {
				row[2] = math.NaN()
			}
		}
	}
	pairUp(reference, random, 0.8)
	pairUp(current, random, -0.8)
	r := learn(reference, profile.Steady)
	r.learnLimits(newJudge(t), "24h", 1000)
	return r, r.window("24h", current, 0, len(current.rows))
}

// clone of a window that may be changed.
func clone(w *summary.Window) *summary.Window {
	c := *w
	c.Series = slices.Clone(w.Series)
	for i := range c.Series {
		s := &c.Series[i]
		s.Attributes = slices.Clone(s.Attributes)
		if s.Histogram != nil {
			h := *s.Histogram
			h.Bounds, h.Counts = slices.Clone(h.Bounds), slices.Clone(h.Counts)
			s.Histogram = &h
		}
	}
	return &c
}

// The reference itself is no drift: every statistic is 0, but for the error, which is better than that of other rows.
func TestIdentity(t *testing.T) {
	r, _ := mixed(t)
	j := r.profile.Joint
	got := byName(newJudge(t).Judge(r.window("24h", r.table, 0, len(r.table.rows)), r.profile))
	for _, name := range []string{"reconstruction_shift", "mmd", "correlation_shift"} {
		value, ok := got["ml.joint.drift."+name]
		require.True(t, ok, name)
		if name == "reconstruction_shift" {
			assert.Positive(t, j.ErrorOptimism)
			value += j.ErrorOptimism / j.ErrorStdDev
		}
		assert.InDelta(t, 0, value, 1e-9, name)
		assert.Zero(t, got["ml.joint.drift.detected "+name])
	}
}

// Series in any order, and each cut into parts as by several agents, say the same.
func TestSeriesInAnyOrderAndInParts(t *testing.T) {
	r, w := mixed(t)
	j := newJudge(t)
	want := byName(j.Judge(w, r.profile))
	require.Equal(t, 1.0, want["ml.joint.drift.detected mmd"])
	random := rand.New(rand.NewPCG(8, 8))
	parts := clone(w)
	parts.Series = nil
	for _, s := range clone(w).Series {
		first, second := s, s
		share := random.Float64()
		first.Sum, second.Sum = s.Sum*share, s.Sum-s.Sum*share
		if strings.HasPrefix(s.Metric, "ml.feature") {
			first.Sum = math.Round(first.Sum)
			second.Sum = s.Sum - first.Sum
		}
		if h := s.Histogram; h != nil {
			a, b := *h, *h
			a.Counts, b.Counts = make([]uint64, len(h.Counts)), slices.Clone(h.Counts)
			for i, c := range h.Counts {
				a.Counts[i] = uint64(float64(c) * share)
				b.Counts[i] -= a.Counts[i]
			}
			a.Sum, b.Sum = h.Sum*share, h.Sum-h.Sum*share
			first.Histogram, second.Histogram = &a, &b
		}
		parts.Series = append(parts.Series, first, second)
	}
	random.Shuffle(len(parts.Series), func(i, k int) { parts.Series[i], parts.Series[k] = parts.Series[k], parts.Series[i] })
	sortSeries(parts)
	got := byName(j.Judge(parts, r.profile))
	require.Len(t, got, len(want))
	for name, x := range want {
		assert.InDelta(t, x, got[name], 1e-9, name)
	}
}

func of(w *summary.Window, metric string) []*summary.Series {
	var all []*summary.Series
	for i := range w.Series {
		if w.Series[i].Metric == metric {
			all = append(all, &w.Series[i])
		}
	}
	return all
}

func drop(w *summary.Window, s *summary.Series) {
	w.Series = slices.DeleteFunc(w.Series, func(x summary.Series) bool {
		return x.Metric == s.Metric && slices.Equal(x.Attributes, s.Attributes)
	})
}

// What is not of this profile, or not of the same rows, says nothing.
func TestForeignSummariesSayNothing(t *testing.T) {
	r, whole := mixed(t)
	for name, change := range map[string]func(w *summary.Window){
		"other bounds of the error": func(w *summary.Window) { of(w, semconv.MetricJointReconstructionError)[0].Histogram.Bounds[3] += 1e-12 },
		"another profile's error beside ours": func(w *summary.Window) {
			s := clone(w).Series[slices.IndexFunc(w.Series, func(s summary.Series) bool { return s.Metric == semconv.MetricJointReconstructionError })]
			s.Histogram.Bounds[0] -= 0.1
			w.Series = append(w.Series, s)
			sortSeries(w)
		},
		"no error":                func(w *summary.Window) { drop(w, of(w, semconv.MetricJointReconstructionError)[0]) },
		"error is no number":      func(w *summary.Window) { of(w, semconv.MetricJointReconstructionError)[0].Histogram.Sum = math.NaN() },
		"error is no histogram":   func(w *summary.Window) { of(w, semconv.MetricJointReconstructionError)[0].Histogram = nil },
		"a projection is missing": func(w *summary.Window) { drop(w, of(w, semconv.MetricJointPhase)[7]) },
		"all projections missing": func(w *summary.Window) {
			w.Series = slices.DeleteFunc(w.Series, func(s summary.Series) bool { return s.Metric == semconv.MetricJointPhase })
		},
		"one projection more":        func(w *summary.Window) { of(w, semconv.MetricJointPhase)[7].Attributes[0].Value = "064" },
		"a projection of no number":  func(w *summary.Window) { of(w, semconv.MetricJointPhase)[7].Attributes[0].Value = "x" },
		"a negative projection":      func(w *summary.Window) { of(w, semconv.MetricJointPhase)[7].Attributes[0].Value = "-01" },
		"fewer rows in a projection": func(w *summary.Window) { of(w, semconv.MetricJointPhase)[7].Histogram.Counts[0]++ },
		"sixteen bins": func(w *summary.Window) {
			h := of(w, semconv.MetricJointPhase)[7].Histogram
			h.Bounds, h.Counts = h.Bounds[:15], h.Counts[:16]
		},
		"other bounds of the angle": func(w *summary.Window) { of(w, semconv.MetricJointPhase)[7].Histogram.Bounds[0] = 0.1 },
		"an unknown feature":        func(w *summary.Window) { of(w, semconv.MetricJointResidual)[2].Attributes[0].Value = "new" },
		"a residual is missing":     func(w *summary.Window) { drop(w, of(w, semconv.MetricJointResidual)[2]) },
		"a residual of other rows":  func(w *summary.Window) { of(w, semconv.MetricJointResidual)[2].Histogram.Counts[0]-- },
		"a residual below 0":        func(w *summary.Window) { of(w, semconv.MetricJointResidual)[2].Histogram.Sum = -1 },
		"a residual is infinite":    func(w *summary.Window) { of(w, semconv.MetricJointResidual)[2].Histogram.Sum = math.Inf(1) },
		"counts that do not fit": func(w *summary.Window) {
			h := of(w, semconv.MetricJointResidual)[2].Histogram
			h.Counts = append(h.Counts, 0)
		},
		"a slice": func(w *summary.Window) {
			w.Group.Segment = []summary.Attribute{{Key: "ml.segment.country", Value: "DE"}}
		},
		"an arm of an experiment": func(w *summary.Window) { w.Group.Experiment, w.Group.Variant = "e", "a" },
		"nothing":                 func(w *summary.Window) { w.Series = nil },
		"only what features hold": func(w *summary.Window) {
			w.Series = slices.DeleteFunc(w.Series, func(s summary.Series) bool { return strings.HasPrefix(s.Metric, "ml.joint") })
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := clone(whole)
			change(w)
			assert.Empty(t, newJudge(t).Judge(w, r.profile))
		})
	}
	assert.Empty(t, newJudge(t).Judge(whole, nil))
	assert.Empty(t, newJudge(t).Judge(whole, &profile.Profile{}))
	assert.Empty(t, newJudge(t).Judge(r.window("24h", r.table, 0, 99), r.profile), "fewer than min_samples")
	assert.NotEmpty(t, newJudge(t).Judge(r.window("24h", r.table, 0, 100), r.profile))
}

// Correlations need more than the rest: where that is of other bins, other rows or other features, the rest is judged without them.
func TestCorrelationsThatCannotBeHad(t *testing.T) {
	r, whole := mixed(t)
	value := func(w *summary.Window, name string) *summary.Series {
		for _, s := range of(w, semconv.MetricFeatureValue) {
			if s.Attribute(semconv.AttrFeatureName) == name {
				return s
			}
		}
		return nil
	}
	for name, test := range map[string]struct {
		change func(w *summary.Window)
		pair   bool // of f0 and f1
		any    bool
	}{
		"all is there":         {func(*summary.Window) {}, true, true},
		"other bins of one":    {func(w *summary.Window) { value(w, "f0").Histogram.Bounds[5] += 1e-9 }, false, true},
		"fewer rows of one":    {func(w *summary.Window) { value(w, "f1").Histogram.Counts[5]-- }, false, true},
		"one is missing":       {func(w *summary.Window) { drop(w, value(w, "f1")) }, false, true},
		"a product of unknown": {func(w *summary.Window) { of(w, semconv.MetricJointProduct)[0].Attributes[0].Value = "new" }, false, false},
		"a product turned round": {func(w *summary.Window) {
			a := of(w, semconv.MetricJointProduct)[0].Attributes
			a[0].Value, a[1].Value = a[1].Value, a[0].Value
		}, false, false},
		"a product that is infinite": {func(w *summary.Window) { of(w, semconv.MetricJointProduct)[0].Sum = math.Inf(-1) }, false, false},
		"no products": {func(w *summary.Window) {
			w.Series = slices.DeleteFunc(w.Series, func(s summary.Series) bool { return s.Metric == semconv.MetricJointProduct })
		}, false, false},
		"a product of exactly 0": {func(w *summary.Window) { drop(w, of(w, semconv.MetricJointProduct)[3]) }, true, true},
		"exponential bins": {func(w *summary.Window) {
			s := value(w, "f0")
			s.Histogram, s.Exponential = nil, &summary.Exponential{Zero: 1000}
		}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := clone(whole)
			test.change(w)
			got := byName(newJudge(t).Judge(w, r.profile))
			assert.Equal(t, 1.0, got["ml.joint.drift.detected mmd"])
			assert.Equal(t, 1.0, got["ml.joint.drift.detected reconstruction_shift"])
			_, any := got["ml.joint.drift.correlation_shift"]
			assert.Equal(t, test.any, any)
			_, pair := got["ml.joint.drift.pair_shift f0 f1"]
			assert.Equal(t, test.pair, pair)
			total := 0.0
			for name, x := range got {
				if strings.HasPrefix(name, "ml.joint.drift.contribution") {
					total += x
				}
			}
			assert.InDelta(t, 1, total, 0.02, "eleven features, of which ten are named")
		})
	}
}

// A feature that is there in too few rows has no say in the correlations.
func TestMostlyMissing(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	reference, current := pairs(random, 5000, 4, 0.8), pairs(random, 1000, 4, 0.8)
	for i, row := range current.rows {
		if i >= 60 {
			row[3] = math.NaN()
		} else {
			row[3] = row[0]
		}
	}
	r := learn(reference, profile.Steady)
	x, ok := newJudge(t).compared(r.window("24h", current, 0, 1000), r.profile)
	require.True(t, ok)
	assert.Len(t, x.pairs, 3)
	for _, p := range x.pairs {
		assert.NotEqual(t, 3, p.second)
	}
}

// Whatever stands in the series, there is no panic, and what is published is a number.
func TestAnySummaries(t *testing.T) {
	r, whole := mixed(t)
	j := newJudge(t)
	numbers := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, -1, 1e300}))
	rapid.Check(t, func(t *rapid.T) {
		w := clone(whole)
		for range rapid.IntRange(1, 5).Draw(t, "changes") {
			s := &w.Series[rapid.IntRange(0, len(w.Series)-1).Draw(t, "series")]
			switch rapid.IntRange(0, 6).Draw(t, "change") {
			case 0:
				s.Sum = numbers.Draw(t, "sum")
			case 1:
				if s.Histogram != nil {
					s.Histogram.Sum = numbers.Draw(t, "histogram's sum")
				}
			case 2:
				if s.Histogram != nil && len(s.Histogram.Counts) > 0 {
					s.Histogram.Counts[rapid.IntRange(0, len(s.Histogram.Counts)-1).Draw(t, "bin")] = rapid.Uint64().Draw(t, "count")
				}
			case 3:
				if s.Histogram != nil {
					s.Histogram.Bounds = nil
				}
			case 4:
				s.Histogram = nil
			case 5:
				if len(s.Attributes) > 0 {
					s.Attributes[0].Value = rapid.SampledFrom([]string{"", "f0", "f1", "063", "000", "-1", "99999999999999999999"}).Draw(t, "value")
				}
			case 6:
				s.Metric = rapid.SampledFrom([]string{semconv.MetricJointPhase, semconv.MetricJointProduct, semconv.MetricFeatureValue, semconv.MetricJointResidual}).Draw(t, "metric")
				sortSeries(w)
			}
		}
		for _, p := range j.Judge(w, r.profile) {
			if math.IsNaN(p.Value) || math.IsInf(p.Value, 0) {
				t.Fatalf("%s is %v", p.Metric, p.Value)
			}
		}
	})
}

// Profiles that are broken in ways that no reader refuses say nothing, and do not panic.
func TestOddProfiles(t *testing.T) {
	for name, change := range map[string]func(p *profile.Profile){
		"a reference of nothing":      func(p *profile.Profile) { p.Joint.All = profile.JointMeans{} },
		"fewer means":                 func(p *profile.Profile) { p.Joint.All.Means = p.Joint.All.Means[:2] },
		"fewer cosines":               func(p *profile.Profile) { p.Joint.All.Cosines = p.Joint.All.Cosines[:2] },
		"fewer residuals":             func(p *profile.Profile) { p.Joint.All.Residuals = nil },
		"no spread of the error":      func(p *profile.Profile) { p.Joint.ErrorStdDev = 0 },
		"no traces":                   func(p *profile.Profile) { p.Joint.Trace, p.Joint.TraceSquared = 0, 0 },
		"a correlated feature is off": func(p *profile.Profile) { p.Features = p.Features[1:] },
		"hours of other means": func(p *profile.Profile) {
			p.Rhythm.Cycle = profile.Day
			p.Joint.Hours = make([]profile.JointMeans, 24)
			p.Joint.Hours[0] = profile.JointMeans{Count: 7, Means: []float64{1}}
		},
		"fewer hours": func(p *profile.Profile) {
			p.Rhythm.Cycle = profile.Week
			p.Joint.Hours = make([]profile.JointMeans, 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, w := mixed(t)
			change(r.profile)
			for _, p := range newJudge(t).Judge(w, r.profile) {
				assert.False(t, math.IsNaN(p.Value) || math.IsInf(p.Value, 0), p.Metric)
			}
		})
	}
}

// Every metric is in the registry, with the attributes that it has there, sorted by key; and few series they are.
func TestNamesAreInTheRegistry(t *testing.T) {
	r, w := mixed(t)
	v, vectors := learnVector(rand.New(rand.NewPCG(1, 2)), 16)
	r.profile.Vectors = []*profile.Vector{v.profile}
	w.Series = append(w.Series, v.window(vectors).Series...)
	sortSeries(w)
	points := newJudge(t).Judge(w, r.profile)
	seen := map[string]bool{}
	for _, p := range points {
		m, ok := semconv.Lookup(p.Metric)
		if !assert.True(t, ok, p.Metric) {
			continue
		}
		seen[p.Metric] = true
		for _, a := range p.Attributes {
			if !strings.HasSuffix(p.Metric, "_threshold") && !strings.HasSuffix(p.Metric, "_noise") {
				assert.Contains(t, m.Attributes, a.Key, p.Metric)
			}
		}
		assert.True(t, slices.IsSortedFunc(p.Attributes, func(a, b summary.Attribute) int { return strings.Compare(a.Key, b.Key) }), p.Metric)
	}
	assert.Len(t, seen, 3*3+3+2*3+2, "values, thresholds and noise; verdicts, contributions, pairs; the same of vectors, and the angle")
	assert.LessOrEqual(t, len(points), 3*4+maxBlamed+maxPairs+2*4+1)
}

func TestStatisticsThatAreWanted(t *testing.T) {
	r, w := mixed(t)
	cfg := DefaultConfig()
	cfg.Statistics = []string{"mmd"}
	j, err := New(cfg)
	require.NoError(t, err)
	assert.Equal(t, map[string]bool{"ml.joint.drift.mmd": true, "ml.joint.drift.mmd_threshold": true, "ml.joint.drift.mmd_noise": true, "ml.joint.drift.detected": true}, metrics(j.Judge(w, r.profile)))
}

func metrics(points []judge.Point) map[string]bool {
	all := map[string]bool{}
	for _, p := range points {
		all[p.Metric] = true
	}
	return all
}

func TestWants(t *testing.T) {
	r, w := mixed(t)
	j := newJudge(t)
	for _, s := range w.Series {
		assert.True(t, j.Wants(s.Metric), s.Metric)
	}
	assert.True(t, j.Wants(semconv.MetricVectorPhase) && j.Wants(semconv.MetricVectorComponent))
	assert.False(t, j.Wants(semconv.MetricOutcomes))
	assert.Equal(t, "multivariate", j.Name())
	assert.NotNil(t, r)
}

func TestConcurrentUse(t *testing.T) {
	r, w := mixed(t)
	j := newJudge(t)
	want := byName(j.Judge(w, r.profile))
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() { assert.Equal(t, want, byName(j.Judge(w, r.profile))) })
	}
	wait.Wait()
}
