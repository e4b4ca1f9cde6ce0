package learn

import (
	"maps"
	"slices"
	"strings"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// Series of outcomes are cells too, each by itself: counts are `other`, exact sums a histogram without bounds.

const (
	// outcomePrefix begins the keys of outcomes' cells.
	outcomePrefix = "outcome/"
	// separator stands between metric, keys and values.
	separator = "\x00"
	// maxOutcomes is how many series of outcomes are learned: the confusion matrix of 50 classes, and what there is beside it.
	maxOutcomes = 5000
	// maxOddsBuckets of a histogram of odds; from semconv.md.
	maxOddsBuckets = 640
)

// outcomeKey is the key of a series of outcomes, false where the profile keeps none of the metric.
func outcomeKey(s *summary.Series) (string, bool) {
	switch s.Metric {
	case semconv.MetricOutcomes, semconv.MetricOutcomeOdds, semconv.MetricOutcomeCalibration, semconv.MetricOutcomeLoss,
		semconv.MetricOutcomeError, semconv.MetricGroundTruthValue:
	default:
		return "", false
	}
	var key strings.Builder
	key.WriteString(outcomePrefix + s.Metric)
	for _, a := range s.Attributes {
		if len(a.Value) > maxCategoryName || strings.Contains(a.Key+a.Value, separator) || a.Value == Overflow {
			return "", false
		}
		key.WriteString(separator + a.Key + separator + a.Value)
	}
	return key.String(), true
}

func isOutcome(variable string) bool { return strings.HasPrefix(variable, outcomePrefix) }

// addOutcome takes in an increment of a series of outcomes.
func (c *cell) addOutcome(s *summary.Series) Outcome {
	switch s.Metric {
	case semconv.MetricOutcomes:
		c.other += whole(s.Sum)
		return Taken
	case semconv.MetricOutcomeOdds, semconv.MetricOutcomeError:
		if s.Exponential == nil {
			return Irrelevant
		}
		if c.exponential == nil {
			c.exponential = &summary.Exponential{}
		}
		buckets := MaxBuckets
		if s.Metric == semconv.MetricOutcomeOdds {
			buckets = maxOddsBuckets
		}
		c.exponential.Merge(s.Exponential, buckets)
		return Taken
	}
	var count uint64
	var sum float64
	switch {
	case s.Histogram != nil:
		count, sum = s.Histogram.Count(), s.Histogram.Sum
	case s.Exponential != nil:
		count, sum = s.Exponential.Count(), s.Exponential.Sum
	default:
		return Irrelevant
	}
	if count == 0 || !finite(sum) {
		return Taken
	}
	if len(c.histograms) == 0 {
		c.histograms = []summary.Histogram{{Counts: []uint64{0}}}
	}
	c.histograms[0].Counts[0] += count
	c.histograms[0].Sum += sum
	return Taken
}

// outcomes adds up the hours' outcomes.
func (m *Material) outcomes() []profile.OutcomeSeries {
	var all []profile.OutcomeSeries
	for _, h := range m.hours {
		var series []profile.OutcomeSeries
		for _, variable := range slices.Sorted(maps.Keys(h.cells)) {
			if isOutcome(variable) {
				series = append(series, h.cells[variable].outcome(variable))
			}
		}
		if len(series) > 0 {
			all = profile.MergeOutcomes(all, series)
		}
	}
	return all
}

// outcome is a cell as a profile holds it.
func (c *cell) outcome(key string) profile.OutcomeSeries {
	words := strings.Split(strings.TrimPrefix(key, outcomePrefix), separator)
	s := profile.OutcomeSeries{Metric: words[0], Sum: float64(c.other)}
	for i := 1; i+1 < len(words); i += 2 {
		if s.Attributes == nil {
			s.Attributes = map[string]string{}
		}
		s.Attributes[words[i]] = words[i+1]
	}
	switch {
	case c.exponential != nil:
		s.Exponential = profile.NewOutcomeExponential(c.exponential)
	case len(c.histograms) > 0:
		s.Histogram = &profile.OutcomeHistogram{Count: c.histograms[0].Count(), Sum: c.histograms[0].Sum}
	}
	return s
}
