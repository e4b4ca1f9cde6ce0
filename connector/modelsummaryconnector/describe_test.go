package modelsummaryconnector

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap/zaptest/observer"

	"github.com/leeway-ml/leeway/semconv"
)

// describeMetrics writes a line a point, in the order of the points.
func describeMetrics(md pmetric.Metrics) string {
	var b strings.Builder
	for _, rm := range md.ResourceMetrics().All() {
		fmt.Fprintf(&b, "resource %s\n", describeAttributes(rm.Resource().Attributes()))
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				fmt.Fprintf(&b, "\n%s (%s, unit %q, %s)\n", m.Name(), m.Type(), m.Unit(), temporality(m))
				for _, p := range describePoints(m) {
					b.WriteString("  " + p + "\n")
				}
			}
		}
	}
	return b.String()
}

func temporality(m pmetric.Metric) string {
	switch m.Type() {
	case pmetric.MetricTypeSum:
		if !m.Sum().IsMonotonic() {
			return m.Sum().AggregationTemporality().String() + ", not monotonic"
		}
		return m.Sum().AggregationTemporality().String()
	case pmetric.MetricTypeHistogram:
		return m.Histogram().AggregationTemporality().String()
	}
	return m.ExponentialHistogram().AggregationTemporality().String()
}

func describePoints(m pmetric.Metric) []string {
	var points []string
	switch m.Type() {
	case pmetric.MetricTypeSum:
		for _, p := range m.Sum().DataPoints().All() {
			value := fmt.Sprint(p.IntValue())
			if p.ValueType() == pmetric.NumberDataPointValueTypeDouble {
				value = fmt.Sprintf("%.6g", p.DoubleValue())
			}
			points = append(points, fmt.Sprintf("%s %s: %s", interval(p), describeAttributes(p.Attributes()), value))
		}
	case pmetric.MetricTypeHistogram:
		for _, p := range m.Histogram().DataPoints().All() {
			sums := fmt.Sprintf("sum %g min %g max %g", p.Sum(), p.Min(), p.Max())
			switch {
			case m.Name() == semconv.MetricJointReconstructionError:
				sums = fmt.Sprintf("sum %.6g min %.6g max %.6g", p.Sum(), p.Min(), p.Max())
			case !p.HasSum():
				sums = "no sum"
			case !p.HasMin():
				sums = fmt.Sprintf("sum %.6g", p.Sum())
			}
			points = append(points, fmt.Sprintf("%s %s: count %d %s; %s", interval(p), describeAttributes(p.Attributes()),
				p.Count(), sums, bins(p.ExplicitBounds().AsRaw(), p.BucketCounts().AsRaw())))
		}
	case pmetric.MetricTypeExponentialHistogram:
		for _, p := range m.ExponentialHistogram().DataPoints().All() {
			points = append(points, fmt.Sprintf("%s %s: count %d sum %g min %g max %g; scale %d zero %d + from %d %v - from %d %v", interval(p),
				describeAttributes(p.Attributes()), p.Count(), p.Sum(), p.Min(), p.Max(), p.Scale(), p.ZeroCount(),
				p.Positive().Offset(), runs(p.Positive().BucketCounts().AsRaw()), p.Negative().Offset(), runs(p.Negative().BucketCounts().AsRaw())))
		}
	}
	return points
}

// runs shortens rows of empty buckets: 1 0*7 2.
func runs(counts []uint64) string {
	var out []string
	for i := 0; i < len(counts); {
		j := i
		for j < len(counts) && counts[j] == 0 {
			j++
		}
		if j-i > 2 {
			out = append(out, fmt.Sprintf("0*%d", j-i))
			i = j
			continue
		}
		out = append(out, fmt.Sprint(counts[i]))
		i++
	}
	return "[" + strings.Join(out, " ") + "]"
}

// bins are the populated bins of how many.
func bins(bounds []float64, counts []uint64) string {
	out := fmt.Sprintf("of %d bins", len(counts))
	for i, n := range counts {
		if n == 0 {
			continue
		}
		from, to := "-Inf", "+Inf"
		if i > 0 {
			from = fmt.Sprint(bounds[i-1])
		}
		if i < len(bounds) {
			to = fmt.Sprint(bounds[i])
		}
		out += fmt.Sprintf(" (%s,%s] %d", from, to, n)
	}
	return out
}

func interval(p interface {
	StartTimestamp() pcommon.Timestamp
	Timestamp() pcommon.Timestamp
}) string {
	const layout = "2006-01-02T15:04:05.999999999"
	return "(" + p.StartTimestamp().AsTime().Format(layout) + ", " + p.Timestamp().AsTime().Format(layout) + "]"
}

func describeAttributes(m pcommon.Map) string {
	var out []string
	for k, v := range m.All() {
		out = append(out, k+"="+v.AsString())
	}
	return "{" + strings.Join(out, " ") + "}"
}

// describeTelemetry are the counters of the connector that are not zero.
func describeTelemetry(t *testing.T, telemetry *componenttest.Telemetry) string {
	var rm metricdata.ResourceMetrics
	require.NoError(t, telemetry.Reader.Collect(context.Background(), &rm))
	var lines []string
	for _, sm := range rm.ScopeMetrics {
		for _, m := range sm.Metrics {
			sum, ok := m.Data.(metricdata.Sum[int64])
			if !ok {
				continue
			}
			for _, p := range sum.DataPoints {
				var labels []string
				for _, a := range p.Attributes.ToSlice() {
					labels = append(labels, string(a.Key)+"="+a.Value.AsString())
				}
				if p.Value != 0 {
					lines = append(lines, fmt.Sprintf("  %s{%s}: %d", m.Name, strings.Join(labels, " "), p.Value))
				}
			}
		}
	}
	sort.Strings(lines)
	return "\ntelemetry\n" + strings.Join(lines, "\n") + "\n"
}

func describeLog(logs *observer.ObservedLogs) string {
	out := "\nlog\n"
	for _, entry := range logs.All() {
		out += "  " + entry.Level.String() + " " + entry.Message
		for _, f := range entry.Context {
			value := f.String
			if value == "" && f.Interface != nil {
				value = fmt.Sprint(f.Interface)
			} else if value == "" {
				value = fmt.Sprint(f.Integer)
			}
			out += " " + f.Key + "=" + value
		}
		out += "\n"
	}
	return out
}
