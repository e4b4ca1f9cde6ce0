package summarypdata

import (
	"math"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// IsSummary reports whether a metric of this name is a summary.
func IsSummary(name string) bool {
	m, ok := semconv.Lookup(name)
	return ok && m.Kind == semconv.Summary
}

// IsDelta reports whether a metric's points are increments, which is what summaries must be. An empty metric is.
func IsDelta(m pmetric.Metric) bool {
	switch m.Type() {
	case pmetric.MetricTypeSum:
		return m.Sum().AggregationTemporality() == pmetric.AggregationTemporalityDelta
	case pmetric.MetricTypeHistogram:
		return m.Histogram().AggregationTemporality() == pmetric.AggregationTemporalityDelta
	case pmetric.MetricTypeExponentialHistogram:
		return m.ExponentialHistogram().AggregationTemporality() == pmetric.AggregationTemporalityDelta
	case pmetric.MetricTypeEmpty:
		return true
	}
	return false
}

// Point is one increment of one series.
type Point struct {
	Identity
	Metric string
	// Start and Time in nanoseconds since the epoch. What it counts happened in [Start, Time).
	Start, Time int64
	// Exactly one of Histogram, Exponential and (else) Sum is meant, as in summary.Series.
	Histogram   *summary.Histogram
	Exponential *summary.Exponential
	Sum         float64

	// What Histogram and Exponential point to: reused from point to point.
	histogram   summary.Histogram
	exponential summary.Exponential
}

// Fault says why a point can't be used.
type Fault string

// The faults of a point.
const (
	NoModel  Fault = "no_model"  // no ml.model.name
	TooLong  Fault = "too_long"  // an attribute of more than 256 bytes
	NoTime   Fault = "no_time"   // no timestamp, or one that int64 nanoseconds can't hold
	NotDelta Fault = "not_delta" // cumulative, or a gauge
	Broken   Fault = "broken"    // bounds that don't ascend, counts that don't fit them, a sum that is not finite, or a count that is negative
)

// Len is how many data points the metric has.
func Len(m pmetric.Metric) int {
	switch m.Type() {
	case pmetric.MetricTypeSum:
		return m.Sum().DataPoints().Len()
	case pmetric.MetricTypeHistogram:
		return m.Histogram().DataPoints().Len()
	case pmetric.MetricTypeExponentialHistogram:
		return m.ExponentialHistogram().DataPoints().Len()
	case pmetric.MetricTypeGauge:
		return m.Gauge().DataPoints().Len()
	case pmetric.MetricTypeSummary:
		return m.Summary().DataPoints().Len()
	}
	return 0
}

// TimeOf is the time of a data point, as it was sent; 0 where it has none, or can't be a summary's.
func TimeOf(m pmetric.Metric, index int) pcommon.Timestamp {
	switch m.Type() {
	case pmetric.MetricTypeSum:
		return m.Sum().DataPoints().At(index).Timestamp()
	case pmetric.MetricTypeHistogram:
		return m.Histogram().DataPoints().At(index).Timestamp()
	case pmetric.MetricTypeExponentialHistogram:
		return m.ExponentialHistogram().DataPoints().At(index).Timestamp()
	}
	return 0
}

// Read takes in one data point. All of p but its strings is valid until the next call. Where the fault is not empty, p can't
// be used, but its Identity is what is known. Points without recorded value count as sums of 0.
func (p *Point) Read(m pmetric.Metric, index int) Fault {
	p.Metric = m.Name()
	p.Histogram, p.Exponential, p.Sum = nil, nil, 0
	switch m.Type() {
	case pmetric.MetricTypeSum:
		dp := m.Sum().DataPoints().At(index)
		if !dp.Flags().NoRecordedValue() {
			p.Sum = dp.DoubleValue()
			if dp.ValueType() == pmetric.NumberDataPointValueTypeInt {
				p.Sum = float64(dp.IntValue())
			}
		}
		sound := !math.IsNaN(p.Sum) && !math.IsInf(p.Sum, 0) && (p.Sum >= 0 || semconv.Signed(p.Metric))
		return p.check(m, dp.Attributes(), dp.StartTimestamp(), dp.Timestamp(), sound)
	case pmetric.MetricTypeHistogram:
		dp := m.Histogram().DataPoints().At(index)
		sound := true
		if !dp.Flags().NoRecordedValue() {
			p.Histogram = &p.histogram
			sound = readHistogram(dp, p.Histogram)
		}
		return p.check(m, dp.Attributes(), dp.StartTimestamp(), dp.Timestamp(), sound)
	case pmetric.MetricTypeExponentialHistogram:
		dp := m.ExponentialHistogram().DataPoints().At(index)
		sound := true
		if !dp.Flags().NoRecordedValue() {
			p.Exponential = &p.exponential
			sound = readExponential(dp, p.Exponential)
		}
		return p.check(m, dp.Attributes(), dp.StartTimestamp(), dp.Timestamp(), sound)
	case pmetric.MetricTypeGauge:
		return p.neverDelta(m.Gauge().DataPoints().At(index).Attributes())
	case pmetric.MetricTypeSummary:
		return p.neverDelta(m.Summary().DataPoints().At(index).Attributes())
	}
	return NotDelta
}

// neverDelta says whose a point is that no summary can be.
func (p *Point) neverDelta(attributes pcommon.Map) Fault {
	p.Identity.Read(attributes)
	p.Start, p.Time = 0, 0
	return NotDelta
}

func (p *Point) check(m pmetric.Metric, attributes pcommon.Map, start, end pcommon.Timestamp, sound bool) Fault {
	named := p.Identity.Read(attributes)
	p.Start, p.Time = 0, 0
	if end <= math.MaxInt64 {
		p.Time = int64(end)
	}
	switch {
	case !IsDelta(m):
		return NotDelta
	case !named:
		return NoModel
	case p.long:
		return TooLong
	case p.Time == 0:
		return NoTime
	case !sound:
		return Broken
	}
	p.Start = p.Time - 1
	if start != 0 && start < end {
		p.Start = int64(start)
	}
	return ""
}

// Count is how many observations the point adds; a sum's value, rounded. A sum of numbers of either sign counts nothing.
func (p *Point) Count() uint64 {
	switch {
	case p.Histogram != nil:
		return p.Histogram.Count()
	case p.Exponential != nil:
		return p.Exponential.Count()
	}
	if semconv.Signed(p.Metric) {
		return 0
	}
	return uint64(math.Round(p.Sum))
}

func readHistogram(dp pmetric.HistogramDataPoint, h *summary.Histogram) bool {
	h.Bounds, h.Counts = h.Bounds[:0], h.Counts[:0]
	for _, b := range dp.ExplicitBounds().All() {
		h.Bounds = append(h.Bounds, b)
	}
	h.Counts = appendCounts(h.Counts, dp.BucketCounts())
	if len(h.Counts) == 0 && len(h.Bounds) == 0 {
		h.Counts = append(h.Counts, dp.Count()) // OTLP: without buckets, only the count
	}
	h.Sum = or(dp.HasSum(), dp.Sum())
	h.Min = or(dp.HasMin(), dp.Min())
	h.Max = or(dp.HasMax(), dp.Max())
	return len(h.Counts) == len(h.Bounds)+1 && ascending(h.Bounds) && h.Count() == dp.Count()
}

func readExponential(dp pmetric.ExponentialHistogramDataPoint, e *summary.Exponential) bool {
	e.Scale, e.Zero, e.ZeroThreshold = dp.Scale(), dp.ZeroCount(), dp.ZeroThreshold()
	e.Positive.Offset, e.Positive.Counts = dp.Positive().Offset(), appendCounts(e.Positive.Counts[:0], dp.Positive().BucketCounts())
	e.Negative.Offset, e.Negative.Counts = dp.Negative().Offset(), appendCounts(e.Negative.Counts[:0], dp.Negative().BucketCounts())
	e.Sum = or(dp.HasSum(), dp.Sum())
	e.Min = or(dp.HasMin(), dp.Min())
	e.Max = or(dp.HasMax(), dp.Max())
	return e.Scale >= -10 && e.Scale <= 20 && e.ZeroThreshold >= 0 && !math.IsInf(e.ZeroThreshold, 1) && e.Count() == dp.Count()
}

func appendCounts(to []uint64, from pcommon.UInt64Slice) []uint64 {
	for _, c := range from.All() {
		to = append(to, c)
	}
	return to
}

// or is x where there is one, NaN where there is none.
func or(there bool, x float64) float64 {
	if there {
		return x
	}
	return math.NaN()
}

func ascending(bounds []float64) bool {
	for i, b := range bounds {
		if math.IsNaN(b) || math.IsInf(b, 0) || i > 0 && !(bounds[i-1] < b) {
			return false
		}
	}
	return true
}
