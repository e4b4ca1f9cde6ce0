package calibration

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/stats/scores"
)

// What can't be fitted is refused in words; what can't be measured is NaN; nothing panics.
func TestDegenerate(t *testing.T) {
	some := func(score float64, positives, negatives int) (outcomes []outcome) {
		for range positives {
			outcomes = append(outcomes, outcome{score, true})
		}
		for range negatives {
			outcomes = append(outcomes, outcome{score, false})
		}
		return outcomes
	}
	for name, test := range map[string]struct {
		table *scores.Table
		says  string
	}{
		"empty":      {&scores.Table{}, "no outcomes"},
		"no counts":  {&scores.Table{Bins: []scores.Bin{{Low: 0, High: 1, Score: 0.5}}, Positives: []float64{0}, Negatives: []float64{0}}, "no outcomes"},
		"positives":  {exact(append(some(0.2, 5, 0), some(0.7, 5, 0)...)), "no negatives among 10 outcomes"},
		"negatives":  {exact(append(some(0.2, 0, 5), some(0.7, 0, 5)...)), "no positives among 10 outcomes"},
		"one score":  {exact(some(0.2, 5, 5)), "the same score"},
		"NaN":        {&scores.Table{Bins: []scores.Bin{{Low: 0, High: 1, Score: 0.5}}, Positives: []float64{math.NaN()}, Negatives: []float64{1}}, "broken"},
		"descending": {&scores.Table{Bins: []scores.Bin{{Low: 0.5, High: 1, Score: 0.7}, {Low: 0, High: 0.5, Score: 0.2}}, Positives: []float64{1, 1}, Negatives: []float64{1, 1}}, "broken"},
		"lengths":    {&scores.Table{Bins: []scores.Bin{{Low: 0.5, High: 1, Score: 0.7}}}, "broken"},
	} {
		for _, c := range Names() {
			fitted, err := Fit(c, test.table)
			require.ErrorContains(t, err, test.says, "%s of %s", c, name)
			require.Nil(t, fitted)
		}
		_, err := SlopeOf(test.table)
		require.ErrorContains(t, err, test.says, name)
		_, err = InTheLarge(test.table)
		require.Error(t, err, name)
		HosmerLemeshow(test.table)
		GainOf([]*scores.Table{test.table}, &Platt{Slope: 1})
	}
	for _, x := range []float64{Bins{}.ECE(), Bins{{}}.MCE(), ACE(&scores.Table{}), ECENoise(nil).P99, Decompose(nil, 0).Reliability, SpiegelhalterZ(&scores.Table{}),
		HosmerLemeshow(&scores.Table{}).P, Brier(&scores.Table{}), LogLoss(&scores.Table{}), GainOf(nil, &Platt{}).Mean} {
		assert.True(t, math.IsNaN(x), "%v", x)
	}
	broken := Bins{{Positives: 5, Negatives: 5, PositiveScores: math.NaN()}}
	for _, x := range []float64{broken.ECE(), broken.MCE(), ECENoise(broken).P99, Decompose(broken, 0.1).Reliability} {
		assert.True(t, math.IsNaN(x), "a sender that has no sums: %v", x)
	}
	assert.Zero(t, ECENoise(Bins{{Negatives: 5}}).P99)
	_, err := Fit("magic", exact(some(0.2, 5, 5)))
	require.ErrorContains(t, err, `no calibrator "magic"; use one of beta, isotonic, platt, temperature`)
	assert.Nil(t, Bins{{}, {}, {}}.Coarser(2))
}

// Scores that tell the classes apart without error have no best temperature, slope or beta; Platt's targets still give a fit.
func TestSeparated(t *testing.T) {
	var outcomes []outcome
	for i := range 50 {
		outcomes = append(outcomes, outcome{0.1 + float64(i)/500, false}, outcome{0.6 + float64(i)/500, true})
	}
	table := exact(outcomes)
	_, err := SlopeOf(table)
	require.ErrorContains(t, err, "separates")
	_, err = FitBeta(table)
	require.Error(t, err)
	p, err := FitPlatt(table)
	require.NoError(t, err)
	assert.Less(t, p.Apply(0.15), 0.05)
	assert.Greater(t, p.Apply(0.65), 0.95)
	c, err := FitIsotonic(table)
	require.NoError(t, err)
	assert.Zero(t, c.Apply(0.15))
}

func TestEdgesOfBins(t *testing.T) {
	for k := range 21 {
		edge := float64(k) / 20
		assert.Equal(t, max(k-1, 0), BinIndex(edge, 20), "%v", edge)
		if k < 20 {
			assert.Equal(t, k, BinIndex(math.Nextafter(edge, 1), 20), "%v", edge)
		}
	}
	assert.Equal(t, 2, BinIndex(0.1+0.05, 20), "above 0.15 by a rounding: scikit-learn's edges are linspace's")
}

func TestApplyAtTheEnds(t *testing.T) {
	for _, c := range []Calibrator{&Identity{}, &Platt{1.5, 0.2}, &Temperature{2}, &Beta{1, 0.5, 0.1}, &Isotonic{[]float64{0.2, 0.2, 0.9}, []float64{0, 0.5, 1}}} {
		for _, s := range []float64{-1, 0, 1, 2, math.Inf(1), math.Inf(-1)} {
			p := c.Apply(s)
			assert.True(t, p >= 0 && p <= 1, "%s at %v: %v", c.Name(), s, p)
		}
		assert.True(t, math.IsNaN(c.Apply(math.NaN())), c.Name())
	}
	step := &Isotonic{[]float64{0.2, 0.2, 0.9}, []float64{0, 0.5, 1}}
	assert.Zero(t, step.Apply(0.2))
	assert.InDelta(t, 0.5, step.Apply(0.2000001), 1e-6)
	assert.InDelta(t, 0.75, step.Apply(0.55), 1e-12)
}

func TestDecodeRefuses(t *testing.T) {
	for text, says := range map[string]string{
		`[]`:                         "no calibrator",
		`{}`:                         "name",
		`{"name":"magic"}`:           "unknown calibrator",
		`{"name":"platt","slope":1}`: "intercept: missing",
		`{"name":"platt","slope":-1,"intercept":0}`:                              "slope: -1 must be 0 or more",
		`{"name":"platt","slope":1e9,"intercept":0}`:                             "slope",
		`{"name":"platt","slope":"1","intercept":0}`:                             "platt",
		`{"name":"temperature","temperature":0}`:                                 "must be above 0",
		`{"name":"beta","a":1,"b":-2,"c":0}`:                                     "b: -2",
		`{"name":"isotonic","scores":[],"probabilities":[]}`:                     "at least 1",
		`{"name":"isotonic","scores":[0.1],"probabilities":[0.1,0.2]}`:           "as many",
		`{"name":"isotonic","scores":[0.2,0.1],"probabilities":[0.1,0.2]}`:       "must be above",
		`{"name":"isotonic","scores":[0.1,0.1,0.1],"probabilities":[0,0.2,0.3]}`: "only two may be equal",
		`{"name":"isotonic","scores":[0.1,0.2],"probabilities":[0.3,0.2]}`:       "must not fall",
		`{"name":"isotonic","scores":[0.1,2],"probabilities":[0.3,0.4]}`:         "within 0 and 1",
	} {
		_, err := Decode([]byte(text))
		require.ErrorContains(t, err, says, text)
	}
	_, err := Encode(&Platt{Slope: math.NaN()})
	require.Error(t, err)
}

// Bytes from outside never panic, and what is accepted can be applied and written again.
func FuzzDecode(f *testing.F) {
	for _, c := range []Calibrator{&Identity{}, &Platt{1.5, 0.2}, &Temperature{2}, &Beta{1, 0.5, 0.1}, &Isotonic{[]float64{0.2, 0.2, 0.9}, []float64{0, 0.5, 1}}} {
		text, err := Encode(c)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Decode(text)
		if err != nil {
			return
		}
		last := 0.0
		for s := 0.0; s <= 1; s += 1.0 / 64 {
			p := c.Apply(s)
			require.True(t, p >= last-1e-12 && p <= 1)
			last = p
		}
		_, err = Encode(c)
		require.NoError(t, err)
	})
}
