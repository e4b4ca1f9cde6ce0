package window

import (
	"math"

	"github.com/leeway-ml/leeway/summary"
)

// maxBuckets is how many buckets of either sign an exponential histogram may have: what OTel SDKs take by default for
// values, and what ml.prediction.odds and ml.outcome.odds need.
const (
	maxBuckets     = 160
	maxOddsBuckets = 640
)

// pane is what happened in one stretch of event time, of all series of a model. Its slices reach as far as the last series
// that has something in it.
type pane struct {
	counts  []uint32 // by the table's bins
	moments []moments
	// hours has hoursPerPane counts a series; nil where a pane touches one hour only.
	hours        []uint32
	exponentials map[int32]*summary.Exponential
	changed      bool // since the last checkpoint
}

// moments of a series in a pane: of a sum only its sum. seen is false where the series has nothing in the pane.
type moments struct {
	sum, min, max float64
	seen          bool
}

// add takes in an increment of the series at position at.
func (p *pane) add(at int32, s *series, i *Increment, t *table, hoursPerPane, hour int) {
	p.changed = true
	if len(p.moments) <= int(at) {
		p.moments = grow(p.moments, len(t.series))
	}
	if !p.moments[at].seen {
		p.moments[at] = moments{min: math.Inf(1), max: math.Inf(-1), seen: true}
	}
	m := &p.moments[at]
	var n uint64
	switch s.kind {
	case sum:
		m.sum += i.Sum
		if !s.signed {
			n = uint64(math.Round(min(i.Sum, math.MaxUint32)))
		}
	case histogram:
		if len(p.counts) < s.offset+s.bins() {
			p.counts = grow(p.counts, t.bins)
		}
		bins := p.counts[s.offset : s.offset+s.bins()]
		for b, c := range i.Histogram.Counts {
			if c > 0 {
				bins[b] = addSaturating(bins[b], c)
				n += c
			}
		}
		if n > 0 {
			m.add(i.Histogram.Sum, i.Histogram.Min, i.Histogram.Max)
		}
	case exponential:
		if p.exponentials == nil {
			p.exponentials = map[int32]*summary.Exponential{}
		}
		if p.exponentials[at] == nil {
			p.exponentials[at] = &summary.Exponential{}
		}
		p.exponentials[at].Merge(i.Exponential, bucketsOf(s.metric))
		n = i.Exponential.Count()
	}
	if hoursPerPane > 1 {
		if len(p.hours) < (int(at)+1)*hoursPerPane {
			p.hours = grow(p.hours, len(t.series)*hoursPerPane)
		}
		k := int(at)*hoursPerPane + hour
		p.hours[k] = addSaturating(p.hours[k], n)
	}
}

// add lets NaN, which stands for unknown, win.
func (m *moments) add(sum, least, greatest float64) {
	m.sum += sum
	m.min = math.Min(m.min, least)
	m.max = math.Max(m.max, greatest)
}

// addSaturating stops at 2^32-1 rather than begin again at 0.
func addSaturating(a uint32, b uint64) uint32 {
	if b > uint64(math.MaxUint32-a) {
		return math.MaxUint32
	}
	return a + uint32(b)
}

// grow lengthens a slice with zeros. A pane begins with just the room for the series that there are; where series come one by
// one it gets a quarter more each time, so that a flood of new names costs no more than its length.
func grow[T any](s []T, n int) []T {
	if cap(s) >= n {
		return s[:n]
	}
	longer := make([]T, n, max(n, cap(s)+cap(s)/4))
	copy(longer, s)
	return longer
}
