package conceptdrift

// mean is a running mean,
//
//	m_n = m_(n-1) + (x_n - m_(n-1)) / n,
//
// which is exact for values that are all the same. It stays between the least and the greatest value.
//
// Source: Welford, Note on a method for calculating corrected sums of squares and products, Technometrics 4(3), 1962; multiplied
// by 1/n, as River does.
type mean struct {
	// n is whole.
	n, mean float64
}

func (m *mean) update(x float64) {
	m.n++
	// The conversion keeps processors that can from fusing the two operations: all give the same numbers.
	m.mean += float64((1 / m.n) * (x - m.mean))
}

func (m *mean) write(b []byte) []byte { return appendFloat(appendCount(b, m.n), m.mean) }

func (m *mean) read(r *reader) { m.readWithin(r, -greatest, greatest) }

// readWithin reads a mean of values from low to high.
func (m *mean) readWithin(r *reader, low, high float64) {
	m.n = float64(r.count(mostValues))
	m.mean = r.float(low, high)
	r.require(m.n > 0 || m.mean == 0, "a mean of no values")
}
