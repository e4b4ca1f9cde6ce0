package quality

import "math"

// Moments are sums over samples that their variance can be told from. They add up.
type Moments struct{ n, sum, squares float64 }

// Add takes in a value that came n times.
func (m *Moments) Add(x, n float64) {
	m.n += n
	m.sum += n * x
	m.squares += n * x * x
}

// Samples is how many values there are.
func (m *Moments) Samples() float64 { return m.n }

// Mean of the values; NaN of none.
func (m *Moments) Mean() float64 { return m.sum / m.n }

// StandardError of the mean: sqrt(variance / n), the variance with n - 1; NaN of less than two.
func (m *Moments) StandardError() float64 {
	if m.n < 2 {
		return math.NaN()
	}
	variance := (m.squares - m.sum*m.sum/m.n) / (m.n - 1)
	return math.Sqrt(max(0, variance) / m.n)
}

// MeanInterval is the interval of a mean that may have either sign: mean ± z standard errors.
func MeanInterval(mean, standardError float64) Interval {
	if math.IsNaN(mean) || math.IsNaN(standardError) {
		return none()
	}
	return Interval{mean - z95*standardError, mean + z95*standardError}
}

// LossInterval is the interval of a mean of losses, which are not below 0: by the logarithm of the mean, since means of losses
// are skewed to the right.
func LossInterval(mean, standardError float64) Interval { return positiveInterval(mean, standardError) }
