package calibration

import (
	"math"

	"github.com/leeway-ml/leeway/stats/scores"
)

// Gain is how much one calibrator's Brier score is below another's.
type Gain struct {
	// Mean of (one's score - truth)^2 - (the other's score - truth)^2: above 0 the other one is better.
	Mean float64
	// Error is the standard error of Mean. Outcomes of one part may depend on one another, as those of one hour do: it is the larger of
	// the error for independent outcomes and, from five parts on, that for independent parts.
	Error float64
}

// leastParts is from how many parts on their own differences say something of the error.
const leastParts = 5

// GainOf is what a calibrator gains over the scores as they are, on the outcomes of the parts together. NaN where there are none.
func GainOf(parts []*scores.Table, c Calibrator) Gain { return GainOver(parts, &Identity{}, c) }

// GainOver is what a calibrator gains over another one, outcome by outcome compared, on the outcomes of the parts together. NaN where there are none.
//
// Source of the error for parts: Liang and Zeger, Longitudinal data analysis using generalized linear models, Biometrika 1986 (the
// cluster-robust variance of a mean).
func GainOver(parts []*scores.Table, before, after Calibrator) Gain {
	type part struct{ n, sum, squares float64 }
	var all part
	each := make([]part, 0, len(parts))
	for _, t := range parts {
		if !sound(t) {
			return Gain{math.NaN(), math.NaN()}
		}
		var p part
		for i, b := range t.Bins {
			q, r := before.Apply(b.Score), after.Apply(b.Score)
			positive, negative := (1-q)*(1-q)-(1-r)*(1-r), q*q-r*r
			p.n += t.Positives[i] + t.Negatives[i]
			p.sum += t.Positives[i]*positive + t.Negatives[i]*negative
			p.squares += t.Positives[i]*positive*positive + t.Negatives[i]*negative*negative
		}
		if p.n > 0 {
			each = append(each, p)
			all = part{all.n + p.n, all.sum + p.sum, all.squares + p.squares}
		}
	}
	g := Gain{Mean: all.sum / all.n}
	variance := max(all.squares/all.n-g.Mean*g.Mean, 0) / all.n
	if k := float64(len(each)); k >= leastParts {
		between := 0.0
		for _, p := range each {
			rest := p.sum - p.n*g.Mean
			between += rest * rest
		}
		variance = max(variance, between/(all.n*all.n)*k/(k-1))
	}
	g.Error = math.Sqrt(variance)
	return g
}
