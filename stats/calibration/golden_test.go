package calibration

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/stats/scores"
)

// expected is what a golden file says of one window.
type expected struct {
	N         int       `json:"n"`
	Width10   binned    `json:"ece_width10_right_closed"`
	Mass10    *binned   `json:"ece_equal_mass_10"`
	Brier     *brier    `json:"brier"`
	Slope     *slope    `json:"calibration_slope"`
	Platt     *platt    `json:"platt"`
	Isotonic  *isotonic `json:"isotonic"`
	Temperate *struct {
		T     float64 `json:"T"`
		After float64 `json:"nll_after"`
	} `json:"temperature"`
}

type binned struct {
	ECE    float64   `json:"ece"`
	MCE    float64   `json:"mce"`
	Counts []float64 `json:"counts"`
}

type brier struct {
	Brier       float64 `json:"brier"`
	Reliability float64 `json:"reliability"`
	Resolution  float64 `json:"resolution"`
	Uncertainty float64 `json:"uncertainty"`
	Variance    float64 `json:"within_bin_variance"`
	Covariance  float64 `json:"within_bin_covariance"`
}

type slope struct {
	Intercept      float64 `json:"intercept"`
	Slope          float64 `json:"slope"`
	InterceptError float64 `json:"se_intercept"`
	SlopeError     float64 `json:"se_slope"`
	Large          float64 `json:"calibration_in_the_large"`
}

type platt struct {
	OnLogit struct {
		Smoothed []float64 `json:"smoothed_solved"`
	} `json:"on_logit"`
}

type isotonic struct {
	Knots   int       `json:"n_knots"`
	X       []float64 `json:"X"`
	Y       []float64 `json:"y"`
	At      []float64 `json:"at"`
	Predict []float64 `json:"predict"`
	Brier   float64   `json:"brier_after"`
}

// eachWindow visits the windows of the data sets, with their outcomes.
func eachWindow(t *testing.T, visit func(t *testing.T, outcomes []outcome, want expected)) {
	for _, name := range []string{"elec2", "california_housing"} {
		t.Run(name, func(t *testing.T) {
			var file struct {
				Windows map[string]expected `json:"windows_values"`
			}
			golden(t, name+"_calibration.json", &file)
			reference, rest := goldenOutcomes(t, name)
			require.GreaterOrEqual(t, len(file.Windows), 4)
			for window, want := range file.Windows {
				t.Run(window, func(t *testing.T) {
					rows := reference
					var from, to int
					if n, _ := fmt.Sscanf(window, "rows_%d_%d", &from, &to); n == 2 {
						rows = rest[from:to]
					}
					var outcomes []outcome
					for _, o := range rows {
						if o != nil {
							outcomes = append(outcomes, *o)
						}
					}
					require.Len(t, outcomes, want.N)
					visit(t, outcomes, want)
				})
			}
		})
	}
}

// relative compares to a share of the wanted number.
func relative(t *testing.T, want, got, tolerance float64, what string) {
	t.Helper()
	require.InDelta(t, want, got, tolerance*math.Abs(want)+1e-12, what)
}

// From exact bins every number is scikit-learn's.
func TestGoldenBins(t *testing.T) {
	eachWindow(t, func(t *testing.T, outcomes []outcome, want expected) { checkBins(t, outcomes, want) })
}

func checkBins(t *testing.T, outcomes []outcome, want expected) {
	t.Helper()
	bins := equalWidth(outcomes, 20).Coarser(Width)
	relative(t, want.Width10.ECE, bins.ECE(), 1e-9, "ECE")
	relative(t, want.Width10.MCE, bins.MCE(), 1e-9, "MCE")
	for i, n := range want.Width10.Counts {
		require.Equal(t, n, bins[i].Samples(), "bin %d", i)
	}
	if b := want.Brier; b != nil {
		d := Decompose(bins, b.Brier)
		relative(t, b.Reliability, d.Reliability, 1e-9, "reliability")
		relative(t, b.Resolution, d.Resolution, 1e-9, "resolution")
		relative(t, b.Uncertainty, d.Uncertainty, 1e-9, "uncertainty")
		require.InDelta(t, b.Variance, d.WithinVariance, 1e-11)
		require.InDelta(t, b.Covariance, d.WithinCovariance, 1e-11)
		relative(t, b.Brier, Brier(exact(outcomes)), 1e-9, "Brier")
	}
}

// From one bin a score, fits are those of statsmodels, scikit-learn and scipy.
func TestGoldenExactScores(t *testing.T) {
	eachWindow(t, func(t *testing.T, outcomes []outcome, want expected) {
		if extreme(outcomes) {
			// The file clips to 1e-12, summaries to 1e-9: scores of 0 and 1 have other log-odds.
			table := exact(outcomes)
			r := onLogit(table)
			for i, b := range table.Bins {
				p := min(max(b.Score, 1e-12), 1-1e-12)
				r.features[1][i] = math.Log(p) - math.Log1p(-p)
			}
			coefficients := []float64{0, 0}
			_, err := r.fit(coefficients)
			require.NoError(t, err)
			relative(t, want.Slope.Intercept, coefficients[0], 1e-8, "intercept")
			relative(t, want.Slope.Slope, coefficients[1], 1e-8, "slope")
			return
		}
		checkFits(t, exact(outcomes), want, 1e-8, 1e-6)
	})
}

func checkFits(t *testing.T, table *scores.Table, want expected, tolerance, ofTemperature float64) {
	t.Helper()
	if w := want.Slope; w != nil {
		s, err := SlopeOf(table)
		require.NoError(t, err)
		relative(t, w.Slope, s.Slope, tolerance, "slope")
		relative(t, w.Intercept, s.Intercept, tolerance, "intercept")
		relative(t, w.SlopeError, s.SlopeError, tolerance, "slope's error")
		relative(t, w.InterceptError, s.InterceptError, tolerance, "intercept's error")
		large, err := InTheLarge(table)
		require.NoError(t, err)
		relative(t, w.Large, large, tolerance, "in the large")
	}
	if w := want.Platt; w != nil {
		p, err := FitPlatt(table)
		require.NoError(t, err)
		relative(t, -w.OnLogit.Smoothed[0], p.Slope, tolerance, "Platt's slope")
		relative(t, -w.OnLogit.Smoothed[1], p.Intercept, tolerance, "Platt's intercept")
	}
	if w := want.Temperate; w != nil {
		c, err := FitTemperature(table)
		require.NoError(t, err)
		relative(t, w.T, c.Temperature, ofTemperature, "temperature")
		relative(t, w.After, LogLoss(Recalibrated(table, c)), tolerance, "log loss after")
	}
}

// From buckets of odds, as summaries have them.
func TestGoldenOdds(t *testing.T) {
	eachWindow(t, func(t *testing.T, outcomes []outcome, want expected) {
		table := odds(outcomes)
		require.InDelta(t, want.Mass10.ECE, ACE(table), 2e-3, "ACE")
		if extreme(outcomes) { // compare with unbinned scores, clipped as summaries clip them
			want.Slope, want.Platt, want.Temperate = nil, nil, nil
		}
		checkFits(t, table, want, 0.01, 0.01)
		c, err := FitIsotonic(table)
		require.NoError(t, err)
		calibrated := make([]outcome, len(outcomes))
		for i, o := range outcomes {
			calibrated[i] = outcome{c.Apply(o.score), o.positive}
		}
		require.InDelta(t, want.Isotonic.Brier, Brier(exact(calibrated)), 1.2e-3, "Brier after isotonic")
		require.InDelta(t, Brier(exact(calibrated)), Brier(Recalibrated(table, c)), 1e-9, "the same, from the table")
	})
}

// extreme reports whether scores are nearer to 0 and 1 than summaries can tell.
func extreme(outcomes []outcome) bool {
	return slices.ContainsFunc(outcomes, func(o outcome) bool { return o.score < Clip || o.score > 1-Clip })
}

// What is fitted from buckets of odds is what is fitted from unbinned scores.
func TestOddsAgainstScores(t *testing.T) {
	eachWindow(t, func(t *testing.T, outcomes []outcome, _ expected) {
		binned, unbinned := odds(outcomes), exact(outcomes)
		ofBinned, err := SlopeOf(binned)
		require.NoError(t, err)
		ofUnbinned, err := SlopeOf(unbinned)
		require.NoError(t, err)
		relative(t, ofUnbinned.Slope, ofBinned.Slope, 0.01, "slope")
		relative(t, ofUnbinned.Intercept, ofBinned.Intercept, 0.01, "intercept")
		for _, name := range []string{NamePlatt, NameTemperature, NameBeta} {
			a, err := Fit(name, binned)
			require.NoError(t, err)
			b, err := Fit(name, unbinned)
			require.NoError(t, err)
			got, want := parametersOf(a), parametersOf(b)
			for i := range want {
				tolerance := 0.01
				if extreme(outcomes) {
					tolerance = 0.03 // scores of two decimals, of 0 and of 1: buckets of odds must be coarse
				}
				relative(t, want[i], got[i], tolerance, fmt.Sprint(name, i))
			}
		}
	})
}

func parametersOf(c Calibrator) []float64 {
	switch c := c.(type) {
	case *Platt:
		return []float64{c.Slope, c.Intercept}
	case *Temperature:
		return []float64{c.Temperature}
	case *Beta:
		return []float64{c.A, c.B, c.C}
	}
	return nil
}

// On outcomes that it was not fitted to, isotonic calibration from buckets does as well as from unbinned scores.
func TestIsotonicOnOtherOutcomes(t *testing.T) {
	_, rest := goldenOutcomes(t, "elec2")
	window := func(from int) []outcome {
		var outcomes []outcome
		for _, o := range rest[from : from+1440] {
			if o != nil {
				outcomes = append(outcomes, *o)
			}
		}
		return outcomes
	}
	var sum, windows float64
	for from := 0; from+2*1440 <= len(rest); from += 1440 {
		later := window(from + 1440)
		after := func(table *scores.Table) float64 {
			c, err := FitIsotonic(table)
			require.NoError(t, err)
			calibrated := make([]outcome, len(later))
			for i, o := range later {
				calibrated[i] = outcome{c.Apply(o.score), o.positive}
			}
			return Brier(exact(calibrated))
		}
		difference := after(odds(window(from))) - after(exact(window(from)))
		require.InDelta(t, 0, difference, 2.5e-3, "window %d", from)
		sum += difference
		windows++
	}
	require.InDelta(t, 0, sum/windows, 1e-3)
}

// Isotonic regression over distinct scores is scikit-learn's, knot by knot.
func TestGoldenIsotonic(t *testing.T) {
	eachWindow(t, func(t *testing.T, outcomes []outcome, want expected) { checkIsotonic(t, outcomes, want) })
}

func checkIsotonic(t *testing.T, outcomes []outcome, want expected) {
	t.Helper()
	c, err := FitIsotonic(exact(outcomes))
	require.NoError(t, err)
	require.Equal(t, want.Isotonic.Knots, len(c.Scores))
	for i := range c.Scores {
		relative(t, want.Isotonic.X[i], c.Scores[i], 1e-9, "knot")
		relative(t, want.Isotonic.Y[i], c.Probabilities[i], 1e-9, "level")
	}
	for i, at := range want.Isotonic.At {
		relative(t, want.Isotonic.Predict[i], c.Apply(at), 1e-9, "prediction")
	}
	relative(t, want.Isotonic.Brier, Brier(Recalibrated(exact(outcomes), c)), 1e-9, "Brier after")
}

func TestGoldenBasics(t *testing.T) {
	var file struct {
		Calibration map[string]struct {
			Label       []float64 `json:"label"`
			Probability []float64 `json:"probability"`
			Expect      expected  `json:"expect"`
		} `json:"calibration"`
	}
	golden(t, "basics.json", &file)
	require.NotEmpty(t, file.Calibration)
	for name, example := range file.Calibration {
		t.Run(name, func(t *testing.T) {
			var outcomes []outcome
			for i, p := range example.Probability {
				outcomes = append(outcomes, outcome{p, example.Label[i] == 1})
			}
			checkBins(t, outcomes, example.Expect)
			if !extreme(outcomes) {
				checkFits(t, exact(outcomes), example.Expect, 1e-8, 1e-6)
			}
			if example.Expect.Isotonic != nil {
				checkIsotonic(t, outcomes, example.Expect)
			}
		})
	}
}
