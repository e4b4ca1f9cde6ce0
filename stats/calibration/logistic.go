package calibration

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

// regression is a logistic regression of weighted rows: P(positive) = sigmoid(offset + sum of coefficients x features).
type regression struct {
	// features has a row a feature, an element a bin.
	features [][]float64
	// offset is nil where there is none.
	offset []float64
	// positives and negatives are the weights of the bins.
	positives, negatives []float64
}

var (
	errSeparated = errors.New("a limit of the score separates positives from negatives without error: the best fit is infinitely steep. Fit from more outcomes")
	errSingular  = errors.New("the scores do not differ enough to fit from. Fit from outcomes of more different scores")
)

// steepest is the coefficient beyond which a fit counts as infinitely steep.
const steepest = 1e6

// fit maximises the likelihood by Newton's method (iteratively reweighted least squares), halving steps that overshoot; the
// problem is convex. It starts at the coefficients, leaves the solution there and returns its covariance, the inverse of Fisher's information.
//
// Source: McCullagh and Nelder, Generalized Linear Models, 1989, section 4.4.
func (r *regression) fit(coefficients []float64) (*mat.SymDense, error) {
	k := len(r.features)
	gradient, step := mat.NewVecDense(k, nil), mat.NewVecDense(k, nil)
	information := mat.NewSymDense(k, nil)
	trial := make([]float64, k)
	var factor mat.Cholesky
	loss := r.loss(coefficients)
	for range 200 {
		r.derivatives(coefficients, gradient, information)
		if !factor.Factorize(information) || factor.Cond() > 1e14 {
			if loss < 1e-6*r.weight() || slopeBeyond(coefficients, 50) {
				return nil, errSeparated
			}
			return nil, errSingular
		}
		if err := factor.SolveVecTo(step, gradient); err != nil {
			return nil, errSingular
		}
		size, next, shorter := 1.0, 0.0, false
		for range 60 {
			for i := range trial {
				trial[i] = coefficients[i] + size*step.AtVec(i)
			}
			if next = r.loss(trial); next <= loss+1e-14*math.Abs(loss) {
				shorter = true
				break
			}
			size /= 2
		}
		if !shorter {
			break // at the bottom, but for rounding
		}
		copy(coefficients, trial)
		decrement := mat.Dot(gradient, step) // Newton's: twice how far the loss is above its least value
		loss = next
		if slopeBeyond(coefficients, steepest) {
			return nil, errSeparated
		}
		if size == 1 && decrement <= 1e-13*max(loss, 1) {
			break
		}
	}
	if loss < 1e-9*r.weight() {
		return nil, errSeparated
	}
	r.derivatives(coefficients, gradient, information)
	covariance := mat.NewSymDense(k, nil)
	if !factor.Factorize(information) {
		return nil, errSingular
	}
	if err := factor.InverseTo(covariance); err != nil {
		return nil, errSingular
	}
	return covariance, nil
}

func slopeBeyond(coefficients []float64, limit float64) bool {
	for _, c := range coefficients {
		if !(math.Abs(c) <= limit) {
			return true
		}
	}
	return false
}

func (r *regression) weight() float64 {
	total := 0.0
	for i := range r.positives {
		total += r.positives[i] + r.negatives[i]
	}
	return total
}

func (r *regression) linear(coefficients []float64, i int) float64 {
	x := 0.0
	if r.offset != nil {
		x = r.offset[i]
	}
	for k, c := range coefficients {
		x += c * r.features[k][i]
	}
	return x
}

// loss is the negative log-likelihood.
func (r *regression) loss(coefficients []float64) float64 {
	sum := 0.0
	for i := range r.positives {
		x := r.linear(coefficients, i)
		// -ln sigmoid(x) = ln(1 + e^-x), without overflow.
		tail := math.Log1p(math.Exp(-math.Abs(x)))
		sum += r.positives[i]*(tail+max(-x, 0)) + r.negatives[i]*(tail+max(x, 0))
	}
	return sum
}

// derivatives are those of the log-likelihood: its gradient, and its negative second derivatives (Fisher's information).
func (r *regression) derivatives(coefficients []float64, gradient *mat.VecDense, information *mat.SymDense) {
	k := len(r.features)
	gradient.Zero()
	information.Zero()
	for i := range r.positives {
		weight := r.positives[i] + r.negatives[i]
		if weight == 0 {
			continue
		}
		p := sigmoid(r.linear(coefficients, i))
		residual, curvature := r.positives[i]-weight*p, weight*p*(1-p)
		for a := range k {
			x := r.features[a][i]
			gradient.SetVec(a, gradient.AtVec(a)+residual*x)
			for b := a; b < k; b++ {
				information.SetSym(a, b, information.At(a, b)+curvature*x*r.features[b][i])
			}
		}
	}
}
