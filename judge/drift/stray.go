package drift

import (
	"math"

	"github.com/leeway-ml/leeway/profile"
)

// Stray is how far a chunk of the reference itself is from the reference without it, for the profile's limits: what a window
// without drift may well show. counts are the chunk's over the variable's bins (categories and Other), missing its missing
// values; ref is Variable.At with the chunk excluded.
//
// Keys are the names of Judged, and missing_share. Values are the excess over the noise to be expected for statistics of a
// chi-square law (it may be negative), else the value itself without its sign; for missing_share the difference from the
// reference's. It is nil where the chunk holds fewer than min_samples, or nothing is left of the reference: such a chunk says
// nothing and does not count. Statistics that the variable doesn't have are left out.
func (j *Judge) Stray(v *profile.Variable, counts []uint64, missing uint64, ref profile.Reference) map[string]float64 {
	var n uint64
	for _, c := range counts {
		n += c
	}
	if n < j.cfg.MinSamples || !(ref.Size > 0) || len(counts) != len(v.Counts) {
		return nil
	}
	c := comparisons.Get().(*comparison)
	defer comparisons.Put(c)
	if v.Type == profile.Numeric {
		h := histogram{bounds: v.Bounds, counts: counts, n: n, sum: math.NaN(), low: math.NaN(), top: math.NaN()}
		c.numeric(v, ref, &h, &j.cfg)
		// Of a chunk only its bins are known: both means by the same approximation.
		c.mean = referenceMean(v, profile.Reference{Shares: c.current})
	} else {
		c.categorical(ref, append(counts[:len(counts):len(counts)], 0), n, &j.cfg)
	}
	strays := make(map[string]float64)
	for s := range missingShare {
		if table[s].kind == probability || !s.of(v.Type) {
			continue
		}
		stray := math.Abs(c.value(s))
		if table[s].kind == chiSquareLaw {
			stray -= s.noise(c.bins(), c.n, c.m).Expected
		}
		if !math.IsNaN(stray) && !math.IsInf(stray, 0) {
			strays[table[s].name] = stray
		}
	}
	share := float64(missing) / float64(missing+n)
	strays[table[missingShare].name] = math.Abs(share - ref.MissingShare)
	return strays
}
