package modelsummaryconnector

import (
	"fmt"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// sums adds up summaries as anything downstream would: by metric, attributes and pane.
type sums map[string]*total

type total struct {
	metric      string
	attributes  map[string]string
	count       uint64
	sum         float64
	bounds      string
	bins        []uint64
	exponential *summary.Exponential
}

func sumUp(all ...pmetric.Metrics) sums {
	s := sums{}
	for _, md := range all {
		for _, rm := range md.ResourceMetrics().All() {
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					s.add(m)
				}
			}
		}
	}
	return s
}

func (s sums) add(m pmetric.Metric) {
	switch m.Type() {
	case pmetric.MetricTypeSum:
		for _, p := range m.Sum().DataPoints().All() {
			t := s.total(m, p.Attributes(), p.StartTimestamp())
			t.count += uint64(p.IntValue())
			t.sum += p.DoubleValue()
		}
	case pmetric.MetricTypeHistogram:
		for _, p := range m.Histogram().DataPoints().All() {
			t := s.total(m, p.Attributes(), p.StartTimestamp())
			t.count += p.Count()
			t.sum += p.Sum()
			if t.bins == nil {
				t.bounds = fmt.Sprint(p.ExplicitBounds().AsRaw())
				t.bins = make([]uint64, p.BucketCounts().Len())
			}
			for i, n := range p.BucketCounts().AsRaw() {
				t.bins[i] += n
			}
		}
	case pmetric.MetricTypeExponentialHistogram:
		for _, p := range m.ExponentialHistogram().DataPoints().All() {
			t := s.total(m, p.Attributes(), p.StartTimestamp())
			t.count += p.Count()
			if t.exponential == nil {
				t.exponential = &summary.Exponential{}
			}
			buckets := maxBuckets
			if m.Name() == semconv.MetricPredictionOdds || m.Name() == semconv.MetricOutcomeOdds {
				buckets = maxOddsBuckets
			}
			t.exponential.Merge(&summary.Exponential{
				Scale: p.Scale(), Zero: p.ZeroCount(), Sum: p.Sum(), Min: p.Min(), Max: p.Max(),
				Positive: summary.Buckets{Offset: p.Positive().Offset(), Counts: p.Positive().BucketCounts().AsRaw()},
				Negative: summary.Buckets{Offset: p.Negative().Offset(), Counts: p.Negative().BucketCounts().AsRaw()},
			}, buckets)
		}
	}
}

func (s sums) total(m pmetric.Metric, attributes pcommon.Map, pane pcommon.Timestamp) *total {
	values := map[string]string{}
	var parts []string
	for k, v := range attributes.All() {
		values[k] = v.AsString()
		parts = append(parts, k+"="+v.AsString())
	}
	slices.Sort(parts)
	key := fmt.Sprintf("%s %s {%s} %d", m.Name(), m.Type(), strings.Join(parts, " "), pane)
	if s[key] == nil {
		s[key] = &total{metric: m.Name(), attributes: values}
	}
	return s[key]
}

// lines are the sums as text, without those that are rounded as they add up: of odds, and of losses that divide or take
// logarithms. All others are exact: tests send small fractions of a power of two.
func (s sums) lines() []string {
	var out []string
	for key, t := range s {
		if slices.Contains([]string{"log", "absolute_percentage", "symmetric_percentage", "ndcg_10"}, t.attributes[semconv.AttrLossName]) {
			t.sum = 0
		}
		line := fmt.Sprintf("%s: count %d sum %g bounds %s bins %v", key, t.count, t.sum, t.bounds, t.bins)
		if e := t.exponential; e != nil {
			if t.metric == semconv.MetricPredictionOdds || t.metric == semconv.MetricOutcomeOdds {
				e.Sum = 0
			}
			for _, b := range []*summary.Buckets{&e.Positive, &e.Negative} {
				if len(b.Counts) == 0 {
					b.Offset = 0
				}
			}
			line += fmt.Sprintf(" %+v", *e)
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return out
}

// sum adds up the sums of a metric over the series of the whole traffic with these attributes.
func (s sums) sum(metric string, attributes map[string]string) float64 {
	total := 0.0
next:
	for _, t := range s {
		if t.metric != metric {
			continue
		}
		for k := range t.attributes {
			if strings.HasPrefix(k, semconv.AttrSegmentPrefix) {
				continue next
			}
		}
		for k, v := range attributes {
			if t.attributes[k] != v {
				continue next
			}
		}
		total += t.sum
	}
	return total
}

// count adds up the counts of a metric over the series with these attributes, of the whole traffic or of all segments.
func (s sums) count(metric string, attributes map[string]string, segmented bool) uint64 {
	var n uint64
next:
	for _, t := range s {
		if t.metric != metric {
			continue
		}
		has := false
		for k := range t.attributes {
			has = has || strings.HasPrefix(k, semconv.AttrSegmentPrefix)
		}
		if has != segmented {
			continue
		}
		for k, v := range attributes {
			if t.attributes[k] != v {
				continue next
			}
		}
		n += t.count
	}
	return n
}
