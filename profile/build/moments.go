package build

import "math"

// moments are count, mean, variance and range of a stream, by Welford's recurrence (1962).
type moments struct {
	n        uint64
	mean, m2 float64
	min, max float64
}

func (m *moments) add(x float64) {
	if m.n == 0 {
		m.min, m.max = x, x
	}
	m.n++
	delta := x - m.mean
	m.mean += delta / float64(m.n)
	m.m2 += delta * (x - m.mean)
	m.min, m.max = min(m.min, x), max(m.max, x)
}

// stdDev is the sample standard deviation (n-1), 0 for fewer than two values.
func (m *moments) stdDev() float64 {
	if m.n < 2 {
		return 0
	}
	return math.Sqrt(m.m2 / float64(m.n-1))
}
