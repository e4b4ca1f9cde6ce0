package multivariate

import (
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/multivariate"
)

// VectorMeans are means over vectors, measured from the reference's mean in units of its spread.
type VectorMeans struct {
	Count uint64
	// Cosines and Sines of the angles along the random frequencies, each taken at the middle of its bin.
	Cosines, Sines []float64
	// Mean has an element a component.
	Mean []float64
}

// vector compares the means of a window's vectors with the reference's.
type vector struct {
	reference         *profile.Vector
	current, expected VectorMeans
}

// whole are the means of all of the reference.
func whole(v *profile.Vector) VectorMeans {
	return VectorMeans{Count: v.Count, Cosines: v.Cosines, Sines: v.Sines, Mean: make([]float64, len(v.Mean))}
}

func (x *vector) discrepancy() measured {
	return measured{
		multivariate.MMD(x.current.Cosines, x.current.Sines, x.expected.Cosines, x.expected.Sines),
		multivariate.MMDNoise(x.reference.Trace, x.reference.TraceSquared, float64(x.current.Count), float64(x.expected.Count)),
	}
}

func (x *vector) meanDistance() measured {
	return measured{
		multivariate.MeanDistance(x.current.Mean, x.expected.Mean),
		multivariate.MeanDistanceNoise(float64(x.current.Count), float64(x.expected.Count)),
	}
}

// cosineDistance is that of the mean vectors as they came, not measured from the reference's mean.
func (x *vector) cosineDistance() float64 {
	mean := make([]float64, len(x.reference.Mean))
	if len(x.current.Mean) != len(mean) {
		return multivariate.CosineDistance(nil, nil)
	}
	for i, m := range x.reference.Mean {
		mean[i] = m + x.reference.Spread*x.current.Mean[i]
	}
	return multivariate.CosineDistance(mean, x.reference.Mean)
}
