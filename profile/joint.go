package profile

// Joint is the reference of the inputs together: what single features can't show, since each may look as ever while they no
// longer go with one another.
//
// It is about encoded inputs. A numeric feature is one dimension: the normal score of its bin, which is the mean of a standard Gaussian
// over the share of the reference that the bin holds, scaled to mean 0 and variance 1. A feature of two categories is
// one dimension too, one of more has a dimension a category; together they have mean 0 and variance 1. A missing value is
// 0, the reference's mean, in all of the feature's dimensions. Package joint encodes.
type Joint struct {
	// Features that are looked at together, in the order of their dimensions: those of the profile that vary.
	Features []string `json:"features"`
	// Components are the principal components, by variance; each has an element a dimension and length 1. They explain the share Explained
	// of the reference's variance.
	Components [][]float64 `json:"components"`
	Explained  float64     `json:"explained"`
	// Bandwidth of the Gaussian kernel: the median distance of two rows of the reference. The kernel's Frequencies random
	// frequencies follow from Seed.
	Bandwidth   float64 `json:"bandwidth"`
	Frequencies int     `json:"frequencies"`
	Seed        uint64  `json:"seed"`
	// ErrorBounds are quantiles of the reconstruction error, strictly ascending; ErrorStdDev is its standard deviation.
	ErrorBounds []float64 `json:"error_bounds,omitempty"`
	ErrorStdDev float64   `json:"error_std_dev"`
	// ErrorOptimism is how much greater the mean error of other rows of the same distribution is than All.Error: the components
	// fit the rows that they were made of a little better.
	ErrorOptimism float64 `json:"error_optimism,omitempty"`
	// Trace and TraceSquared are tr(S) and tr(S²) of the covariance S of the random Fourier features: they say how far the
	// maximum mean discrepancy strays by chance.
	Trace        float64 `json:"trace"`
	TraceSquared float64 `json:"trace_squared"`
	// Correlated are the features whose correlations are looked at, in the order of Features; each has one dimension.
	Correlated []string `json:"correlated,omitempty"`
	// All of the reference.
	All JointMeans `json:"all"`
	// Hours has an element a cell of the rhythm; empty where the profile has none. A cell of few rows counts none: it would nearly tell
	// what they were.
	Hours []JointMeans `json:"hours,omitempty"`
	// Limits by window and statistic (reconstruction_shift, mmd, correlation_shift).
	Limits map[string]map[string]Limit `json:"limits,omitempty"`
}

// JointMeans are means over rows of the reference. All but Count are empty where no row was counted.
type JointMeans struct {
	Count uint64 `json:"count"`
	// Error is the reconstruction error.
	Error float64 `json:"error,omitempty"`
	// Residuals are the squared residuals of Joint.Features.
	Residuals []float64 `json:"residuals,omitempty"`
	// Cosines and Sines of the angles along the random frequencies, each taken at the middle of its bin.
	Cosines []float64 `json:"cosines,omitempty"`
	Sines   []float64 `json:"sines,omitempty"`
	// Means and Squares of Joint.Correlated, and the Products of their pairs: first with second, first with third ... second with
	// third ...
	Means    []float64 `json:"means,omitempty"`
	Squares  []float64 `json:"squares,omitempty"`
	Products []float64 `json:"products,omitempty"`
}

// Vector is the reference of one input that is an array of numbers, as an embedding is.
//
// It is about vectors measured from Mean in units of Spread. It does not follow the hour.
type Vector struct {
	Name string `json:"name"`
	// Mean has an element a component. Spread is the root mean square distance of the reference's vectors from it.
	Mean   []float64 `json:"mean"`
	Spread float64   `json:"spread"`
	// Count of vectors; Missing, WrongType (no array of that many numbers) and NonFinite count rows without one.
	Count     uint64 `json:"count"`
	Missing   uint64 `json:"missing"`
	WrongType uint64 `json:"wrong_type,omitempty"`
	NonFinite uint64 `json:"non_finite,omitempty"`
	// As those of Joint.
	Bandwidth    float64   `json:"bandwidth"`
	Frequencies  int       `json:"frequencies"`
	Seed         uint64    `json:"seed"`
	Trace        float64   `json:"trace"`
	TraceSquared float64   `json:"trace_squared"`
	Cosines      []float64 `json:"cosines"`
	Sines        []float64 `json:"sines"`
	// Limits by window and statistic (mmd, mean_distance).
	Limits map[string]map[string]Limit `json:"limits,omitempty"`
}

const (
	// MaxJointDimensions bounds what all features together may have; features beyond are left out, the least important first.
	MaxJointDimensions = 256
	// MaxJointCategories is how many categories of a feature have a dimension of their own; the rest share one.
	MaxJointCategories = 20
	// MaxCorrelated features have their correlations looked at, the most important first.
	MaxCorrelated = 20
	// JointFrequencies is how many random frequencies there are.
	JointFrequencies = 64
	// PhaseBins is how many equal bins the circle is cut into.
	PhaseBins = 32
	// MaxVectorDimensions is how long a vector may be.
	MaxVectorDimensions = 2048
	// MaxVectors is how many vector inputs a profile may have.
	MaxVectors = 8
)

// Vector returns the vector input of that name, nil where there is none.
func (p *Profile) Vector(name string) *Vector {
	for _, v := range p.Vectors {
		if v.Name == name {
			return v
		}
	}
	return nil
}
