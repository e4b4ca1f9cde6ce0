package calibration

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/optimize"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/stats/scores"
)

// anyTable draws a table of both classes and at least two scores.
func anyTable(t *rapid.T) *scores.Table {
	k := rapid.IntRange(2, 40).Draw(t, "bins")
	edges := rapid.SliceOfNDistinct(rapid.Float64Range(1e-6, 1-1e-6), k+1, k+1, rapid.ID[float64]).Draw(t, "edges")
	sort.Float64s(edges)
	table := &scores.Table{}
	for i := range k {
		low, high := edges[i], edges[i+1]
		table.Bins = append(table.Bins, scores.Bin{Low: low, High: high, Score: low + (high-low)/2})
		table.Positives = append(table.Positives, float64(rapid.IntRange(0, 50).Draw(t, "positives")))
		table.Negatives = append(table.Negatives, float64(rapid.IntRange(0, 50).Draw(t, "negatives")))
	}
	table.Positives[0]++
	table.Negatives[0]++
	table.Positives[k-1]++
	table.Negatives[k-1]++
	return table
}

func simulate(n int, seed uint64, probability func(score float64) float64) []outcome {
	random := rand.New(rand.NewPCG(seed, 1))
	outcomes := make([]outcome, n)
	for i := range outcomes {
		score := sigmoid(random.NormFloat64()*1.5 - 0.5)
		outcomes[i] = outcome{score, random.Float64() < probability(score)}
	}
	return outcomes
}

// Calibrators keep the order of scores, stay within 0..1, and survive JSON to the last bit.
func TestCalibratorsAreMonotone(t *testing.T) {
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			fitted := 0
			rapid.Check(t, func(t *rapid.T) {
				c, err := Fit(name, anyTable(t))
				if err != nil {
					require.ErrorContains(t, err, name)
					return
				}
				fitted++
				text, err := Encode(c)
				require.NoError(t, err)
				again, err := Decode(text)
				require.NoError(t, err, string(text))
				require.Equal(t, c, again)
				last := -1.0
				at := rapid.SliceOfN(rapid.Float64Range(0, 1), 2, 30).Draw(t, "at")
				if s, ok := c.(*Isotonic); ok {
					at = append(at, s.Scores...)
				}
				slices.Sort(at)
				for _, s := range at {
					p := c.Apply(s)
					require.True(t, p >= 0 && p <= 1, "%v", p)
					require.GreaterOrEqual(t, p, last-1e-15)
					last = p
				}
			})
			require.Positive(t, fitted)
		})
	}
}

// What two halves add up to is fitted as the whole.
func TestFitOfMergedIsFitOfWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := anyTable(t)
		a := &scores.Table{Bins: whole.Bins, Positives: slices.Clone(whole.Positives), Negatives: slices.Clone(whole.Negatives)}
		b := &scores.Table{Bins: whole.Bins, Positives: make([]float64, len(a.Bins)), Negatives: make([]float64, len(a.Bins))}
		for i := range a.Bins {
			p, n := rapid.IntRange(0, int(a.Positives[i])).Draw(t, "p"), rapid.IntRange(0, int(a.Negatives[i])).Draw(t, "n")
			b.Positives[i], b.Negatives[i] = float64(p), float64(n)
			a.Positives[i] -= float64(p)
			a.Negatives[i] -= float64(n)
		}
		merged := &scores.Table{Bins: whole.Bins}
		for i := range a.Bins {
			merged.Positives = append(merged.Positives, a.Positives[i]+b.Positives[i])
			merged.Negatives = append(merged.Negatives, a.Negatives[i]+b.Negatives[i])
		}
		for _, name := range Names() {
			want, err := Fit(name, whole)
			got, gotErr := Fit(name, merged)
			require.Equal(t, err, gotErr)
			require.Equal(t, want, got)
		}
	})
}

func TestMeasuresHaveBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := anyTable(t)
		twenty := BinsOf(table, 20)
		ten := twenty.Coarser(Width)
		share := func(x float64) { require.True(t, x >= 0 && x <= 1, "%v", x) }
		share(ten.ECE())
		share(ten.MCE())
		share(ACE(table))
		require.LessOrEqual(t, ten.ECE(), ten.MCE()+1e-12)
		require.LessOrEqual(t, ten.ECE(), twenty.ECE()+1e-12, "finer bins never lower it")
		d := Decompose(ten, Brier(table))
		require.GreaterOrEqual(t, d.Reliability, 0.0)
		require.True(t, d.Resolution >= 0 && d.Resolution <= d.Uncertainty+1e-12)
		require.GreaterOrEqual(t, d.WithinVariance, -1e-9)
		require.LessOrEqual(t, d.WithinVariance, 0.01/4+1e-9, "no score is further from another of its bin than 0.1")
		noise := ECENoise(ten)
		require.True(t, noise.Expected >= 0 && noise.P99 >= noise.Expected)
		if hl := HosmerLemeshow(table); !math.IsNaN(hl.P) {
			share(hl.P)
			require.LessOrEqual(t, hl.Groups, Parts)
		}
		parts := equalMass(table, Parts)
		p, n := table.Totals()
		for _, part := range parts {
			require.InDelta(t, (p+n)/Parts, part.Samples(), 1e-6*(p+n))
		}
	})
}

// Scores that are probabilities are left alone, and nothing is said against them.
func TestCalibratedScores(t *testing.T) {
	outcomes := simulate(200_000, 7, func(s float64) float64 { return s })
	table, bins := odds(outcomes), equalWidth(outcomes, Width)
	noise := ECENoise(bins)
	assert.Less(t, bins.ECE(), noise.P99)
	assert.Less(t, bins.ECE(), 0.01)
	s, err := SlopeOf(table)
	require.NoError(t, err)
	assert.InDelta(t, 1, s.Slope, 4*s.SlopeError)
	assert.InDelta(t, 0, s.Intercept, 4*s.InterceptError)
	assert.Less(t, s.SlopeError, 0.01)
	assert.Less(t, math.Abs(SpiegelhalterZ(table)), 3.0)
	assert.Greater(t, HosmerLemeshow(table).P, 0.001)
	for _, name := range Names() {
		c, err := Fit(name, table)
		require.NoError(t, err)
		for _, at := range []float64{0.05, 0.2, 0.5, 0.8, 0.95} {
			assert.InDelta(t, at, c.Apply(at), 0.03, "%s at %v", name, at)
		}
		gain := GainOf([]*scores.Table{odds(simulate(50_000, 8, func(s float64) float64 { return s }))}, c)
		assert.Less(t, gain.Mean, 3*gain.Error, "%s wins nothing where nothing is to be won", name)
	}
}

// A distortion of the calibrator's own family is found again, and undone.
func TestCalibratorsUndoDistortion(t *testing.T) {
	for name, truth := range map[string]Calibrator{
		NamePlatt:       &Platt{Slope: 0.5, Intercept: -0.7},
		NameTemperature: &Temperature{2},
		NameBeta:        &Beta{A: 0.4, B: 1.3, C: 0.2},
		NameIsotonic:    &Isotonic{Scores: []float64{0.1, 0.3, 0.7, 0.8}, Probabilities: []float64{0.05, 0.4, 0.5, 0.9}},
	} {
		outcomes := simulate(200_000, 11, truth.Apply)
		c, err := Fit(name, odds(outcomes))
		require.NoError(t, err)
		for _, at := range []float64{0.05, 0.2, 0.5, 0.75, 0.95} {
			assert.InDelta(t, truth.Apply(at), c.Apply(at), 0.03, "%s at %v", name, at)
		}
		gain := GainOf([]*scores.Table{odds(simulate(20_000, 12, truth.Apply))}, c)
		assert.Greater(t, gain.Mean, 3*gain.Error, name)
		raw, calibrated := equalWidth(outcomes, Width), BinsOf(Recalibrated(odds(outcomes), c), Width)
		assert.Greater(t, raw.ECE(), ECENoise(raw).P99, name)
		assert.Less(t, calibrated.ECE(), 0.01, name)
	}
}

// The fits are the minima that a general optimiser finds.
func TestBetaAgainstGeneralOptimiser(t *testing.T) {
	for seed := range uint64(6) {
		truth := &Beta{A: 0.3 + 0.4*float64(seed), B: 2 - 0.3*float64(seed), C: float64(seed)/5 - 0.5}
		table := odds(simulate(3000, seed, truth.Apply))
		loss := func(x []float64) float64 { // A and B as squares: at least 0
			sum := 0.0
			c := &Beta{A: x[0] * x[0], B: x[1] * x[1], C: x[2]}
			for i, b := range table.Bins {
				p := c.Apply(b.Score)
				sum -= table.Positives[i]*math.Log(p) + table.Negatives[i]*math.Log1p(-p)
			}
			return sum
		}
		result, err := optimize.Minimize(optimize.Problem{Func: loss}, []float64{1, 1, 0}, &optimize.Settings{MajorIterations: 5000, FuncEvaluations: 100_000}, &optimize.NelderMead{})
		require.NoError(t, err)
		c, err := FitBeta(table)
		require.NoError(t, err)
		got := loss([]float64{math.Sqrt(c.A), math.Sqrt(c.B), c.C})
		require.InDelta(t, result.F, got, 1e-6*result.F)
		require.LessOrEqual(t, got, result.F+1e-9*result.F)
	}
}

// A truth that no allowed beta can follow gets the best allowed one.
func TestBetaOnItsBoundary(t *testing.T) {
	falling := func(s float64) float64 { return min(max(0.9-4*(s-0.4)*(s-0.4), 0.05), 0.95) }
	table := odds(simulate(20_000, 5, falling))
	c, err := FitBeta(table)
	require.NoError(t, err)
	require.True(t, c.A == 0 || c.B == 0, "%+v", c)
	loss := func(b *Beta) float64 { return LogLoss(Recalibrated(table, b)) }
	least := loss(c)
	for _, d := range []float64{-0.02, 0.02} {
		for _, other := range []*Beta{{max(c.A+d, 0), c.B, c.C}, {c.A, max(c.B+d, 0), c.C}, {c.A, c.B, c.C + d}} {
			require.GreaterOrEqual(t, loss(other), least-1e-12)
		}
	}
}

// Scores that rank the wrong way are not turned round.
func TestWrongWayRound(t *testing.T) {
	table := odds(simulate(5000, 3, func(s float64) float64 { return 1 - s }))
	s, err := SlopeOf(table)
	require.NoError(t, err)
	assert.Less(t, s.Slope, 0.0)
	p, err := FitPlatt(table)
	require.NoError(t, err)
	positives, negatives := table.Totals()
	assert.Zero(t, p.Slope)
	assert.InDelta(t, positives/(positives+negatives), p.Apply(0.3), 1e-3)
	_, err = FitTemperature(table)
	require.ErrorContains(t, err, "rank the wrong way")
	c, err := FitIsotonic(table)
	require.NoError(t, err)
	assert.Less(t, c.Apply(1)-c.Apply(0), 0.1+p.Apply(0.5))
}

// The closed form against drawing.
func TestECENoiseAgainstSimulation(t *testing.T) {
	for _, test := range []struct {
		name    string
		n       int
		score   func(*rand.Rand) float64
		percent float64
	}{
		{"even", 1000, func(r *rand.Rand) float64 { return r.Float64() }, 3},
		{"even, few", 200, func(r *rand.Rand) float64 { return r.Float64() }, 4},
		{"one bin", 500, func(*rand.Rand) float64 { return 0.45 }, 6},
		{"rare", 2000, func(r *rand.Rand) float64 { return sigmoid(r.NormFloat64()*0.8 - 4) }, 8},
	} {
		random := rand.New(rand.NewPCG(5, 6))
		drawn := make([]float64, test.n)
		for i := range drawn {
			drawn[i] = test.score(random)
		}
		const draws = 4000
		values, sum := make([]float64, draws), 0.0
		outcomes := make([]outcome, test.n)
		for d := range values {
			for i, s := range drawn {
				outcomes[i] = outcome{s, random.Float64() < s}
			}
			values[d] = equalWidth(outcomes, Width).ECE()
			sum += values[d]
		}
		sort.Float64s(values)
		noise := ECENoise(equalWidth(outcomes, Width))
		p99, mean := values[draws*99/100], sum/draws
		t.Logf("%s: mean %.5f, closed form %.5f; 99th percentile %.5f, closed form %.5f (%+.1f %%)", test.name, mean, noise.Expected, p99, noise.P99, 100*(noise.P99/p99-1))
		assert.InDelta(t, mean, noise.Expected, mean*test.percent/100, test.name)
		assert.InDelta(t, p99, noise.P99, p99*test.percent/100, test.name)
	}
}

// Both tests call calibrated scores wrong as often as they say.
func TestLevelOfTests(t *testing.T) {
	const draws = 2000
	var byHosmer, bySpiegelhalter, byGain int
	for d := range uint64(draws) {
		table := exact(simulate(800, 1000+d, func(s float64) float64 { return s }))
		if HosmerLemeshow(table).P < 0.05 {
			byHosmer++
		}
		if math.Abs(SpiegelhalterZ(table)) > 1.959964 {
			bySpiegelhalter++
		}
		// A calibrator that is as wrong as can be without a difference on average does not exist; one that is right never loses for sure.
		if g := GainOf([]*scores.Table{table}, &Temperature{1.5}); g.Mean > 1.96*g.Error {
			byGain++
		}
	}
	assert.InDelta(t, 0.05, float64(byHosmer)/draws, 0.015)
	assert.InDelta(t, 0.05, float64(bySpiegelhalter)/draws, 0.015)
	assert.Less(t, float64(byGain)/draws, 0.005, "a calibrator that makes it worse is not said to help")
}

// Scores of a rare event, and scores that hardly differ, can be calibrated too.
func TestNarrowScores(t *testing.T) {
	for name, center := range map[string]struct{ middle, spread float64 }{"rare": {-7, 0.8}, "about a half": {0, 0.05}, "nearly sure": {6, 0.5}} {
		random := rand.New(rand.NewPCG(4, 4))
		draw := func(n int) []outcome {
			outcomes := make([]outcome, n)
			for i := range outcomes {
				x := center.middle + center.spread*random.NormFloat64()
				outcomes[i] = outcome{sigmoid(x), random.Float64() < sigmoid(x+0.7)} // all too low
			}
			return outcomes
		}
		table, later := odds(draw(300_000)), []*scores.Table{odds(draw(300_000))}
		for _, method := range []string{NamePlatt, NameBeta, NameIsotonic} {
			c, err := Fit(method, table)
			require.NoError(t, err, "%s, %s", name, method)
			gain := GainOf(later, c)
			assert.Greater(t, gain.Mean, 2*gain.Error, "%s, %s", name, method)
			at := sigmoid(center.middle)
			assert.InEpsilon(t, sigmoid(center.middle+0.7), c.Apply(at), 0.2, "%s, %s", name, method)
		}
	}
}
