package multivariate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/joint"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/multivariate"
	"github.com/leeway-ml/leeway/summary"
)

// learnedVector is a profile of one vector input.
type learnedVector struct {
	profile  *profile.Vector
	sketcher *joint.VectorSketcher
}

// embeddings gives vectors of two clusters, on a few directions mostly, as embeddings are.
func embeddings(random *rand.Rand, rows, dims int, shift float64) [][]float64 {
	all := make([][]float64, rows)
	for i := range all {
		v := make([]float64, dims)
		side := float64(random.IntN(2)*2 - 1)
		for d := range v {
			v[d] = 0.5 + (random.NormFloat64()+side*math.Sin(float64(d)))/math.Sqrt(1+float64(d))
		}
		v[0] += shift
		all[i] = v
	}
	return all
}

func learnVector(random *rand.Rand, dims int) (*learnedVector, [][]float64) {
	rows := embeddings(random, 10_000, dims, 0)
	v := &profile.Vector{Name: "text", Mean: make([]float64, dims), Count: uint64(len(rows)), Frequencies: profile.JointFrequencies, Seed: 9}
	for _, row := range rows {
		for d, x := range row {
			v.Mean[d] += x / float64(len(rows))
		}
	}
	for _, row := range rows {
		d := multivariate.MeanDistance(row, v.Mean)
		v.Spread += d * d / float64(len(rows))
	}
	v.Spread = math.Sqrt(v.Spread)
	scaled := make([][]float64, len(rows))
	for i, row := range rows {
		for d, x := range row {
			scaled[i] = append(scaled[i], (x-v.Mean[d])/v.Spread)
		}
	}
	v.Bandwidth = multivariate.MedianDistance(scaled[:500])
	r := &learnedVector{v, joint.NewVectorSketcher(v)}
	means := r.means(rows)
	v.Cosines, v.Sines = means.Cosines, means.Sines
	cosines, sines := multivariate.PhaseMeans(profile.PhaseBins)
	features, f, sketch := multivariate.NewCovariance(2*v.Frequencies), make([]float64, 2*v.Frequencies), r.sketcher.NewSketch()
	for _, row := range rows {
		r.sketcher.Sketch(row, sketch)
		for k, bin := range sketch.Phases {
			f[2*k], f[2*k+1] = cosines[bin]/8, sines[bin]/8
		}
		features.Add(f)
	}
	v.Trace, v.TraceSquared = multivariate.Traces(features.Matrix())
	return r, embeddings(random, 1000, dims, 0.5)
}

func (r *learnedVector) means(rows [][]float64) VectorMeans {
	m, ok := readVector(r.window(rows), r.profile)
	if !ok {
		panic("not read")
	}
	return m
}

func (r *learnedVector) window(rows [][]float64) *summary.Window {
	v := r.profile
	sketch := r.sketcher.NewSketch()
	sums, counts := make([]float64, len(v.Mean)), make([][]uint64, v.Frequencies)
	for k := range counts {
		counts[k] = make([]uint64, profile.PhaseBins)
	}
	for _, row := range rows {
		if r.sketcher.Sketch(row, sketch) != joint.Sound {
			panic("not sound")
		}
		for k, bin := range sketch.Phases {
			counts[k][bin]++
		}
		for d, z := range sketch.Components {
			sums[d] += z
		}
	}
	w := &summary.Window{Name: "24h"}
	name := summary.Attribute{Key: semconv.AttrFeatureName, Value: v.Name}
	for d, sum := range sums {
		w.Series = append(w.Series, summary.Series{Metric: semconv.MetricVectorComponent, Sum: sum,
			Attributes: []summary.Attribute{{Key: semconv.AttrComponentIndex, Value: fmt.Sprintf("%04d", d)}, name}})
	}
	for k := range counts {
		w.Series = append(w.Series, summary.Series{Metric: semconv.MetricVectorPhase, Attributes: []summary.Attribute{name, {Key: semconv.AttrProjectionIndex, Value: fmt.Sprintf("%03d", k)}},
			Histogram: &summary.Histogram{Bounds: multivariate.PhaseBounds(profile.PhaseBins), Counts: counts[k], Sum: math.NaN(), Min: math.NaN(), Max: math.NaN()}})
	}
	return w
}

// A shift of one component by half is found by both, a window like the reference by none; the mean's distance and angle are what they are.
func TestVector(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	r, shifted := learnVector(random, 64)
	p := &profile.Profile{Vectors: []*profile.Vector{r.profile}}
	j := newJudge(t)
	good := byName(j.Judge(r.window(embeddings(random, 1000, 64, 0)), p))
	bad := byName(j.Judge(r.window(shifted), p))
	for _, s := range []string{"mmd", "mean_distance"} {
		assert.Zero(t, good["ml.vector.drift.detected "+s+" text"])
		assert.Contains(t, good, "ml.vector.drift."+s+" text")
		assert.Equal(t, 1.0, bad["ml.vector.drift.detected "+s+" text"], "%v of %v", bad["ml.vector.drift."+s+" text"], bad["ml.vector.drift."+s+"_threshold text"])
	}
	mean := make([]float64, 64)
	for _, row := range shifted {
		for d, x := range row {
			mean[d] += x / float64(len(shifted))
		}
	}
	v := r.profile
	assert.InDelta(t, multivariate.MeanDistance(mean, v.Mean)/v.Spread, bad["ml.vector.drift.mean_distance text"], 1e-9)
	assert.InDelta(t, 0.5/v.Spread, bad["ml.vector.drift.mean_distance text"], 0.06)
	assert.InDelta(t, multivariate.CosineDistance(mean, v.Mean), bad["ml.vector.drift.cosine_distance text"], 1e-9)
}

func TestForeignVectors(t *testing.T) {
	r, rows := learnVector(rand.New(rand.NewPCG(1, 2)), 8)
	p := &profile.Profile{Vectors: []*profile.Vector{r.profile}}
	for name, change := range map[string]func(w *summary.Window){
		"a component more":        func(w *summary.Window) { of(w, semconv.MetricVectorComponent)[3].Attributes[0].Value = "0008" },
		"a component of no name":  func(w *summary.Window) { of(w, semconv.MetricVectorComponent)[3].Attributes[0].Value = "" },
		"a component of no value": func(w *summary.Window) { of(w, semconv.MetricVectorComponent)[3].Sum = math.NaN() },
		"a projection is missing": func(w *summary.Window) { drop(w, of(w, semconv.MetricVectorPhase)[3]) },
		"another vector": func(w *summary.Window) {
			for i := range w.Series {
				w.Series[i].Attributes = []summary.Attribute{{Key: semconv.AttrFeatureName, Value: "image"}}
			}
		},
		"a slice": func(w *summary.Window) {
			w.Group.Segment = []summary.Attribute{{Key: "ml.segment.country", Value: "DE"}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := clone(r.window(rows))
			change(w)
			assert.Empty(t, newJudge(t).Judge(w, p))
		})
	}
	w := clone(r.window(rows))
	w.Series = slices.DeleteFunc(w.Series, func(s summary.Series) bool { return s.Metric == semconv.MetricVectorComponent })
	got := byName(newJudge(t).Judge(w, p))
	assert.Contains(t, got, "ml.vector.drift.mmd text", "the angles are enough for the discrepancy")
	assert.NotContains(t, got, "ml.vector.drift.mean_distance text")
	assert.NotContains(t, got, "ml.vector.drift.cosine_distance text")
	assert.Empty(t, newJudge(t).Judge(r.window(rows[:99]), p), "too few")
}

// An agent with another profile of the features has another one of the vector, too.
func TestVectorsOfAForeignProfile(t *testing.T) {
	r, w := mixed(t)
	v, rows := learnVector(rand.New(rand.NewPCG(1, 2)), 8)
	r.profile.Vectors = []*profile.Vector{v.profile}
	w.Series = append(w.Series, v.window(rows).Series...)
	sortSeries(w)
	assert.Contains(t, byName(newJudge(t).Judge(w, r.profile)), "ml.vector.drift.mmd text")
	foreign := clone(w)
	of(foreign, semconv.MetricJointReconstructionError)[0].Histogram.Bounds[0] -= 1e-9
	assert.Empty(t, newJudge(t).Judge(foreign, r.profile))
	drop(w, of(w, semconv.MetricJointReconstructionError)[0])
	assert.Contains(t, byName(newJudge(t).Judge(w, r.profile)), "ml.vector.drift.mmd text", "agents that count vectors only")
}

func TestStrayVector(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	r, shifted := learnVector(random, 16)
	j := newJudge(t)
	good := j.StrayVector(r.profile, r.means(embeddings(random, 500, 16, 0)), whole(r.profile))
	bad := j.StrayVector(r.profile, r.means(shifted), whole(r.profile))
	require.Len(t, bad, 2)
	for _, s := range []string{"mmd", "mean_distance"} {
		assert.Less(t, good[s], 0.06, s)
		assert.Greater(t, bad[s], 2*good[s], s)
	}
	assert.Nil(t, j.StrayVector(r.profile, r.means(shifted[:99]), whole(r.profile)))
	assert.Nil(t, j.StrayVector(r.profile, r.means(shifted), VectorMeans{}))
}

// Good windows of vectors are not called; a shift along one component, another mixture of the clusters, a part of other vectors are found.
func TestVectorsSimulated(t *testing.T) {
	if testing.Short() {
		t.Skip("many vectors")
	}
	const rows, dims = 500, 128
	random := rand.New(rand.NewPCG(1, 3))
	r, _ := learnVector(random, dims)
	limits := map[string]profile.Limit{"mmd": {Chunks: 20}, "mean_distance": {Chunks: 20}}
	r.profile.Limits = map[string]map[string]profile.Limit{"24h": limits} // the floors
	p := &profile.Profile{Vectors: []*profile.Vector{r.profile}}
	j := newJudge(t)
	for _, test := range []struct {
		name   string
		change func(v []float64)
		finds  []string
		misses []string
	}{
		{"as ever", nil, nil, []string{"mmd", "mean_distance"}},
		{"the first component moved by 0.3", func(v []float64) { v[0] += 0.3 }, []string{"mmd"}, nil},
		{"the first component moved by 0.6", func(v []float64) { v[0] += 0.6 }, []string{"mmd", "mean_distance"}, nil},
		{"each component on either side of its mean, whatever the others", func(v []float64) {
			for d := range v {
				if random.IntN(2) == 0 {
					v[d] = 1 - v[d]
				}
			}
		}, []string{"mmd"}, []string{"mean_distance"}},
		{"a fifth of the vectors are noise about the mean", func(v []float64) {
			if random.IntN(5) == 0 {
				for d := range v {
					v[d] = 0.5 + random.NormFloat64()/4
				}
			}
		}, nil, []string{"mean_distance"}},
		{"all vectors at half their distance from the mean", func(v []float64) {
			for d := range v {
				v[d] = 0.5 + (v[d]-0.5)/2
			}
		}, []string{"mmd"}, []string{"mean_distance"}},
	} {
		far, loud, sum := map[string]float64{}, map[string]float64{}, map[string]float64{}
		times := max(20, *simulated)
		for range times {
			vectors := embeddings(random, rows, dims, 0)
			for _, v := range vectors {
				if test.change != nil {
					test.change(v)
				}
			}
			got := byName(j.Judge(r.window(vectors), p))
			for _, s := range []string{"mmd", "mean_distance"} {
				far[s] += got["ml.vector.drift.detected "+s+" text"] / float64(times)
				sum[s] += got["ml.vector.drift."+s+" text"] / float64(times)
				if got["ml.vector.drift."+s+" text"] > got["ml.vector.drift."+s+"_noise text"] {
					loud[s] += 1 / float64(times)
				}
			}
		}
		t.Logf("%s | %.0f (%.3f, beyond noise %.1f) | %.0f (%.3f, beyond noise %.1f)", test.name, 100*far["mmd"], sum["mmd"], 100*loud["mmd"],
			100*far["mean_distance"], sum["mean_distance"], 100*loud["mean_distance"])
		for _, s := range test.finds {
			assert.GreaterOrEqual(t, far[s], 0.9, "%s finds %s", s, test.name)
		}
		for _, s := range test.misses {
			assert.LessOrEqual(t, far[s], 0.051, "%s of %s", s, test.name)
		}
	}
}
