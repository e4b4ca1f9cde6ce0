package drift

import (
	"math"

	"github.com/leeway-ml/leeway/profile"
)

// verdict says whether a statistic is too far, and by what it was measured.
type verdict struct {
	value float64
	// threshold is what the value (its size, where it is signed) must exceed: the limit, plus the noise to be expected for
	// statistics of a chi-square law.
	threshold float64
	// noise is the 99th percentile of what sampling alone gives; the value must exceed it too. NaN where it is not known.
	noise float64
	far   bool
}

// rules are those for one variable: the configuration with its overrides.
type rules struct {
	primary    statistic
	minSamples uint64
	limits     [statistics]Limit
	factor     float64
	minChunks  int
}

// newRules merges an override into the configuration's.
func newRules(cfg *Config, o Override) *rules {
	r := &rules{minSamples: cfg.MinSamples, factor: cfg.Factor, minChunks: cfg.MinChunks}
	r.primary, _ = find(cfg.Primary)
	for s := range statistics {
		r.limits[s] = table[s].limit
	}
	r.set(cfg.Limits)
	if o.Primary != "" {
		r.primary, _ = find(o.Primary)
	}
	if o.MinSamples > 0 {
		r.minSamples = o.MinSamples
	}
	if o.Factor != nil {
		r.factor = *o.Factor
	}
	r.set(o.Limits)
	return r
}

func (r *rules) set(limits map[string]Limit) {
	for name, l := range limits {
		s, _ := find(name)
		if l.Floor > 0 {
			r.limits[s].Floor = l.Floor
		}
		if l.Constant > 0 {
			r.limits[s].Constant = l.Constant
		}
	}
}

// primaryFor is the statistic that judges a variable of the type: those that need an order of values give way to PSI for
// categories.
func (r *rules) primaryFor(t profile.Type) statistic {
	if r.primary.of(t) {
		return r.primary
	}
	return psi
}

// limit is the larger of the floor and factor times what the reference's chunks of this length strayed, or the constant
// where there were too few of them.
func (r *rules) limit(s statistic, v *profile.Variable, window string) float64 {
	l := r.limits[s]
	learned, ok := v.Limits[window][table[s].name]
	if !ok || learned.Chunks < r.minChunks {
		return l.Constant
	}
	return max(l.Floor, r.factor*learned.Greatest)
}

// far judges a distance. expected and p99 are its noise.
func far(s statistic, value, limit, expected, p99 float64, beyondNoise bool) verdict {
	v := verdict{value: value, threshold: limit, noise: p99}
	if table[s].kind == chiSquareLaw {
		v.threshold += expected
	}
	size := math.Abs(value)
	v.far = size > v.threshold && (!beyondNoise || !(size <= p99))
	return v
}

// shareThreshold is what the difference of two shares, of n and m observations, must exceed to be too far: the limit, and
// three standard errors of such a difference.
func shareThreshold(current, reference, n, m, limit float64, beyondNoise bool) float64 {
	if !beyondNoise {
		return limit
	}
	pooled := (current*n + reference*m) / (n + m)
	return max(limit, 3*math.Sqrt(pooled*(1-pooled)*(1/n+1/m)))
}
