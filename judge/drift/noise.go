package drift

import (
	"math"
	"sync"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/distance"
)

// simulated keeps the noise of statistics that have no law: total variation, L-infinity and Wasserstein.
//
// All three are norms of the difference of two empirical distributions, so that for many observations their noise is
// sqrt(1/n + 1/m) times something that depends on the reference alone. That is simulated once for a variable, from all of
// its reference over its own bins, and kept: a simulation takes milliseconds. A mixture of hours is mostly narrower than
// the whole, so that the noise is rather over- than understated.
type simulated struct {
	mu   sync.Mutex
	kept map[simulatedKey]distance.Noise
}

type simulatedKey struct {
	variable *profile.Variable
	segment  *profile.Segment // nil for all of the traffic
	stat     statistic
}

const (
	maxSimulated  = 10_000 // entries; profiles that were replaced go when it is full
	simulatedSize = 10_000 // observations drawn
)

// noise of the statistic for samples of n and m. reference is the variable's (or its segment's) without regard to the hour.
func (k *simulated) noise(s statistic, v *profile.Variable, segment *profile.Segment, reference func() profile.Reference, n, m float64) distance.Noise {
	key := simulatedKey{v, segment, s}
	k.mu.Lock()
	unit, ok := k.kept[key]
	k.mu.Unlock()
	if !ok {
		unit = simulate(s, v, reference())
		k.mu.Lock()
		if len(k.kept) >= maxSimulated {
			clear(k.kept)
		}
		if k.kept == nil {
			k.kept = make(map[simulatedKey]distance.Noise)
		}
		k.kept[key] = unit
		k.mu.Unlock()
	}
	scale := math.Sqrt(1/n + 1/m)
	return distance.Noise{Expected: unit.Expected * scale, P99: unit.P99 * scale}
}

// simulate is the noise for 1/n + 1/m = 1.
func simulate(s statistic, v *profile.Variable, r profile.Reference) distance.Noise {
	shares := r.Shares
	var of func(current, reference []float64) float64
	switch s {
	case totalVariation:
		of = distance.TotalVariation
	case lInfinity:
		of = distance.LInfinity
	case wasserstein:
		if !(v.StdDev > 0) {
			return distance.Noise{Expected: math.NaN(), P99: math.NaN()}
		}
		of = func(current, reference []float64) float64 {
			return distance.Wasserstein(current, reference, v.Bounds, v.Min, v.Max, v.Discrete) / v.StdDev
		}
	}
	if s != wasserstein && v.Type == profile.Numeric {
		shares = profile.SumBins(shares, v.Deciles)
	}
	unit := distance.SimulatedNoise(shares, of, simulatedSize, math.Inf(1), 1)
	root := math.Sqrt(simulatedSize)
	return distance.Noise{Expected: unit.Expected * root, P99: unit.P99 * root}
}
