package drift

import (
	"math"
	"slices"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/distance"
)

// comparison holds both distributions of one variable over the same bins, and answers for each statistic. It is reused.
type comparison struct {
	n, m float64 // observations of the window, and those that stand behind the reference
	// current and reference are shares over all bins, in the order of the values; for numeric variables.
	current, reference []float64
	bounds             []float64
	low, high          float64
	discrete           bool
	std                float64
	mean               float64 // of the window; NaN where unknown
	referenceMean      float64
	// The divergences' bins, thin ones merged: shares of both.
	coarse          merger
	currentCoarse   []float64
	referenceCoarse []float64
	chiSquare       distance.ChiSquareResult
	tested          bool // chiSquare is there
	ks              float64
	ksKnown         bool
	counts, shares  []float64 // scratch
	groups          []uint64
	floor           float64
}

// numeric prepares the comparison of a window's histogram with the reference, which is over the variable's fine bins.
func (c *comparison) numeric(v *profile.Variable, r profile.Reference, h *histogram, cfg *Config) {
	c.reset(float64(h.n), r.Size, cfg)
	groups := v.Deciles
	c.bounds, c.discrete = h.bounds, v.Discrete
	if slices.Equal(h.bounds, v.Bounds) {
		c.reference = append(c.reference[:0], r.Shares...)
	} else {
		c.reference = append(c.reference[:0], v.SharesAt(r.Shares, h.bounds)...)
		groups = cuts(v, h.bounds)
		c.discrete = v.Discrete && among(h.bounds, v.Bounds)
	}
	c.current = c.current[:0]
	for _, x := range h.counts {
		c.current = append(c.current, float64(x)/c.n)
	}
	c.std = v.StdDev
	c.low, c.high = h.extent(v)
	c.mean = h.mean()
	c.referenceMean = referenceMean(v, r)

	c.groups = profile.AppendSums(c.groups[:0], h.counts, groups)
	c.shares = profile.AppendSums(c.shares[:0], c.reference, groups)
	c.coarse.merge(c.groups, c.shares, min(c.n, c.m), cfg.MinExpected, true)
	c.normalise()
}

// categorical prepares the comparison of counts over the variable's categories, Other and Unseen.
func (c *comparison) categorical(r profile.Reference, counts []uint64, n uint64, cfg *Config) {
	c.reset(float64(n), r.Size, cfg)
	c.shares = append(append(c.shares[:0], r.Shares...), 0)
	c.coarse.merge(counts, c.shares, min(c.n, c.m), cfg.MinExpected, false)
	c.normalise()
}

func (c *comparison) reset(n, m float64, cfg *Config) {
	c.n, c.m, c.floor = n, m, cfg.Floor
	c.tested, c.ksKnown = false, false
}

func (c *comparison) normalise() {
	c.currentCoarse, c.referenceCoarse = c.currentCoarse[:0], c.referenceCoarse[:0]
	for i, x := range c.coarse.current {
		c.currentCoarse = append(c.currentCoarse, x/c.n)
		c.referenceCoarse = append(c.referenceCoarse, c.coarse.reference[i])
	}
}

// bins is how many bins the divergences are over.
func (c *comparison) bins() int { return len(c.currentCoarse) }

// value of a distance or p-value; NaN where there is none.
func (c *comparison) value(s statistic) float64 {
	switch s {
	case psi:
		return distance.PSI(c.currentCoarse, c.referenceCoarse, c.floor)
	case kl:
		return distance.KL(c.currentCoarse, c.referenceCoarse, c.floor)
	case jsDistance:
		return distance.JSDistance(c.currentCoarse, c.referenceCoarse)
	case hellinger:
		return distance.Hellinger(c.currentCoarse, c.referenceCoarse)
	case totalVariation:
		return distance.TotalVariation(c.currentCoarse, c.referenceCoarse)
	case lInfinity:
		return distance.LInfinity(c.currentCoarse, c.referenceCoarse)
	case cramersV:
		return c.test().CramersV
	case chiSquarePValue:
		return c.test().P
	case ksStatistic:
		return c.kolmogorovSmirnov()
	case ksPValue:
		return distance.KSPValue(c.kolmogorovSmirnov(), c.n, c.m)
	case wasserstein:
		if !(c.std > 0) {
			return math.NaN()
		}
		return distance.Wasserstein(c.current, c.reference, c.bounds, c.low, c.high, c.discrete) / c.std
	case meanShift:
		if shift, ok := distance.MeanShift(c.mean, c.referenceMean, c.std); ok {
			return shift
		}
	}
	return math.NaN()
}

func (c *comparison) kolmogorovSmirnov() float64 {
	if !c.ksKnown {
		c.ks, c.ksKnown = distance.KS(c.current, c.reference), true
	}
	return c.ks
}

// test is the chi-square test; the reference's counts are its shares of the observations that stand behind it.
func (c *comparison) test() distance.ChiSquareResult {
	if !c.tested {
		c.counts = c.counts[:0]
		for _, share := range c.coarse.reference {
			c.counts = append(c.counts, share*c.m)
		}
		c.chiSquare, c.tested = distance.ChiSquare(c.coarse.current, c.counts), true
	}
	return c.chiSquare
}

// referenceMean is the mean of the reference of these hours: the whole's exact mean, plus what moving its mass between bins
// does to it, each bin at its middle. Exact for the whole; else off by less than half a bin for the mass that moved.
func referenceMean(v *profile.Variable, r profile.Reference) float64 {
	n := float64(v.Observed())
	if n == 0 {
		return math.NaN()
	}
	mean := v.Mean
	for i, count := range v.Counts {
		moved := r.Shares[i] - float64(count)/n
		if moved == 0 {
			continue
		}
		low, high := v.Min, v.Max
		if i > 0 {
			low = v.Bounds[i-1]
		}
		if i < len(v.Bounds) {
			high = v.Bounds[i]
		}
		middle := (low + high) / 2
		if v.Discrete && i < len(v.Bounds) {
			middle = high
		}
		mean += moved * middle
	}
	return mean
}

// among reports whether every bound is one of those.
func among(bounds, those []float64) bool {
	for _, b := range bounds {
		if _, found := slices.BinarySearch(those, b); !found {
			return false
		}
	}
	return true
}
