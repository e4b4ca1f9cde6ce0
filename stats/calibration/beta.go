package calibration

import (
	"errors"
	"fmt"
	"math"

	"github.com/leeway-ml/leeway/stats/scores"
)

// Beta is sigmoid(A ln(score) - B ln(1 - score) + C): three parameters. It can bend both ends of the scale differently, which Platt's
// can't, and it can leave scores as they are (A = B = 1, C = 0).
type Beta struct {
	// A and B are at least 0.
	A float64 `json:"a"`
	B float64 `json:"b"`
	C float64 `json:"c"`
}

// FitBeta fits by maximum likelihood under A, B >= 0. The problem is convex: where the best fit has a negative parameter, the best
// allowed one has a 0, and the best of those with one (or both) held at 0 is taken. It is an error where the scores separate the classes.
//
// From buckets of odds the parameters are within 1 % of those from unbinned scores, on the test data (3 % on scores of two decimals that
// reach 0 and 1).
//
// Source: Kull, Silva Filho and Flach, Beta calibration, AISTATS 2017 (and its supplement, for the negative ones).
func FitBeta(t *scores.Table) (*Beta, error) {
	if err := fittable(t); err != nil {
		return nil, fmt.Errorf("beta: %w", err)
	}
	of, against, one := make([]float64, len(t.Bins)), make([]float64, len(t.Bins)), make([]float64, len(t.Bins))
	for i, b := range t.Bins {
		of[i], against[i] = logs(b.Score)
		one[i] = 1
	}
	solve := func(features ...[]float64) ([]float64, float64, error) {
		r := &regression{features: features, positives: t.Positives, negatives: t.Negatives}
		coefficients := make([]float64, len(features))
		_, err := r.fit(coefficients)
		return coefficients, r.loss(coefficients), err
	}
	c, _, err := solve(one, of, against)
	if err != nil {
		return nil, fmt.Errorf("beta: %w", err)
	}
	if c[1] >= 0 && c[2] >= 0 {
		return &Beta{A: c[1], B: c[2], C: c[0]}, nil
	}
	best, least := (*Beta)(nil), math.Inf(1)
	keep := func(b *Beta, loss float64, err error) {
		if err == nil && b.A >= 0 && b.B >= 0 && loss < least {
			best, least = b, loss
		}
	}
	c, loss, err := solve(one)
	keep(&Beta{C: c[0]}, loss, err)
	c, loss, err = solve(one, of)
	keep(&Beta{A: c[1], C: c[0]}, loss, err)
	c, loss, err = solve(one, against)
	keep(&Beta{B: c[1], C: c[0]}, loss, err)
	if best == nil {
		return nil, fmt.Errorf("beta: %w", errSingular)
	}
	return best, nil
}

// logs are ln(score) and -ln(1 - score).
func logs(score float64) (of, against float64) {
	score = min(max(score, Clip), 1-Clip)
	return math.Log(score), -math.Log1p(-score)
}

// Name is `beta`.
func (*Beta) Name() string { return NameBeta }

// Apply returns the calibrated score.
func (b *Beta) Apply(score float64) float64 {
	of, against := logs(score)
	return sigmoid(b.A*of + b.B*against + b.C)
}

func (b *Beta) check() error {
	return errors.Join(parameter{"a", b.A, 0}.check(), parameter{"b", b.B, 0}.check(), parameter{"c", b.C, -steepest}.check())
}

// parameter is a number of a calibrator that came from outside.
type parameter struct {
	name string
	// least is what it must be at least, so that larger scores don't get smaller probabilities.
	value, least float64
}

func (p parameter) check() error {
	if !(math.Abs(p.value) <= steepest) {
		return fmt.Errorf("%s: %v must be a number within +-%g", p.name, p.value, steepest)
	}
	if p.value < p.least {
		return fmt.Errorf("%s: %v must be %v or more, else larger scores get smaller probabilities", p.name, p.value, p.least)
	}
	return nil
}
