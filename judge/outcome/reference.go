package outcome

import (
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
		series = append(series, outcomes[i].Summary())
	}
	return series
}
