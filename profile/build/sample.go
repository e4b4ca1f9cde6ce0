package build

import (
	"cmp"
	"math"
	"slices"
)

// sample is a random choice of rows that does not depend on the order in which they come: those with the least digests of what they
// hold. Equal rows are one. It is a bottom-k sketch (Cohen and Kaplan, Summarizing data using bottom-k sketches, 2007).
type sample struct {
	limit   int
	ceiling uint64 // digests from here on are too large
	rows    []sampledRow
	taken   map[uint64]struct{}
}

type sampledRow struct {
	digest uint64
	row    []float64
}

func newSample(limit int) *sample {
	return &sample{limit: limit, ceiling: math.MaxUint64, taken: map[uint64]struct{}{}}
}

// wants reports whether a row of this digest may be among the chosen.
func (s *sample) wants(digest uint64) bool {
	if digest >= s.ceiling {
		return false
	}
	_, there := s.taken[digest]
	return !there
}

// add takes a row that is wanted. It keeps a copy.
func (s *sample) add(digest uint64, row []float64) {
	s.rows = append(s.rows, sampledRow{digest, slices.Clone(row)})
	s.taken[digest] = struct{}{}
	if len(s.rows) == 2*s.limit {
		s.cut()
	}
}

func (s *sample) cut() {
	slices.SortFunc(s.rows, func(a, b sampledRow) int { return cmp.Compare(a.digest, b.digest) })
	for i := s.limit; i < len(s.rows); i++ {
		s.ceiling = s.rows[s.limit].digest
		delete(s.taken, s.rows[i].digest)
		s.rows[i].row = nil
	}
	s.rows = s.rows[:min(s.limit, len(s.rows))]
}

// chosen are the rows, in the order of their digests.
func (s *sample) chosen() [][]float64 {
	s.cut()
	rows := make([][]float64, len(s.rows))
	for i, r := range s.rows {
		rows[i] = r.row
	}
	return rows
}

// digest mixes numbers into 64 bits.
type digest uint64

const newDigest digest = 0x6a09e667f3bcc908

func (d digest) with(x uint64) digest { // a step of splitmix64 (Steele, Lea and Flood 2014)
	z := (uint64(d) ^ x) + 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return digest(z ^ z>>31)
}
