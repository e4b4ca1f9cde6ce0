package distance

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What can't be compared is NaN, never a number that looks like one, never a panic.
func TestNotComparable(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, s := range map[string][2][]float64{
		"nothing":             {nil, nil},
		"empty":               {{}, {}},
		"lengths differ":      {{0.5, 0.5}, {1}},
		"one is empty":        {{1}, nil},
		"NaN":                 {{nan, 1}, {0.5, 0.5}},
		"NaN in reference":    {{0.5, 0.5}, {0.5, nan}},
		"infinite":            {{inf, 0}, {0.5, 0.5}},
		"negative":            {{1.5, -0.5}, {0.5, 0.5}},
		"no observations":     {{0, 0}, {0.5, 0.5}},
		"empty reference":     {{0.5, 0.5}, {0, 0}},
		"counts, not shares":  {{3, 4}, {5, 5}},
		"does not quite sum":  {{0.5, 0.5001}, {0.5, 0.5}},
		"infinite, both ways": {{inf, 0}, {inf, 0}},
	} {
		for _, stat := range statistics {
			assert.True(t, math.IsNaN(stat.of(s[0], s[1])), "%s: %s", name, stat.name)
		}
		var bounds []float64
		if len(s[0]) > 0 {
			bounds = make([]float64, len(s[0])-1)
		}
		assert.True(t, math.IsNaN(Wasserstein(s[0], s[1], bounds, -1, 1, false)), name)
		assert.True(t, math.IsNaN(WassersteinError(s[0], s[1], bounds, -1, 1, false)), name)
	}
}

func TestChiSquareEdges(t *testing.T) {
	for name, counts := range map[string][2][]float64{
		"nothing":         {nil, nil},
		"lengths differ":  {{1, 2}, {3}},
		"no observations": {{0, 0}, {1, 2}},
		"no reference":    {{1, 2}, {0, 0}},
		"negative":        {{-1, 2}, {1, 2}},
		"NaN":             {{math.NaN(), 2}, {1, 2}},
		"infinite":        {{math.Inf(1), 2}, {1, 2}},
	} {
		got := ChiSquare(counts[0], counts[1])
		assert.True(t, math.IsNaN(got.Statistic) && math.IsNaN(got.P) && math.IsNaN(got.CramersV), name)
		assert.Zero(t, got.DegreesOfFreedom, name)
	}
	assert.Equal(t, ChiSquareResult{P: 1}, ChiSquare([]float64{5}, []float64{7}), "one category")
	assert.Equal(t, ChiSquareResult{P: 1}, ChiSquare([]float64{5, 0}, []float64{7, 0}), "one category that occurs")
	assert.Equal(t, ChiSquareResult{P: 1, DegreesOfFreedom: 1}, ChiSquare([]float64{5, 5}, []float64{7, 7}), "the same shares")
}

func TestKSTwoSampleEdges(t *testing.T) {
	some := []float64{1, 2}
	assert.True(t, math.IsNaN(KSTwoSample(nil, some)))
	assert.True(t, math.IsNaN(KSTwoSample(some, nil)))
	assert.True(t, math.IsNaN(KSTwoSample(some, []float64{math.NaN()})))
	assert.Equal(t, 1.0, KSTwoSample(some, []float64{math.Inf(1)}))
	unsorted := []float64{2, 1}
	assert.Zero(t, KSTwoSample(unsorted, some))
	assert.Equal(t, []float64{2, 1}, unsorted, "arguments stay as they are")
}

func TestKSPValueEdges(t *testing.T) {
	for _, n := range []float64{1, 7, 1e3, 1e15, math.Inf(1)} {
		before := 1.0
		for d := 0.0; d <= 1; d += 0.01 {
			p := KSPValue(d, n, 50)
			assert.True(t, p >= 0 && p <= before, "n %v d %v: %v after %v", n, d, p, before)
			before = p
		}
		assert.Equal(t, 1.0, KSPValue(0, n, 50))
	}
	assert.Zero(t, KSPValue(0.5, 1e9, 1e9))
	for _, got := range []float64{KSPValue(math.NaN(), 5, 5), KSPValue(0.5, 0, 5), KSPValue(0.5, 5, -1), KSPValue(0.5, math.NaN(), 5)} {
		assert.True(t, math.IsNaN(got))
	}
}

func TestQuantileEdges(t *testing.T) {
	bounds := []float64{0, 1, 2}
	s := []float64{0, 0.5, 0.5, 0}
	for p, want := range map[float64]float64{0: 0, 0.25: 0.5, 0.5: 1, 0.75: 1.5, 1: 2} {
		assert.InDelta(t, want, Quantile(s, bounds, 0, 2, p, false), 1e-12, "%v", p)
	}
	for p, want := range map[float64]float64{0: 1, 0.25: 1, 0.5: 1, 0.51: 2, 1: 2} {
		assert.Equal(t, want, Quantile(s, bounds, 1, 2, p, true), "%v", p)
	}
	open := []float64{0.5, 0, 0, 0.5}
	assert.InDelta(t, -3, Quantile(open, bounds, -3, 8, 0, false), 1e-12)
	assert.InDelta(t, 8, Quantile(open, bounds, -3, 8, 1, false), 1e-12)
	assert.InDelta(t, 5, Quantile(open, bounds, -3, 8, 0.75, false), 1e-12, "an empty neighbour says nothing of the tail: evenly")
	assert.InDelta(t, 2, Quantile(open, bounds, math.NaN(), math.NaN(), 0.75, false), 1e-12, "nothing known beyond")
	tailed := []float64{0.01, 0.49, 0.49, 0.01}
	assert.Less(t, Quantile(tailed, bounds, -1000, 1000, 0.995, false), 100.0, "one outlier is not the middle of the tail")
	assert.InDelta(t, 0.5, Quantile([]float64{1}, nil, 0, 1, 0.5, false), 1e-12, "one bin")
	for _, p := range []float64{-0.1, 1.1, math.NaN()} {
		assert.True(t, math.IsNaN(Quantile(s, bounds, 0, 2, p, false)))
	}
	assert.True(t, math.IsNaN(Quantile(s, bounds[:2], 0, 2, 0.5, false)), "bounds of other bins")
	assert.True(t, math.IsNaN(Quantile([]float64{0, 0, 0, 0}, bounds, 0, 2, 0.5, false)), "no observations")
	assert.True(t, math.IsNaN(Quantile(nil, nil, 0, 2, 0.5, false)))
}

func TestMeanShift(t *testing.T) {
	shift, ok := MeanShift(7.5, 5.5, 2.87228132327)
	assert.True(t, ok)
	assert.InDelta(t, 0.696310623823, shift, 1e-11)
	shift, ok = MeanShift(1, 3, 4)
	assert.True(t, ok)
	assert.Equal(t, -0.5, shift)
	for name, a := range map[string][3]float64{
		"constant": {1, 2, 0}, "no std": {1, 2, math.NaN()}, "negative": {1, 2, -1}, "infinite": {1, 2, math.Inf(1)},
		"no mean": {math.NaN(), 2, 1}, "infinite mean": {math.Inf(1), 2, 1}, "infinite reference": {1, math.Inf(-1), 1},
	} {
		shift, ok := MeanShift(a[0], a[1], a[2])
		assert.False(t, ok, name)
		assert.Zero(t, shift, name)
	}
}

func TestNoiseEdges(t *testing.T) {
	for name, of := range map[string]func(bins int, n, m float64) Noise{
		"PSI": PSINoise, "KL": KLNoise, "JS": JSDistanceNoise, "Hellinger": HellingerNoise, "Cramér's V": CramersVNoise,
		"KS": func(_ int, n, m float64) Noise { return KSNoise(n, m) },
	} {
		for _, a := range [][2]float64{{0, 5}, {5, 0}, {-1, 5}, {math.NaN(), 5}, {5, math.NaN()}} {
			got := of(10, a[0], a[1])
			assert.True(t, math.IsNaN(got.Expected) && math.IsNaN(got.P99), "%s %v", name, a)
		}
		known := of(10, 100, math.Inf(1))
		assert.True(t, known.Expected >= 0 && known.P99 >= known.Expected, "%s: a reference known exactly", name)
		if name != "KS" {
			assert.True(t, math.IsNaN(of(0, 5, 5).P99), name)
			assert.Equal(t, Noise{}, of(1, 5, 5), "%s: one bin", name)
			assert.Positive(t, of(500, 5, 5).P99, "%s: more bins than the table has", name)
		}
	}
}
