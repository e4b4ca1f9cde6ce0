package drift

import (
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/summary"
)

func drawCounts(t *rapid.T, n int, label string) []uint64 {
	return rapid.SliceOfN(rapid.Uint64Range(0, 200), n, n).Draw(t, label)
}

// drawWindow is a window of fraud's features, and its profile with other counts and limits.
func drawWindow(t *rapid.T) (*summary.Window, *profile.Profile) {
	p := fraud()
	for _, v := range p.Features {
		v.Counts = drawCounts(t, len(v.Counts), "reference of "+v.Name)
		v.Counts[0]++
		if rapid.Bool().Draw(t, "chunks") {
			v.Limits = map[string]map[string]profile.Limit{"1h": {
				"psi":           {Greatest: rapid.Float64Range(-0.1, 1).Draw(t, "greatest"), Chunks: 10},
				"missing_share": {Greatest: rapid.Float64Range(0, 0.2).Draw(t, "greatest missing"), Chunks: 10},
			}}
		}
	}
	counts := drawCounts(t, 10, "amount")
	w := window(amounts(p.Features[0].Bounds, counts...), invalid("amount", "missing", float64(rapid.IntRange(0, 200).Draw(t, "missing"))))
	for i, n := range drawCounts(t, 5, "country") {
		w.Series = append(w.Series, country([]string{"DE", "FR", "IT", profile.Other, profile.Unseen}[i], float64(n)))
	}
	sortSeries(w)
	return w, p
}

// detected is what anybody can work out from the published values.
func TestDetectedFollowsFromWhatIsPublished(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, p := drawWindow(t)
		cfg := DefaultConfig()
		cfg.Primary = rapid.SampledFrom(Judged()).Draw(t, "primary")
		cfg.MinSamples, cfg.Statistics = 20, []string{"all"}
		j, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		points := byName(j.Judge(w, p))
		drifted, judged := make(map[string]bool), make(map[string]bool)
		for name, value := range points {
			rest, ok := strings.CutPrefix(name, "ml.feature.drift.detected ")
			if !ok {
				continue
			}
			statistic, of, _ := strings.Cut(rest, " ")
			judged[of] = true
			if value == 1 {
				drifted[of] = true
			}
			if strings.HasSuffix(statistic, "_share") {
				metric := "ml.feature." + statistic
				far := math.Abs(points[metric+" "+of]-points[metric+"_reference "+of]) > points[metric+"_threshold "+of]
				if far != (value == 1) {
					t.Fatalf("%s of %s: detected %v", statistic, of, value)
				}
				continue
			}
			metric := "ml.feature.drift." + statistic
			x := math.Abs(points[metric+" "+of])
			noise, known := points[metric+"_noise "+of]
			want := x > points[metric+"_threshold "+of] && (!known || x > noise)
			if want != (value == 1) {
				t.Fatalf("%s of %s: %v, threshold %v, noise %v, detected %v", statistic, of, x, points[metric+"_threshold "+of], noise, value)
			}
		}
		if share, ok := points["ml.model.drift.share"]; ok != (len(judged) > 0) || ok && math.Abs(share*float64(len(judged))-float64(len(drifted))) > 1e-9 {
			t.Fatalf("share %v of %v, drifted %v", share, judged, drifted)
		}
	})
}

// The order of series, and whether a count came in one or in parts, make no difference.
func TestSeriesInAnyOrderAndInParts(t *testing.T) {
	j := newJudge(t, func(c *Config) { c.Statistics, c.MinSamples = []string{"all"}, 1 })
	rapid.Check(t, func(t *rapid.T) {
		w, p := drawWindow(t)
		want := lines(j.Judge(w, p))
		parts := &summary.Window{Name: w.Name}
		for _, s := range w.Series {
			if s.Histogram == nil {
				part := math.Floor(s.Sum / 3)
				a, b := s, s
				a.Sum, b.Sum = part, s.Sum-part
				parts.Series = append(parts.Series, a, b)
				continue
			}
			a, b := *s.Histogram, *s.Histogram
			a.Counts, b.Counts = make([]uint64, len(a.Counts)), make([]uint64, len(a.Counts))
			for i, n := range s.Histogram.Counts {
				a.Counts[i] = n / 3
				b.Counts[i] = n - n/3
			}
			a.Sum = 50 * float64(a.Count())
			b.Sum = 50 * float64(b.Count())
			for _, h := range []*summary.Histogram{&b, &a} {
				x := s
				x.Histogram = h
				parts.Series = append(parts.Series, x)
			}
		}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		random.Shuffle(len(parts.Series), func(i, k int) { parts.Series[i], parts.Series[k] = parts.Series[k], parts.Series[i] })
		sortStable(parts)
		assert.Equal(t, want, lines(j.Judge(parts, p)))
	})
}

// Twice the traffic and twice the reference: the same distances, half of PSI's noise.
func TestScaling(t *testing.T) {
	j := newJudge(t, func(c *Config) { c.Statistics, c.MinSamples, c.MinExpected = []string{"all"}, 1, 0 })
	rapid.Check(t, func(t *rapid.T) {
		w, p := drawWindow(t)
		before := byName(j.Judge(w, p))
		for i, s := range w.Series {
			w.Series[i].Sum *= 2
			if h := s.Histogram; h != nil {
				h.Sum *= 2
				for k := range h.Counts {
					h.Counts[k] *= 2
				}
			}
		}
		for _, v := range p.Features {
			for k := range v.Counts {
				v.Counts[k] *= 2
			}
		}
		after := byName(j.Judge(w, p))
		for _, s := range []statistic{psi, kl, jsDistance, hellinger, cramersV, totalVariation, lInfinity, ksStatistic, wasserstein, meanShift} {
			metric := "ml.feature.drift." + table[s].name
			for _, of := range []string{" amount", " country"} {
				assert.InDelta(t, before[metric+of], after[metric+of], 1e-9, metric+of)
			}
		}
		assert.InDelta(t, before["ml.feature.drift.psi_noise amount"]/2, after["ml.feature.drift.psi_noise amount"], 1e-12)
	})
}

func TestMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bins := rapid.IntRange(1, 30).Draw(t, "bins")
		counts := drawCounts(t, bins, "counts")
		reference := drawCounts(t, bins, "reference")
		reference[0]++
		total := float64(sumOf(reference))
		shares := make([]float64, bins)
		for i, c := range reference {
			shares[i] = float64(c) / total
		}
		size := rapid.Float64Range(1, 5000).Draw(t, "size")
		ordered := rapid.Bool().Draw(t, "ordered")
		var m merger
		m.merge(counts, shares, size, 5, ordered)
		var kept, mass float64
		for i, share := range m.reference {
			kept, mass = kept+m.current[i], mass+share
			alone := share > 1-1e-9 // all that the reference has: there is nothing to merge it with
			if share*size < 5-1e-9 && !alone && !(share == 0 && m.current[i] >= 5) {
				t.Fatalf("bin %d of %v expects %v", i, m.reference, share*size)
			}
		}
		assert.Equal(t, float64(sumOf(counts)), kept, "observations")
		assert.InDelta(t, 1, mass, 1e-9)

		m.merge(counts, shares, size, 0, ordered)
		var occupied int
		for i, c := range counts {
			if c > 0 || shares[i] > 0 {
				occupied++
			}
		}
		assert.Len(t, m.current, occupied, "0 merges nothing")
	})
}

func TestMergeByHand(t *testing.T) {
	var m merger
	shares := []float64{0.01, 0.03, 0.5, 0.02, 0.44}
	counts := []uint64{1, 2, 50, 3, 44}
	m.merge(counts, shares, 100, 5, true)
	assert.InDeltaSlice(t, []float64{0.54, 0.46}, m.reference, 1e-12, "neighbours, from the left")
	assert.Equal(t, []float64{53, 47}, m.current)
	m.merge(counts, shares, 100, 5, false)
	assert.InDeltaSlice(t, []float64{0.5, 0.44, 0.06}, m.reference, 1e-12, "all rare categories")
	assert.Equal(t, []float64{50, 44, 6}, m.current)
	m.merge(counts, shares, 80, 5, false)
	assert.InDeltaSlice(t, []float64{0.5, 0.5}, m.reference, 1e-12, "still too rare: with the rarest of the others")
	m.merge([]uint64{60, 40, 4, 5}, []float64{0.6, 0.4, 0, 0}, 100, 5, false)
	assert.Equal(t, []float64{60, 44, 5}, m.current, "five that the reference never saw stand alone, four do not")
}

// What changed from a constant must show, though a constant's other bins expect nothing.
func TestConstantReference(t *testing.T) {
	xs := make([]float64, 1000)
	for i := range xs {
		xs[i] = 7
	}
	v := numericVariable("amount", xs)
	p := &profile.Profile{Rhythm: profile.Rhythm{Cycle: profile.Steady}, Features: []*profile.Variable{v}}
	j := newJudge(t, nil)
	assert.Equal(t, 0.0, byName(j.Judge(window(amounts(v.Bounds, 0, 500, 0)), p))["ml.feature.drift.detected psi amount"])
	got := byName(j.Judge(window(amounts(v.Bounds, 100, 300, 100)), p))
	assert.Equal(t, 1.0, got["ml.feature.drift.detected psi amount"])
	assert.Equal(t, 1.0, got["ml.feature.drift.detected out_of_range_share amount"])
	assert.Equal(t, 0.4, got["ml.feature.out_of_range_share amount"])
	assert.NotContains(t, got, "ml.feature.drift.wasserstein amount", "no spread to measure by")
}

func TestConcurrentUse(t *testing.T) {
	j := newJudge(t, func(c *Config) { c.Primary = "total_variation" })
	p, w := manyFeatures(24)
	want := lines(j.Judge(w, p))
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() { assert.Equal(t, want, lines(j.Judge(w, p))) })
	}
	wait.Wait()
}

func sumOf(xs []uint64) (s uint64) {
	for _, x := range xs {
		s += x
	}
	return s
}
