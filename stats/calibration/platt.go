package calibration

import (
	"errors"
	"fmt"

	"github.com/leeway-ml/leeway/stats/scores"
)

// Platt is sigmoid(Slope logit(score) + Intercept): two parameters, good where scores are too sure or too timid, and too high
// or too low, all over. Platt writes it 1/(1 + exp(A f + B)): A = -Slope, B = -Intercept, f the log-odds.
type Platt struct {
	// Slope is at least 0.
	Slope     float64 `json:"slope"`
	Intercept float64 `json:"intercept"`
}

// FitPlatt fits by maximum likelihood with Platt's targets: a positive counts (n+ + 1)/(n+ + 2) positive, a negative
// 1/(n- + 2), so that few outcomes, or separated ones, give no infinite slope. Where the scores rank the wrong way the slope is 0, and
// every score becomes the base rate.
//
// From buckets of odds both parameters are within 1 % of those from unbinned scores, on the test data.
//
// Source: Platt, Probabilistic outputs for support vector machines, 1999; on log-odds as in Lin, Lin and Weng 2007 and scikit-learn's
// _sigmoid_calibration.
func FitPlatt(t *scores.Table) (*Platt, error) {
	if err := fittable(t); err != nil {
		return nil, fmt.Errorf("platt: %w", err)
	}
	positives, negatives := t.Totals()
	ofPositive, ofNegative := (positives+1)/(positives+2), 1/(negatives+2)
	r := onLogit(t)
	r.positives, r.negatives = make([]float64, len(t.Bins)), make([]float64, len(t.Bins))
	for i := range t.Bins {
		r.positives[i] = t.Positives[i]*ofPositive + t.Negatives[i]*ofNegative
		r.negatives[i] = t.Positives[i]*(1-ofPositive) + t.Negatives[i]*(1-ofNegative)
	}
	coefficients := []float64{0, 0}
	if _, err := r.fit(coefficients); err != nil {
		return nil, fmt.Errorf("platt: %w", err)
	}
	if coefficients[1] < 0 {
		r.features = r.features[:1]
		coefficients = []float64{0, 0}
		if _, err := r.fit(coefficients[:1]); err != nil {
			return nil, fmt.Errorf("platt: %w", err)
		}
	}
	return &Platt{Intercept: coefficients[0], Slope: coefficients[1]}, nil
}

// Name is `platt`.
func (*Platt) Name() string { return NamePlatt }

// Apply returns the calibrated score.
func (p *Platt) Apply(score float64) float64 { return sigmoid(p.Slope*logit(score) + p.Intercept) }

func (p *Platt) check() error {
	return errors.Join(parameter{"slope", p.Slope, 0}.check(), parameter{"intercept", p.Intercept, -steepest}.check())
}
