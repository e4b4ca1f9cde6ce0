package conceptdrift

import "math/bits"

// splitMix64 is a generator of random numbers whose state is one number, so that it can be kept with a detector's.
//
// Source: Steele, Lea, Flood, Fast splittable pseudorandom number generators, OOPSLA 2014.
type splitMix64 uint64

func (s *splitMix64) next() uint64 {
	*s += 0x9e3779b97f4a7c15
	z := uint64(*s)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below draws from 0 to n-1. Some numbers are likelier than others by at most n / 2^64.
//
// Source: Lemire, Fast random integer generation in an interval, ACM TOMACS 29(1), 2019.
func (s *splitMix64) below(n int) int {
	high, _ := bits.Mul64(s.next(), uint64(n))
	return int(high)
}
