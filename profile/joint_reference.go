package profile

import "math"

// At is what a window is compared with: the means over the reference's rows in the hours that the window's traffic fell on, as
// Variable.At mixes them. Each cell is weighted with the window's share in it and steadied with 50 pseudo-rows of the whole. Nil for mix,
// or no Hours: all of the reference. Count is how many rows stand behind the means, 1/sum(w_h^2/m_h); 0 where none do.
//
// exclude, where it is not nil, has the means of a chunk of the reference itself, to be taken out first: an element a cell, or one where
// there is no rhythm.
func (j *Joint) At(mix Mixture, exclude []JointMeans) JointMeans {
	if len(j.Hours) == 0 {
		mix = nil
	}
	if mix == nil && exclude == nil {
		return j.All
	}
	size := j.All.size()
	whole := j.All.sums(size)
	for i := range exclude {
		if exclude[i].Count > 0 { // most cells of a short chunk are empty
			whole.subtract(exclude[i].sums(size))
		}
	}
	if !(whole.count >= 1) {
		return JointMeans{}
	}
	whole.divide()
	if mix == nil {
		return j.All.like(whole)
	}
	mixed := jointSums{values: make([]float64, size)}
	steady := math.Min(pseudoCount, whole.count)
	var variance float64
	for _, c := range mix {
		if c.Cell >= len(j.Hours) {
			return JointMeans{}
		}
		cell := j.Hours[c.Cell].sums(size)
		if exclude != nil && c.Cell < len(exclude) {
			cell.subtract(exclude[c.Cell].sums(size))
		}
		m := math.Max(cell.count, 0)
		scale := c.Weight / (m + pseudoCount)
		for i, x := range whole.values {
			sum := pseudoCount * x
			if m > 0 {
				sum += cell.values[i]
			}
			mixed.values[i] += scale * sum
		}
		variance += c.Weight * c.Weight / (m + steady)
	}
	mixed.count = 1 / variance
	return j.All.like(mixed)
}

// jointSums are all of the means one after the other, times the count or not.
type jointSums struct {
	count  float64
	values []float64
}

// size is how many means there are.
func (m *JointMeans) size() int {
	return 1 + len(m.Residuals) + len(m.Cosines) + len(m.Sines) + len(m.Means) + len(m.Squares) + len(m.Products)
}

// sums over the rows. Where nothing was counted, or there are other means than elsewhere, they are of no row.
func (m *JointMeans) sums(size int) jointSums {
	s := jointSums{values: make([]float64, 0, size)}
	if m.Count == 0 || m.size() != size {
		s.values = s.values[:size]
		return s
	}
	s.count = float64(m.Count)
	s.values = append(s.values, m.Error)
	for _, part := range [][]float64{m.Residuals, m.Cosines, m.Sines, m.Means, m.Squares, m.Products} {
		s.values = append(s.values, part...)
	}
	for i := range s.values {
		s.values[i] *= s.count
	}
	return s
}

func (s *jointSums) subtract(other jointSums) {
	s.count -= other.count
	for i, x := range other.values {
		s.values[i] -= x
	}
}

func (s *jointSums) divide() {
	for i := range s.values {
		s.values[i] /= s.count
	}
}

// like cuts the values into means as m has them.
func (m *JointMeans) like(s jointSums) JointMeans {
	rest := s.values[1:]
	take := func(n int) []float64 {
		part := rest[:n:n]
		rest = rest[n:]
		return part
	}
	return JointMeans{
		Count: uint64(math.Round(s.count)), Error: s.values[0],
		Residuals: take(len(m.Residuals)), Cosines: take(len(m.Cosines)), Sines: take(len(m.Sines)),
		Means: take(len(m.Means)), Squares: take(len(m.Squares)), Products: take(len(m.Products)),
	}
}
