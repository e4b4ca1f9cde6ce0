package calibration

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/calibration"
	"github.com/leeway-ml/leeway/summary"
)

func TestCalibratedScores(t *testing.T) {
	got := byName(t, newJudge(t, nil).Judge(windowOf(draw(1, 24, 200, honest)...), nil))
	assert.Less(t, got["ece none 1"], got["ece_noise 1"])
	assert.Zero(t, got["degraded 1"])
	assert.InDelta(t, 1, got["slope none 1"], 0.1)
	assert.InDelta(t, 0, got["intercept none 1"], 0.1)
	assert.Greater(t, got["resolution none 1"], 0.05)
	assert.Less(t, got["reliability none 1"], 0.002)
	assert.InDelta(t, got["log_loss identity 1"], got["log_loss platt 1"], 0.005, "nothing to win")
	total := 0.0
	for name, value := range got {
		if strings.HasPrefix(name, "samples") {
			total += value
		}
	}
	assert.Equal(t, 24*200.0, total)
	assert.InDelta(t, 0.025, got["predicted 1 00"], 0.025)
	assert.InDelta(t, got["predicted 1 10"], got["observed 1 10"], 0.15)
}

func TestScoresThatAreTooSure(t *testing.T) {
	got := byName(t, newJudge(t, func(c *Config) { c.Statistics = []string{"all"} }).Judge(windowOf(draw(1, 24, 200, sure)...), nil))
	assert.Equal(t, 1.0, got["degraded 1"])
	assert.Greater(t, got["ece none 1"], got["ece_threshold 1"])
	assert.InDelta(t, 0.4, got["slope none 1"], 0.05)
	assert.Greater(t, math.Abs(got["spiegelhalter_z none 1"]), 5.0)
	assert.Less(t, got["hosmer_lemeshow_p_value none 1"], 1e-6)
	for _, c := range calibration.Names() {
		assert.Less(t, got["ece "+c+" 1"], got["ece identity 1"]/2, c)
		assert.Less(t, got["brier_score "+c+" 1"], got["brier_score identity 1"], c)
	}
	assert.InDelta(t, got["ece none 1"], got["ece identity 1"], 0.03)
	assert.InDelta(t, got["brier_score none 1"], got["brier_score identity 1"], 0.02)
	assert.Greater(t, got["mce none 1"], got["ece none 1"])
	assert.InDelta(t, got["ece none 1"], got["ace none 1"], 0.03)
	assert.InDelta(t, got["brier_score none 1"], got["reliability none 1"]-got["resolution none 1"]+got["uncertainty none 1"], 0.003)
}

// The exact numbers come from the exact sums, not from buckets.
func TestExactNumbers(t *testing.T) {
	panes := draw(3, 6, 100, sure)
	var brier, log float64
	bins := make(calibration.Bins, 10)
	for _, pane := range panes {
		for _, o := range pane {
			b := &bins[calibration.BinIndex(o.score, 10)]
			if o.true {
				brier += (1 - o.score) * (1 - o.score) / 600
				log -= math.Log(o.score) / 600
				b.Add(calibration.Bin{Positives: 1, PositiveScores: o.score})
			} else {
				brier += o.score * o.score / 600
				log -= math.Log1p(-o.score) / 600
				b.Add(calibration.Bin{Negatives: 1, NegativeScores: o.score})
			}
		}
	}
	got := byName(t, newJudge(t, func(c *Config) { c.Statistics = []string{"all"} }).Judge(windowOf(panes...), nil))
	assert.InDelta(t, bins.ECE(), got["ece none 1"], 1e-12)
	assert.InDelta(t, brier, got["brier_score none 1"], 1e-12)
	assert.InDelta(t, log, got["log_loss none 1"], 1e-9)
}

// A calibrator is judged on what came after: one that was right earlier, and is not any more, does not look good.
func TestCalibratorsAreJudgedOnLaterOutcomes(t *testing.T) {
	panes := append(draw(1, 16, 300, sure), draw(2, 8, 300, honest)...)
	got := byName(t, newJudge(t, nil).Judge(windowOf(panes...), nil))
	assert.Greater(t, got["brier_score temperature 1"], got["brier_score identity 1"])
	later := byName(t, newJudge(t, nil).Judge(windowOf(panes[16:]...), nil))
	assert.InDelta(t, later["ece none 1"], got["ece identity 1"], 0.005, "identity: the model's own scores over the later third")
	assert.Nil(t, newJudge(t, nil).Fit(windowOf(panes...), nil, nil))
}

func TestTooFew(t *testing.T) {
	panes := draw(1, 24, 4, sure)
	assert.Empty(t, newJudge(t, nil).Judge(windowOf(panes...), nil), "96 outcomes")
	got := byName(t, newJudge(t, func(c *Config) { c.MinSamples = 50 }).Judge(windowOf(panes...), nil))
	assert.Contains(t, got, "ece none 1")
	assert.NotContains(t, got, "ece identity 1", "32 later ones")
	assert.Empty(t, newJudge(t, nil).Judge(windowOf(), nil))
	assert.Empty(t, newJudge(t, nil).Judge(&summary.Window{}, nil))
}

// One class only: there is an ECE, but no slope, and nothing to fit.
func TestOneClass(t *testing.T) {
	got := byName(t, newJudge(t, func(c *Config) { c.Statistics = []string{"all"} }).Judge(windowOf(draw(1, 24, 50, func(float64) float64 { return 0 })...), nil))
	assert.Greater(t, got["ece none 1"], 0.2)
	assert.NotContains(t, got, "slope none 1")
	assert.Contains(t, got, "ece identity 1")
	assert.NotContains(t, got, "ece platt 1")
}

func TestLimitFollowsTheReference(t *testing.T) {
	var was []scored
	for _, pane := range draw(5, 10, 1000, sure) {
		was = append(was, pane...)
	}
	now := windowOf(draw(1, 24, 200, sure)...)
	j := newJudge(t, nil)
	got := byName(t, j.Judge(now, reference(was)))
	assert.Zero(t, got["degraded 1"], "no worse than it was")
	assert.Greater(t, got["ece_threshold 1"], 0.1)
	assert.Equal(t, got, byName(t, j.Judge(now, reference(was))))

	got = byName(t, newJudge(t, func(c *Config) { c.Factor = 0 }).Judge(now, reference(was)))
	assert.Equal(t, 1.0, got["degraded 1"], "only the floor counts")
	got = byName(t, newJudge(t, func(c *Config) { c.MaxECE = 0.01 }).Judge(now, reference(was)))
	assert.Equal(t, 1.0, got["degraded 1"])
	assert.InDelta(t, 0.01+0.0145, got["ece_threshold 1"], 0.002, "and what chance gives")
}

// What references say is kept, within bounds, and keeps none of them alive; few outcomes say nothing.
func TestReferencesAreKept(t *testing.T) {
	was := draw(5, 1, 2000, sure)[0]
	j := newJudge(t, nil)
	p := reference(was)
	excess := j.references.excess(p, "1")
	assert.Greater(t, excess, 0.05)
	assert.Zero(t, j.references.excess(p, "2"))
	assert.Zero(t, j.references.excess(nil, "1"))
	assert.Zero(t, j.references.excess(reference(was[:99]), "1"), "too few to be a yardstick")
	for range maxReferences + 10 {
		j.references.excess(&profile.Profile{Outcomes: p.Outcomes[:1]}, "1")
	}
	assert.LessOrEqual(t, len(j.references.known), maxReferences)
	assert.Equal(t, excess, j.references.excess(p, "1"))
}

// Two hundred windows of calibrated scores, small ones: none is called degraded, though many have an ECE above 0.05.
func TestChanceIsNotCalledDegraded(t *testing.T) {
	j, above := newJudge(t, func(c *Config) { c.Floor = 0.01; c.Calibrators = nil }), 0
	degraded := 0.0
	for seed := range uint64(200) {
		got := byName(t, j.Judge(windowOf(draw(100+seed, 1, 150, honest)...), nil))
		degraded += got["degraded 1"]
		if got["ece none 1"] > 0.05 {
			above++
		}
	}
	assert.LessOrEqual(t, degraded, 6.0)
	assert.Greater(t, above, 100)
}

func TestSlicesHaveFewerSeries(t *testing.T) {
	w := windowOf(draw(1, 24, 200, sure)...)
	w.Group.Segment = []summary.Attribute{{Key: semconv.AttrSegmentPrefix + "device", Value: "phone"}}
	got := byName(t, newJudge(t, nil).Judge(w, nil))
	var names []string
	for name := range got {
		names = append(names, name)
	}
	assert.ElementsMatch(t, []string{"ece none 1", "slope none 1", "intercept none 1", "degraded 1", "ece_threshold 1", "ece_noise 1"}, names)
	got = byName(t, newJudge(t, func(c *Config) { c.Statistics = []string{"mce"} }).Judge(w, nil))
	assert.Contains(t, got, "mce none 1", "what is named is published of slices too")
	assert.NotContains(t, got, "ece none 1")
}

// threeClasses draws a model that is too sure of the class it predicts.
func threeClasses(panes, each int) [][]scored {
	random := rand.New(rand.NewPCG(8, 8))
	all := make([][]scored, panes)
	for i := range all {
		for range each {
			sum, p := 0.0, [3]float64{}
			for k := range p {
				p[k] = math.Exp(2.5 * random.NormFloat64())
				sum += p[k]
			}
			real, total := [3]float64{}, 0.0
			best := 0
			for k := range p {
				p[k] /= sum
				real[k] = math.Pow(p[k], 0.4)
				total += real[k]
				if p[k] > p[best] {
					best = k
				}
			}
			truth, u := 2, random.Float64()*total
			for k := range real {
				if u -= real[k]; u < 0 {
					truth = k
					break
				}
			}
			for k, class := range []string{"a", "b", "c"} {
				all[i] = append(all[i], scored{class, p[k], k == truth, k == best})
			}
		}
	}
	return all
}

func TestMulticlass(t *testing.T) {
	w := windowOf(threeClasses(12, 200)...)
	got := byName(t, newJudge(t, nil).Judge(w, nil))
	assert.Equal(t, 1.0, got["degraded __predicted__"])
	assert.Less(t, got["slope none __predicted__"], 0.8)
	assert.NotContains(t, got, "ece none a")
	assert.Less(t, got["ece temperature __predicted__"], got["ece identity __predicted__"]/2)
	total := 0.0
	for name, value := range got {
		if strings.HasPrefix(name, "samples __predicted__") {
			total += value
		}
	}
	assert.Equal(t, 12*200.0, total, "one score an outcome")
	c := newJudge(t, nil).Fit(w, nil, nil)
	require.NotNil(t, c)
	assert.Equal(t, outcome.Predicted, c.Class)

	got = byName(t, newJudge(t, func(c *Config) { c.Classwise = true; c.MaxClasses = 2 }).Judge(w, nil))
	assert.Contains(t, got, "ece none a")
	assert.Contains(t, got, "degraded b")
	assert.NotContains(t, got, "ece none c")
	assert.NotContains(t, got, "samples a 00")
}

// What others may send does no harm.
func TestOddSummaries(t *testing.T) {
	good := windowOf(draw(1, 24, 200, honest)...)
	for _, odd := range []summary.Series{
		{Metric: semconv.MetricOutcomeOdds},
		{Metric: semconv.MetricOutcomeOdds, Exponential: &summary.Exponential{Zero: 5}},
		{Metric: semconv.MetricOutcomeCalibration, Sum: 5},
		{Metric: semconv.MetricOutcomeLoss, Sum: math.NaN()},
		{Metric: semconv.MetricOutcomeCalibration, Histogram: &summary.Histogram{Counts: []uint64{5}, Sum: math.NaN()}, Attributes: []summary.Attribute{
			{Key: semconv.AttrCalibrationBin, Value: "03"}, {Key: semconv.AttrClass, Value: "1"}, {Key: semconv.AttrGroundTruthClass, Value: "1"},
		}},
	} {
		w := *good
		w.Series = append([]summary.Series{odd}, good.Series...)
		sortSeries(w.Series)
		w.Panes = append([]summary.Pane{{Series: []summary.Series{odd}}}, good.Panes...)
		j := newJudge(t, func(c *Config) { c.Statistics = []string{"all"}; c.Classwise = true })
		require.NotPanics(t, func() {
			byName(t, j.Judge(&w, nil))
			j.Fit(&w, nil, nil)
		})
	}
	// Odds alone are enough, as are exact bins alone.
	for _, metric := range []string{semconv.MetricOutcomeOdds, semconv.MetricOutcomeCalibration} {
		w := *good
		w.Series = good.Of(metric)
		assert.Contains(t, byName(t, newJudge(t, nil).Judge(&w, nil)), "ece none 1", metric)
	}
}

func TestConfigIsChecked(t *testing.T) {
	require.NoError(t, DefaultConfig().Validate())
	for _, test := range []struct {
		change func(*Config)
		says   string
	}{
		{func(c *Config) { c.Statistics = []string{"ecee"} }, `statistics[0]: unknown statistic "ecee"`},
		{func(c *Config) { c.Statistics = []string{"ece", "all"} }, `statistics[1]: "all" stands alone`},
		{func(c *Config) { c.MinSamples = 0 }, "min_samples: must be 1 or more, is 0"},
		{func(c *Config) { c.MaxClasses = 0 }, "max_classes"},
		{func(c *Config) { c.Floor = 2 }, "floor: must be within 0 and 1, is 2"},
		{func(c *Config) { c.MaxECE = math.NaN() }, "max_ece"},
		{func(c *Config) { c.Factor = -1 }, "factor"},
		{func(c *Config) { c.Calibrators = []string{"plat"} }, `calibrators[0]: unknown calibrator "plat"; use some of temperature, platt, beta, isotonic`},
		{func(c *Config) { c.Calibrators = []string{"platt", "platt"} }, `calibrators[1]: "platt" occurs twice`},
	} {
		c := DefaultConfig()
		test.change(c)
		_, err := New(c)
		require.ErrorContains(t, err, "calibration: ")
		require.ErrorContains(t, err, test.says)
	}
}

func TestWants(t *testing.T) {
	j := newJudge(t, nil)
	var _ judge.ByPane = j
	assert.Equal(t, "calibration", j.Name())
	for metric, wants := range map[string]bool{semconv.MetricOutcomeOdds: true, semconv.MetricOutcomeLoss: false, semconv.MetricOutcomeCalibration: false} {
		assert.True(t, j.Wants(metric))
		assert.Equal(t, wants, j.WantsPanes(metric))
	}
	assert.False(t, j.Wants(semconv.MetricPredictions))
	assert.False(t, newJudge(t, func(c *Config) { c.Calibrators = nil }).WantsPanes(semconv.MetricOutcomeOdds))
	name, fits := newJudge(t, func(c *Config) { c.Window = "7d" }).FitsWindow()
	assert.Equal(t, "7d", name)
	assert.True(t, fits)
	_, fits = newJudge(t, func(c *Config) { c.Publish = false }).FitsWindow()
	assert.False(t, fits)
}
