package calibration

import (
	"fmt"
	"math"

	"github.com/leeway-ml/leeway/stats/scores"
)

// Slope is the logistic regression of the truth on the log-odds of the score.
type Slope struct {
	// Slope is 1 for calibrated scores; below 1 they are too sure of themselves, above 1 too timid; below 0 they rank the wrong way.
	Slope float64
	// Intercept is 0 for calibrated scores; above 0 they are too low where they say one half.
	Intercept float64
	// SlopeError and InterceptError are their standard errors.
	SlopeError, InterceptError float64
}

// SlopeOf fits P(positive) = sigmoid(Intercept + Slope logit(score)) by maximum likelihood. Any numbers. It is an error where there
// is one class only, or one score, or where the scores separate the classes without error.
//
// Scores count as the one that stands for their bin of the table. On the test data, binned as summaries of odds are, both are within 1 % of
// those from unbinned scores.
//
// Source: Cox, Two further applications of a model for binary regression, Biometrika 1958.
func SlopeOf(t *scores.Table) (Slope, error) {
	if err := fittable(t); err != nil {
		return Slope{}, err
	}
	r := onLogit(t)
	coefficients := []float64{0, 0}
	covariance, err := r.fit(coefficients)
	if err != nil {
		return Slope{}, fmt.Errorf("calibration slope: %w", err)
	}
	return Slope{
		Intercept: coefficients[0], InterceptError: math.Sqrt(covariance.At(0, 0)),
		Slope: coefficients[1], SlopeError: math.Sqrt(covariance.At(1, 1)),
	}, nil
}

// InTheLarge is the calibration in the large: the intercept where the slope is held at 1, by maximum likelihood. Any number;
// 0 where on average as many positives came as the scores said, above 0 where more did. The same errors and precision as SlopeOf.
//
// Source: Cox 1958; Steyerberg, Clinical Prediction Models, 2019, chapter 15.
func InTheLarge(t *scores.Table) (float64, error) {
	if err := fittable(t); err != nil {
		return 0, err
	}
	r := onLogit(t)
	r.features, r.offset = r.features[:1], r.features[1]
	coefficients := []float64{0}
	if _, err := r.fit(coefficients); err != nil {
		return 0, fmt.Errorf("calibration in the large: %w", err)
	}
	return coefficients[0], nil
}

// onLogit is the regression on a constant and the log-odds.
func onLogit(t *scores.Table) *regression {
	r := &regression{
		features:  [][]float64{make([]float64, len(t.Bins)), make([]float64, len(t.Bins))},
		positives: t.Positives, negatives: t.Negatives,
	}
	for i, b := range t.Bins {
		r.features[0][i], r.features[1][i] = 1, logit(b.Score)
	}
	return r
}

// fittable reports, as an error, why nothing can be fitted from the table.
func fittable(t *scores.Table) error {
	if !sound(t) {
		return fmt.Errorf("the table of scores is broken: scores must ascend within 0..1, counts must be 0 or more")
	}
	positives, negatives := t.Totals()
	switch {
	case positives+negatives == 0:
		return fmt.Errorf("no outcomes to fit from")
	case positives == 0:
		return fmt.Errorf("no positives among %.6g outcomes: nothing to fit from until some come", negatives)
	case negatives == 0:
		return fmt.Errorf("no negatives among %.6g outcomes: nothing to fit from until some come", positives)
	}
	seen := 0
	for i := range t.Bins {
		if t.Positives[i]+t.Negatives[i] > 0 {
			seen++
		}
	}
	if seen < 2 {
		return fmt.Errorf("all outcomes have the same score: nothing to fit from until they differ")
	}
	return nil
}
