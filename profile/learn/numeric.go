package learn

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/summary"
)

var quantiles = []float64{0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99}

// bins are counts between ascending bounds: counts[i] of values in (bounds[i-1], bounds[i]], the ends open.
type bins struct {
	bounds []float64
	counts []uint64
}

// numeric makes the variable; nil where no number was seen.
//
// Exponential histograms are added up at the finest scale that all have. Explicit histograms add up where they have the
// same bounds; the bounds that most observations have are taken, and what has others is added where that is exact, or,
// coming from exponential histograms, off by at most a bucket; else it is left out. Where exponential histograms hold more
// observations than any one set of bounds, they are taken, and explicit ones left out. A profile that is made again keeps
// the bounds of the one before: summaries come in them by now.
func (c *column) numeric(r profile.Rhythm, feature bool, o *Options) *profile.Variable {
	all := c.wholeExponential()
	common := c.commonBounds()
	kept := c.previous != nil && c.previous.Type == profile.Numeric && len(c.previous.Bounds) > 0
	if kept {
		common = bins{c.previous.Bounds, make([]uint64, len(c.previous.Counts))}
	}
	var whole bins
	var part func(*cell) []bins
	total := moments{min: math.Inf(1), max: math.Inf(-1)}
	switch {
	case c.numbers() == 0:
		return nil
	case common.counts == nil || all.Count() >= sum(common.counts) && !kept:
		whole = exponentialBins(all)
		part = func(cell *cell) []bins {
			if cell.exponential == nil {
				return nil
			}
			e := cell.exponential.Clone()
			e.Downscale(all.Scale)
			total.add(e.Count(), e.Sum, e.Min, e.Max)
			return []bins{exponentialBins(e)}
		}
	default:
		whole = common // its counts may lack what comes from elsewhere
		part = func(cell *cell) (parts []bins) {
			for _, h := range cell.histograms {
				if contains(h.Bounds, common.bounds) {
					parts = append(parts, bins{h.Bounds, h.Counts})
					total.add(h.Count(), h.Sum, h.Min, h.Max)
				}
			}
			if e := cell.exponential; e != nil {
				parts = append(parts, exponentialBins(e))
				total.add(e.Count(), e.Sum, e.Min, e.Max)
			}
			return parts
		}
	}

	v := &profile.Variable{Name: c.name, Type: profile.Numeric, Bounds: whole.fineBounds(profile.MaxFineBins)}
	byHour := c.count(v, part)
	if v.Observed() == 0 {
		return nil
	}
	v.Rollup, v.Deciles = views(v.Counts)
	if sum(whole.counts) != sum(v.Counts) { // bounds were given, and counts came from elsewhere too
		whole = bins{v.Bounds, v.Counts}
	}
	whole.describe(v, total)
	c.hoursOf(v, r, byHour)
	c.invalid(v, r, feature)
	c.limits(v, r, byHour, o)
	return v
}

// count fills in the variable's counts, of which part has the bins of a cell, and returns them by hour.
//
// A bin belongs to the one that its upper end lies in: the variable's bounds are among the ends, so it is all in there.
func (c *column) count(v *profile.Variable, part func(*cell) []bins) (byHour [][]uint64) {
	v.Counts = make([]uint64, len(v.Bounds)+1)
	for _, cell := range c.cells {
		counts := make([]uint64, len(v.Counts))
		for _, b := range part(cell) {
			for j, n := range b.counts {
				at := len(v.Bounds)
				if j < len(b.bounds) {
					at = v.Bin(b.bounds[j])
				}
				counts[at] += n
				v.Counts[at] += n
			}
		}
		byHour = append(byHour, counts)
	}
	return byHour
}

// numbers is how many numbers were seen.
func (c *column) numbers() uint64 {
	var n uint64
	for _, cell := range c.cells {
		n += cell.numbers()
	}
	return n
}

// wholeExponential adds up the exponential histograms of all hours.
func (c *column) wholeExponential() *summary.Exponential {
	whole := &summary.Exponential{}
	for _, cell := range c.cells {
		if cell.exponential != nil {
			whole.Merge(cell.exponential, MaxBuckets)
		}
	}
	return whole
}

// commonBounds are the explicit bounds that most observations have, with their counts; of several, the first by size.
func (c *column) commonBounds() bins {
	var sets []bins
	for _, cell := range c.cells {
		for _, h := range cell.histograms {
			i := slices.IndexFunc(sets, func(b bins) bool { return slices.Equal(b.bounds, h.Bounds) })
			if i < 0 {
				i = len(sets)
				sets = append(sets, bins{h.Bounds, make([]uint64, len(h.Counts))})
			}
			for j, n := range h.Counts {
				sets[i].counts[j] += n
			}
		}
	}
	if len(sets) == 0 {
		return bins{}
	}
	return slices.MinFunc(sets, func(a, b bins) int {
		return cmp.Or(cmp.Compare(sum(b.counts), sum(a.counts)), slices.Compare(a.bounds, b.bounds))
	})
}

// contains reports whether every one of the bounds is among those of a.
func contains(a, bounds []float64) bool {
	for _, b := range bounds {
		if _, ok := slices.BinarySearch(a, b); !ok {
			return false
		}
	}
	return true
}

// exponentialBins are the buckets as bins, neighbouring empty ones joined.
func exponentialBins(e *summary.Exponential) bins {
	bounds, counts := profile.ExponentialBins(e)
	b := bins{counts: counts[:1:1]}
	for i, bound := range bounds {
		next := counts[i+1]
		if last := len(b.counts) - 1; math.IsInf(bound, 0) || b.counts[last] == 0 && next == 0 {
			b.counts[last] += next
			continue
		}
		b.bounds, b.counts = append(b.bounds, bound), append(b.counts, next)
	}
	return b
}

// fineBounds are at most limit of the bounds, so that the bins between them have about equal mass. Where there are no more
// than that, they are kept as they are.
func (b bins) fineBounds(limit int) []float64 {
	if len(b.bounds) <= limit {
		return b.bounds
	}
	cuts := equalMass(b.counts, limit)
	bounds := make([]float64, 0, len(cuts))
	for _, first := range cuts[1:] {
		bounds = append(bounds, b.bounds[first-1])
	}
	return bounds
}

// equalMass groups neighbouring bins into at most limit groups of about equal counts, and returns the first bin of each.
// Each cut lies where the count below it is nearest to its share, so that a heavy bin is a group of its own.
func equalMass(counts []uint64, limit int) []int {
	cuts := []int{0}
	total := float64(sum(counts))
	var below float64
	next := 1
	for i, n := range counts[:len(counts)-1] {
		after := below + float64(n)
		// Cut before this bin where that is nearer to the target than after it.
		for ; next < limit && total*float64(next)/float64(limit) <= after; next++ {
			target := total * float64(next) / float64(limit)
			at := i + 1
			if target-below < after-target {
				at = i
			}
			if at > cuts[len(cuts)-1] {
				cuts = append(cuts, at)
			}
		}
		below = after
	}
	// What a heavy last bin passed over.
	if last := len(counts) - 1; next < limit && last > cuts[len(cuts)-1] && total-below > 0 && below > 0 {
		cuts = append(cuts, last)
	}
	return cuts
}

// views are the roll-up bins and the deciles of a numeric variable; a decile is made of whole roll-up bins.
func views(counts []uint64) (rollup, deciles []int) {
	rollup = view(counts, profile.MaxRollupBins)
	coarse := profile.SumBins(counts, rollup)
	for _, first := range view(coarse, profile.MaxDeciles) {
		deciles = append(deciles, rollup[first])
	}
	return rollup, deciles
}

// view keeps single bins where there are few: a constant reference keeps what is below and above it apart.
func view(counts []uint64, limit int) []int {
	if len(counts) > limit {
		return equalMass(counts, limit)
	}
	singles := make([]int, len(counts))
	for i := range singles {
		singles[i] = i
	}
	return singles
}

// moments add up what histograms say of themselves. NaN where one did not say.
type moments struct {
	n             uint64
	sum, min, max float64
}

func (m *moments) add(n uint64, sum, least, greatest float64) {
	if n > 0 {
		m.n += n
		m.sum += sum
		m.min, m.max = math.Min(m.min, least), math.Max(m.max, greatest)
	}
}

// describe fills in min, max, mean, standard deviation and quantiles. Values count as in the middle of their bin: so the
// standard deviation is off by at most half the width of the widest populated bin, and a quantile by at most one bin.
func (b bins) describe(v *profile.Variable, m moments) {
	first, last := 0, len(b.counts)-1
	for first < last && b.counts[first] == 0 {
		first++
	}
	for last > first && b.counts[last] == 0 {
		last--
	}
	least, greatest := m.min, m.max
	if !finite(least) || !finite(greatest) || least > greatest {
		least, greatest = b.edge(first-1, first), b.edge(last, last-1)
	}
	ends := func(i int) (low, high float64) {
		low, high = least, greatest
		if i > 0 {
			low = max(low, min(b.bounds[i-1], greatest))
		}
		if i < len(b.bounds) {
			high = min(high, max(b.bounds[i], least))
		}
		return low, high
	}
	total := float64(sum(b.counts))
	var mean float64
	for i, n := range b.counts {
		low, high := ends(i)
		mean += float64(n) / total * (low/2 + high/2)
	}
	var square float64
	for i, n := range b.counts {
		low, high := ends(i)
		d := low/2 + high/2 - mean
		square += float64(n) * d * d
	}
	v.Min, v.Max, v.Mean = least, greatest, mean
	if exact := m.sum / float64(m.n); m.n == sum(b.counts) && finite(exact) {
		v.Mean = exact
	}
	if sd := math.Sqrt(square / (total - 1)); total > 1 && finite(sd) {
		v.StdDev = sd
	}
	v.Quantiles = map[string]float64{}
	for _, q := range quantiles {
		rank, below := q*total, 0.0
		for i, n := range b.counts {
			if n > 0 && below+float64(n) >= rank {
				low, high := ends(i)
				v.Quantiles[strconv.FormatFloat(q, 'g', -1, 64)] = low + (high-low)*(rank-below)/float64(n)
				break
			}
			below += float64(n)
		}
	}
}

// edge is the bound of that index, or where there is none, the other; 0 where there is neither.
func (b bins) edge(i, otherwise int) float64 {
	for _, i := range []int{i, otherwise} {
		if i >= 0 && i < len(b.bounds) {
			return b.bounds[i]
		}
	}
	return 0
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func sum(counts []uint64) uint64 {
	var n uint64
	for _, c := range counts {
		n += c
	}
	return n
}
