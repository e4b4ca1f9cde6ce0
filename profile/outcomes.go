package profile

import (
	"maps"
	"math"
	"slices"

	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// MaxOddsBuckets is how many buckets a profile's histogram of odds may have. A window's has at most 640; a calibrator that is fitted
// from four times as many is closer to what the rows would give.
const MaxOddsBuckets = 2560

// OutcomeSeries is one series of the reference's outcomes: what the summaries of the reference's rows, with their ground
// truth, add up to. Metric and attributes are those of the live summaries (ml.outcomes, ml.outcome.odds ...), so that the
// reference's quality is computed by the code that computes a window's.
// Exactly one of Histogram, Exponential and (else) Sum is meant.
type OutcomeSeries struct {
	Metric      string              `json:"metric"`
	Attributes  map[string]string   `json:"attributes,omitempty"`
	Sum         float64             `json:"sum,omitempty"`
	Histogram   *OutcomeHistogram   `json:"histogram,omitempty"`
	Exponential *OutcomeExponential `json:"exponential,omitempty"`
}

// OutcomeHistogram is a histogram without bounds: an exact count and sum.
type OutcomeHistogram struct {
	Count uint64  `json:"count"`
	Sum   float64 `json:"sum"`
}

// OutcomeExponential is a base-2 exponential histogram, as summary.Exponential: bucket i of Positive holds
// (base^(i+PositiveOffset), base^(i+PositiveOffset+1)], base = 2^(2^-Scale).
type OutcomeExponential struct {
	Scale          int      `json:"scale"`
	Zero           uint64   `json:"zero,omitempty"`
	PositiveOffset int      `json:"positive_offset,omitempty"`
	Positive       []uint64 `json:"positive,omitempty"`
	NegativeOffset int      `json:"negative_offset,omitempty"`
	Negative       []uint64 `json:"negative,omitempty"`
	Sum            float64  `json:"sum,omitempty"`
}

// QualityLimit is how bad a measure of quality became over chunks of the reference.
type QualityLimit struct {
	// Worst is the least of the chunks' upper ends of the measure's 95 % interval where more is better, else the greatest of the
	// lower ends: at best, the worst chunk was so bad.
	Worst float64 `json:"worst"`
	// LessIsBetter says which of both.
	LessIsBetter bool `json:"less_is_better,omitempty"`
	// Chunks is how many chunks had enough outcomes, of those that lie side by side; below five, a limit says nothing.
	Chunks int `json:"chunks"`
}

// plus is the limit of the chunks of both.
func (l QualityLimit) plus(o QualityLimit) QualityLimit {
	o.Worst = l.Worse(o.Worst)
	o.Chunks += l.Chunks
	return o
}

// Worse is the worse of the limit and x.
func (l QualityLimit) Worse(x float64) float64 {
	if l.LessIsBetter {
		return max(l.Worst, x)
	}
	return min(l.Worst, x)
}

// Summary is the series as that of a window.
func (s *OutcomeSeries) Summary() summary.Series {
	w := summary.Series{Metric: s.Metric, Sum: s.Sum}
	for _, key := range slices.Sorted(maps.Keys(s.Attributes)) {
		w.Attributes = append(w.Attributes, summary.Attribute{Key: key, Value: s.Attributes[key]})
	}
	if h := s.Histogram; h != nil {
		w.Histogram = &summary.Histogram{Counts: []uint64{h.Count}, Sum: h.Sum, Min: math.NaN(), Max: math.NaN()}
	}
	if e := s.Exponential; e != nil {
		w.Exponential = e.summary()
	}
	return w
}

func (e *OutcomeExponential) summary() *summary.Exponential {
	return &summary.Exponential{
		Scale: int32(e.Scale), Zero: e.Zero, Sum: e.Sum, Min: math.NaN(), Max: math.NaN(),
		Positive: summary.Buckets{Offset: int32(e.PositiveOffset), Counts: e.Positive},
		Negative: summary.Buckets{Offset: int32(e.NegativeOffset), Counts: e.Negative},
	}
}

// NewOutcomeExponential is a histogram as a profile holds it: without empty buckets at either end.
func NewOutcomeExponential(e *summary.Exponential) *OutcomeExponential {
	w := &OutcomeExponential{Scale: int(e.Scale), Zero: e.Zero, Sum: e.Sum}
	w.PositiveOffset, w.Positive = trimmed(&e.Positive)
	w.NegativeOffset, w.Negative = trimmed(&e.Negative)
	return w
}

func trimmed(b *summary.Buckets) (int, []uint64) {
	first, last := 0, len(b.Counts)
	for first < last && b.Counts[first] == 0 {
		first++
	}
	for last > first && b.Counts[last-1] == 0 {
		last--
	}
	if first == last {
		return 0, nil
	}
	return int(b.Offset) + first, slices.Clone(b.Counts[first:last])
}

// errorBuckets is how many buckets a sign a histogram of errors has at most; from semconv.md.
const errorBuckets = 160

func bucketsOf(metric string) int {
	if metric == semconv.MetricOutcomeOdds {
		return MaxOddsBuckets
	}
	return errorBuckets
}

// MergeOutcomes adds up series, which stay as they are. The result is sorted.
func MergeOutcomes(a, b []OutcomeSeries) []OutcomeSeries {
	var merged []OutcomeSeries
	at := map[string]int{}
	for _, from := range [][]OutcomeSeries{a, b} {
		for i := range from {
			key := from[i].key()
			j, ok := at[key]
			if !ok {
				at[key] = len(merged)
				merged = append(merged, from[i])
				continue
			}
			merged[j] = merged[j].plus(&from[i])
		}
	}
	SortOutcomes(merged)
	return merged
}

// plus is the sum of two series of the same name.
func (s OutcomeSeries) plus(o *OutcomeSeries) OutcomeSeries {
	s.Sum += o.Sum
	switch {
	case s.Histogram == nil:
		s.Histogram = o.Histogram
	case o.Histogram != nil:
		s.Histogram = &OutcomeHistogram{Count: s.Histogram.Count + o.Histogram.Count, Sum: s.Histogram.Sum + o.Histogram.Sum}
	}
	switch {
	case s.Exponential == nil:
		s.Exponential = o.Exponential
	case o.Exponential != nil:
		e := s.Exponential.summary().Clone()
		e.Merge(o.Exponential.summary(), bucketsOf(s.Metric))
		s.Exponential = NewOutcomeExponential(e)
	}
	return s
}

// SortOutcomes sorts by metric, then by attributes.
func SortOutcomes(all []OutcomeSeries) {
	slices.SortFunc(all, func(a, b OutcomeSeries) int { return slices.Compare(a.words(), b.words()) })
}

// words are the metric, and the attributes' keys and values, sorted by key.
func (s *OutcomeSeries) words() []string {
	all := []string{s.Metric}
	for _, key := range slices.Sorted(maps.Keys(s.Attributes)) {
		all = append(all, key, s.Attributes[key])
	}
	return all
}

// key tells series apart.
func (s *OutcomeSeries) key() string {
	key := ""
	for _, word := range s.words() {
		key += word + "\x00"
	}
	return key
}

// count is how many observations the series holds.
func (s *OutcomeSeries) count() uint64 {
	switch {
	case s.Histogram != nil:
		return s.Histogram.Count
	case s.Exponential != nil:
		n := s.Exponential.Zero
		for _, side := range [][]uint64{s.Exponential.Positive, s.Exponential.Negative} {
			for _, c := range side {
				n += c
			}
		}
		return n
	}
	return uint64(max(0, s.Sum))
}

// OutcomeRows is how many rows had a prediction and a ground truth.
func (p *Profile) OutcomeRows() uint64 {
	var classes, values uint64
	for i := range p.Outcomes {
		switch s := &p.Outcomes[i]; s.Metric {
		case semconv.MetricOutcomes:
			classes += s.count()
		case semconv.MetricOutcomeError:
			values += s.count()
		}
	}
	return max(classes, values)
}
