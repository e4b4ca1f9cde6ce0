package multivariate

import (
	"math"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/multivariate"
	"github.com/leeway-ml/leeway/summary"
)

// comparison is of the means of a window's rows with the reference's.
type comparison struct {
	reference          *profile.Joint
	current, expected  profile.JointMeans
	filled, filledThen []float64 // rows that have a value of each of Joint.Correlated
	pairs              []pair
	// Where the means are from; nil and zero for a chunk of the reference.
	window  *summary.Window
	profile *profile.Profile
	mix     profile.Mixture
	// optimism is how much greater the error of rows outside the reference is to be expected.
	optimism float64
}

// pair is two of Joint.Correlated.
type pair struct {
	first, second int
	shift         float64 // of the correlation, signed
	variance      float64 // of the shift, by sampling alone
}

// errorShift is how far the reconstruction error moved.
func (x *comparison) errorShift() measured {
	return measured{
		multivariate.ReconstructionShift(x.current.Error, x.expected.Error+x.optimism, x.reference.ErrorStdDev),
		multivariate.ReconstructionShiftNoise(float64(x.current.Count), float64(x.expected.Count)),
	}
}

// discrepancy is the maximum mean discrepancy.
func (x *comparison) discrepancy() measured {
	return measured{
		multivariate.MMD(x.current.Cosines, x.current.Sines, x.expected.Cosines, x.expected.Sines),
		multivariate.MMDNoise(x.reference.Trace, x.reference.TraceSquared, float64(x.current.Count), float64(x.expected.Count)),
	}
}

// correlate fills pairs with those that have a correlation in both, and at least so many rows with a value of each of the two.
func (x *comparison) correlate(least float64) {
	k := len(x.reference.Correlated)
	for _, m := range []*profile.JointMeans{&x.current, &x.expected} {
		if len(m.Means) != k || len(m.Squares) != k || len(m.Products) != k*(k-1)/2 {
			return
		}
	}
	x.pairs = make([]pair, 0, k*(k-1)/2)
	for a, i := 0, 0; a < k; a++ {
		for b := a + 1; b < k; b, i = b+1, i+1 {
			n, m := math.Min(x.filled[a], x.filled[b]), math.Min(x.filledThen[a], x.filledThen[b])
			if n < least || m < least {
				continue
			}
			now, ok := correlation(&x.current, a, b, i)
			then, known := correlation(&x.expected, a, b, i)
			if ok && known {
				x.pairs = append(x.pairs, pair{a, b, now - then, multivariate.CorrelationShiftVariance(n, m)})
			}
		}
	}
}

func correlation(m *profile.JointMeans, a, b, product int) (float64, bool) {
	return multivariate.Correlation(m.Means[a], m.Means[b], m.Squares[a], m.Squares[b], m.Products[product])
}

// correlationShift is the pair's that moved most.
func (x *comparison) correlationShift() measured {
	m := measured{value: math.NaN()}
	variances := make([]float64, len(x.pairs))
	for i, p := range x.pairs {
		variances[i] = p.variance
		if !(math.Abs(p.shift) <= m.value) {
			m.value = math.Abs(p.shift)
		}
	}
	m.noise = multivariate.GreatestNoise(variances)
	return m
}

// filledOf is how many of the reference's rows have a value of each of Joint.Correlated, of so many rows.
func filledOf(p *profile.Profile, rows float64) []float64 {
	filled := make([]float64, len(p.Joint.Correlated))
	for i, name := range p.Joint.Correlated {
		if v := p.Feature(name); v != nil && p.Joint.All.Count > 0 {
			filled[i] = rows * math.Min(1, float64(v.Observed())/float64(p.Joint.All.Count))
		}
	}
	return filled
}
