package modelstatisticsprocessor

import (
	"context"
	"fmt"
	"testing"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor"

	"github.com/leeway-ml/leeway/processor/modelstatisticsprocessor/internal/metadata"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/multivariate"
)

// What one pane's summaries cost to take in: those of 20 features of 100 bins; what the features are together (of 20 that are correlated); and
// a vector of 768 numbers.
func BenchmarkAddPane(b *testing.B) {
	start := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	batch := func(fill func(point func(metric string, bins int, attributes ...string))) pmetric.Metrics {
		metrics := pmetric.NewMetrics()
		all := metrics.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics()
		fill(func(metric string, bins int, attributes ...string) {
			if all.Len() == 0 || all.At(all.Len()-1).Name() != metric {
				m := all.AppendEmpty()
				m.SetName(metric)
				if bins > 0 {
					m.SetEmptyHistogram().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
				} else {
					m.SetEmptySum().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
				}
			}
			m := all.At(all.Len() - 1)
			attributes = append([]string{semconv.AttrModelName, "fraud", semconv.AttrModelVersion, "1"}, attributes...)
			if bins == 0 {
				dp := m.Sum().DataPoints().AppendEmpty()
				for i := 0; i < len(attributes); i += 2 {
					dp.Attributes().PutStr(attributes[i], attributes[i+1])
				}
				dp.SetTimestamp(stamp(start))
				dp.SetDoubleValue(-0.5)
				return
			}
			dp := m.Histogram().DataPoints().AppendEmpty()
			for i := 0; i < len(attributes); i += 2 {
				dp.Attributes().PutStr(attributes[i], attributes[i+1])
			}
			dp.SetTimestamp(stamp(start))
			counts, bounds := make([]uint64, bins), multivariate.PhaseBounds(bins)
			for i := range counts {
				counts[i] = uint64(i % 3)
				dp.SetCount(dp.Count() + counts[i])
			}
			dp.ExplicitBounds().FromRaw(bounds)
			dp.BucketCounts().FromRaw(counts)
		})
		return metrics
	}
	name := func(i int) string { return fmt.Sprintf("feature_%02d", i) }
	phases := func(point func(string, int, ...string), metric string, attributes ...string) {
		for k := range profile.JointFrequencies {
			point(metric, profile.PhaseBins, append([]string{semconv.AttrProjectionIndex, fmt.Sprintf("%03d", k)}, attributes...)...)
		}
	}
	for what, metrics := range map[string]pmetric.Metrics{
		"features": batch(func(point func(string, int, ...string)) {
			for i := range 20 {
				point(semconv.MetricFeatureValue, 100, semconv.AttrFeatureName, name(i))
			}
		}),
		"joint": batch(func(point func(string, int, ...string)) {
			phases(point, semconv.MetricJointPhase)
			point(semconv.MetricJointReconstructionError, 20)
			for i := range 20 {
				point(semconv.MetricJointResidual, 1, semconv.AttrFeatureName, name(i))
			}
			for i := range 20 {
				for k := i + 1; k < 20; k++ {
					point(semconv.MetricJointProduct, 0, semconv.AttrFeatureName, name(i), semconv.AttrFeatureOther, name(k))
				}
			}
		}),
		"vector": batch(func(point func(string, int, ...string)) {
			phases(point, semconv.MetricVectorPhase, semconv.AttrFeatureName, "text")
			for c := range 768 {
				point(semconv.MetricVectorComponent, 0, semconv.AttrFeatureName, "text", semconv.AttrComponentIndex, fmt.Sprintf("%04d", c))
			}
		}),
	} {
		b.Run(what, func(b *testing.B) {
			made, err := NewFactory().CreateMetrics(b.Context(), processor.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: componenttest.NewNopTelemetrySettings()}, createDefaultConfig(), consumertest.NewNop())
			if err != nil {
				b.Fatal(err)
			}
			p := made.(*statistics)
			b.ReportAllocs()
			for b.Loop() {
				p.add(context.Background(), metrics)
			}
			b.ReportMetric(float64(metrics.DataPointCount()), "points/pane")
			b.ReportMetric(float64(p.models.of("fraud", "1", p.settings).windows.Series()), "series")
		})
	}
}
