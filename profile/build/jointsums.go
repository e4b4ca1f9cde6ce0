package build

import (
	"gonum.org/v1/gonum/floats"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/profile/joint"
	"github.com/leeway-ml/leeway/stats/multivariate"
)

// jointShape says where what a row adds to the joint reference stands in one list of numbers: the error, the residuals by feature,
// cosines, sines, the correlated values, their squares and their products.
type jointShape struct {
	features, frequencies, correlated int
	cosines, sines                    []float64 // of the middles of the bins of an angle
}

func newJointShape(j *profile.Joint) *jointShape {
	s := &jointShape{features: len(j.Features), frequencies: j.Frequencies, correlated: len(j.Correlated)}
	s.cosines, s.sines = multivariate.PhaseMeans(profile.PhaseBins)
	return s
}

func (s *jointShape) size() int {
	return 1 + s.features + 2*s.frequencies + 2*s.correlated + s.correlated*(s.correlated-1)/2
}

// features of the kernel: cosines and sines.
func (s *jointShape) kernel(row []float64) []float64 {
	return row[1+s.features:][:2*s.frequencies]
}

// spread writes what the row adds.
func (s *jointShape) spread(sketch *joint.Sketch, row []float64) {
	row[0] = sketch.Error
	copy(row[1:], sketch.Residuals)
	kernel := s.kernel(row)
	for k, bin := range sketch.Phases {
		kernel[k], kernel[s.frequencies+k] = s.cosines[bin], s.sines[bin]
	}
	rest := row[1+s.features+2*s.frequencies:]
	copy(rest, sketch.Correlated)
	squares, products := rest[s.correlated:2*s.correlated], rest[2*s.correlated:]
	i := 0
	for a, x := range sketch.Correlated {
		squares[a] = x * x
		for _, y := range sketch.Correlated[a+1:] {
			products[i] = x * y
			i++
		}
	}
}

// means are those of n rows whose sum this is.
func (s *jointShape) means(sum []float64, n uint64) profile.JointMeans {
	if n == 0 {
		return profile.JointMeans{}
	}
	all := make([]float64, len(sum))
	floats.AddScaled(all, 1/float64(n), sum)
	rest := all[1:]
	take := func(n int) []float64 {
		part := rest[:n:n]
		rest = rest[n:]
		return part
	}
	return profile.JointMeans{
		Count: n, Error: all[0], Residuals: take(s.features), Cosines: take(s.frequencies), Sines: take(s.frequencies),
		Means: take(s.correlated), Squares: take(s.correlated), Products: take(s.correlated * (s.correlated - 1) / 2),
	}
}

// jointSum adds rows up.
type jointSum struct {
	rows uint64
	sum  []float64
}

func newJointSum(size int) *jointSum { return &jointSum{sum: make([]float64, size)} }

func (j *jointSum) add(row []float64) {
	j.rows++
	floats.Add(j.sum, row)
}
