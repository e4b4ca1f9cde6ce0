package quality

import (
	"math"
)

// StandardError of a measure of a confusion matrix, by the delta method: outcomes fall into the cells of the matrix as a
// multinomial distribution says, and the measure f is as good as linear over what chance does to the counts x,
//
//	sqrt(sum x g² - (sum x g)²/n), g = df/dx.
//
// It is too small where a cell that matters holds less than about five, and 0 where all cells but one are empty.
//
// Source: Agresti, Categorical Data Analysis, 3rd edition, 16.1.
func StandardError(c *Confusion, f func(*Confusion) float64) float64 {
	g := c.derivatives(f)
	return c.standardError(func(i, j int) float64 { return g[i][j] })
}

// standardError is the delta method's, by the derivatives of the measure by the cells.
func (c *Confusion) standardError(g func(i, j int) float64) float64 {
	var squares, sum float64
	for i, row := range c.counts {
		for j, x := range row {
			if x > 0 { // a cell without outcomes has no say
				d := g(i, j)
				squares += x * d * d
				sum += x * d
			}
		}
	}
	return math.Sqrt(max(0, squares-sum*sum/c.n))
}

// derivatives by the cells that are not empty: central differences of a ten-thousandth of the cell.
func (c *Confusion) derivatives(f func(*Confusion) float64) [][]float64 {
	m := *c
	m.hits = append([]float64(nil), c.hits...)
	m.predicted = append([]float64(nil), c.predicted...)
	m.truth = append([]float64(nil), c.truth...)
	g := make([][]float64, len(c.counts))
	for i, row := range c.counts {
		g[i] = make([]float64, len(row))
		for j, x := range row {
			if x == 0 {
				continue
			}
			h := 1e-4 * x
			m.add(i, j, h)
			above := f(&m)
			m.add(i, j, -2*h)
			below := f(&m)
			m.add(i, j, h)
			g[i][j] = (above - below) / (2 * h)
		}
	}
	return g
}

// shareInterval is the interval of a value within 0..1 by its log-odds, whose distribution is nearer to a normal one and whose
// interval stays within 0..1. At 0 and 1 it has no width.
func shareInterval(value, standardError float64) Interval {
	switch {
	case math.IsNaN(value) || math.IsNaN(standardError):
		return none()
	case standardError == 0 || value <= 0 || value >= 1:
		return Interval{value, value}
	}
	logit, half := math.Log(value/(1-value)), z95*standardError/(value*(1-value))
	return Interval{1 / (1 + math.Exp(half-logit)), 1 / (1 + math.Exp(-half-logit))}
}

// correlationInterval is the interval of a value within -1..1 by Fisher's z, for the same reasons. At -1 and 1 it has no width.
//
// Source: Fisher, On the probable error of a coefficient of correlation, Metron 1, 1921.
func correlationInterval(value, standardError float64) Interval {
	switch {
	case math.IsNaN(value) || math.IsNaN(standardError):
		return none()
	case standardError == 0 || math.Abs(value) >= 1:
		return Interval{value, value}
	}
	middle, half := math.Atanh(value), z95*standardError/(1-value*value)
	return Interval{math.Tanh(middle - half), math.Tanh(middle + half)}
}

// positiveInterval is the interval of a positive value by its logarithm, for the same reasons.
func positiveInterval(value, standardError float64) Interval {
	switch {
	case math.IsNaN(value) || math.IsNaN(standardError) || math.IsInf(standardError, 0):
		return none()
	case standardError == 0 || value <= 0:
		return Interval{value, value}
	}
	factor := math.Exp(z95 * standardError / value)
	return Interval{value / factor, value * factor}
}
