package outcome

import (
	"maps"
	"slices"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/summary"
)

// GatherReference is Gather of the reference's outcomes, nil where the profile is nil or has none. It depends on the profile
// alone, so what it returns may be kept as long as the profile is. Its odds may be in finer buckets than a window's.
func GatherReference(p *profile.Profile) *Outcomes {
	if p == nil || len(p.Outcomes) == 0 {
		return nil
	}
	return gather(Series(p.Outcomes), profile.MaxOddsBuckets)
}

// Series are a profile's outcomes as those of a window.
func Series(outcomes []profile.OutcomeSeries) []summary.Series {
	series := make([]summary.Series, 0, len(outcomes))
	for i := range outcomes {
		o := &outcomes[i]
		s := summary.Series{Metric: o.Metric, Sum: o.Sum}
		for _, key := range slices.Sorted(maps.Keys(o.Attributes)) {
			s.Attributes = append(s.Attributes, summary.Attribute{Key: key, Value: o.Attributes[key]})
		}
		if h := o.Histogram; h != nil {
			s.Histogram = &summary.Histogram{Counts: []uint64{h.Count}, Sum: h.Sum}
		}
		if e := o.Exponential; e != nil {
			s.Exponential = &summary.Exponential{
				Scale: int32(e.Scale), Zero: e.Zero, Sum: e.Sum,
				Positive: summary.Buckets{Offset: int32(e.PositiveOffset), Counts: e.Positive},
				Negative: summary.Buckets{Offset: int32(e.NegativeOffset), Counts: e.Negative},
			}
		}
		series = append(series, s)
	}
	return series
}
