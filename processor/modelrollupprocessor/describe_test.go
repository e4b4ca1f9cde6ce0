package modelrollupprocessor

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap/zaptest/observer"
)

// describeMetrics writes a line a point; the points of a series in the order in which they came, series sorted by attributes.
func describeMetrics(md pmetric.Metrics) string {
	var b strings.Builder
	for _, rm := range md.ResourceMetrics().All() {
		fmt.Fprintf(&b, "resource %s\n", describeAttributes(rm.Resource().Attributes()))
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				fmt.Fprintf(&b, "%s (%s, unit %q)\n", m.Name(), kindOf(m), m.Unit())
				for _, line := range describePoints(m) {
					b.WriteString("  " + line + "\n")
				}
			}
		}
	}
	return b.String()
}

func kindOf(m pmetric.Metric) string {
	switch m.Type() {
	case pmetric.MetricTypeSum:
		return fmt.Sprintf("Sum, %s, monotonic %t", m.Sum().AggregationTemporality(), m.Sum().IsMonotonic())
	case pmetric.MetricTypeHistogram:
		return fmt.Sprintf("Histogram, %s", m.Histogram().AggregationTemporality())
	case pmetric.MetricTypeExponentialHistogram:
		return fmt.Sprintf("ExponentialHistogram, %s", m.ExponentialHistogram().AggregationTemporality())
	}
	return m.Type().String()
}

func describePoints(m pmetric.Metric) []string {
	type line struct{ attributes, text string }
	var lines []line
	add := func(p interface {
		Attributes() pcommon.Map
		StartTimestamp() pcommon.Timestamp
		Timestamp() pcommon.Timestamp
	}, format string, args ...any) {
		from := ""
		if p.StartTimestamp() != 0 {
			from = p.StartTimestamp().AsTime().Format("15:04:05.999") + " to "
		}
		lines = append(lines, line{describeAttributes(p.Attributes()), from + p.Timestamp().AsTime().Format("2006-01-02 15:04:05.999") + ": " + fmt.Sprintf(format, args...)})
	}
	switch m.Type() {
	case pmetric.MetricTypeSum:
		for _, p := range m.Sum().DataPoints().All() {
			add(p, "%s %v", p.ValueType(), number(p))
		}
	case pmetric.MetricTypeGauge:
		for _, p := range m.Gauge().DataPoints().All() {
			add(p, "%s", strconv.FormatFloat(number(p), 'g', 6, 64))
		}
	case pmetric.MetricTypeHistogram:
		for _, p := range m.Histogram().DataPoints().All() {
			add(p, "count %d sum %v bounds %v counts %v", p.Count(), p.Sum(), p.ExplicitBounds().AsRaw(), p.BucketCounts().AsRaw())
		}
	case pmetric.MetricTypeExponentialHistogram:
		for _, p := range m.ExponentialHistogram().DataPoints().All() {
			add(p, "count %d sum %v scale %d zero %d + from %d %v - from %d %v", p.Count(), p.Sum(), p.Scale(), p.ZeroCount(),
				p.Positive().Offset(), p.Positive().BucketCounts().AsRaw(), p.Negative().Offset(), p.Negative().BucketCounts().AsRaw())
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return strings.Compare(a.attributes, b.attributes) })
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l.attributes + " " + l.text
	}
	return out
}

func describeAttributes(m pcommon.Map) string {
	var pairs []string
	for k, v := range m.All() {
		pairs = append(pairs, k+"="+v.AsString())
	}
	sort.Strings(pairs)
	return "{" + strings.Join(pairs, ", ") + "}"
}

// describeTelemetry writes a line a counter of the processor's own telemetry.
func describeTelemetry(t testing.TB, telemetry *componenttest.Telemetry) string {
	t.Helper()
	var rm metricdata.ResourceMetrics
	require.NoError(t, telemetry.Reader.Collect(context.Background(), &rm))
	var lines []string
	for _, scope := range rm.ScopeMetrics {
		for _, m := range scope.Metrics {
			data, ok := m.Data.(metricdata.Sum[int64])
			if !ok {
				continue
			}
			for _, dp := range data.DataPoints {
				attributes := ""
				if dp.Attributes.Len() > 0 {
					var pairs []string
					for _, kv := range dp.Attributes.ToSlice() {
						pairs = append(pairs, string(kv.Key)+"="+kv.Value.String())
					}
					attributes = "{" + strings.Join(pairs, ", ") + "}"
				}
				lines = append(lines, fmt.Sprintf("%s%s %d\n", m.Name, attributes, dp.Value))
			}
		}
	}
	sort.Strings(lines)
	return strings.Join(lines, "")
}

// describeLog writes a line an entry of the log.
func describeLog(logs *observer.ObservedLogs) string {
	var b strings.Builder
	for _, entry := range logs.All() {
		fmt.Fprintf(&b, "%s: %s", entry.Level, entry.Message)
		fields := entry.ContextMap()
		keys := make([]string, 0, len(fields))
		for key := range fields {
			keys = append(keys, key)
		}
		sort.Strings(keys)
		for _, key := range keys {
			value := fields[key]
			if at, ok := value.(time.Time); ok {
				value = at.UTC().Format(time.RFC3339)
			}
			fmt.Fprintf(&b, " %s=%v", key, value)
		}
		b.WriteString("\n")
	}
	return b.String()
}
