package localprometheusexporter

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/exporter/localprometheusexporter/internal/metadata"
)

// BenchmarkIngest stores 1,000 series a batch, as live telemetry comes and as a replayed history does.
func BenchmarkIngest(b *testing.B) {
	for name, back := range map[string]time.Duration{"live": 0, "replay": 300 * 24 * time.Hour} {
		b.Run(name, func(b *testing.B) {
			config := createDefaultConfig().(*Config)
			config.Directory = b.TempDir()
			config.Server.NetAddr.Endpoint = "localhost:0"
			settings := exporter.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: componenttest.NewNopTelemetrySettings()}
			p, err := newPrometheus(settings, config)
			require.NoError(b, err)
			require.NoError(b, p.Start(b.Context(), componenttest.NewNopHost()))
			defer func() { require.NoError(b, p.Shutdown(context.Background())) }()
			now := time.Now()
			require.NoError(b, p.consume(b.Context(), batch(1, now)))
			at := now.Add(-back)
			metrics := batch(1000, at)
			points := metrics.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Gauge().DataPoints()
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				for j := range points.Len() {
					points.At(j).SetTimestamp(pcommon.NewTimestampFromTime(at.Add(time.Duration(i) * time.Second)))
				}
				require.NoError(b, p.consume(b.Context(), metrics))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*points.Len()), "ns/sample")
		})
	}
}

func batch(series int, at time.Time) pmetric.Metrics {
	metrics := gauge("ml.feature.drift.psi", "", 0.1, nil, at)
	points := metrics.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Gauge().DataPoints()
	points.RemoveIf(func(pmetric.NumberDataPoint) bool { return true })
	for i := range series {
		p := points.AppendEmpty()
		p.SetTimestamp(pcommon.NewTimestampFromTime(at))
		p.SetDoubleValue(0.1)
		p.Attributes().PutStr("ml.model.name", "fraud")
		p.Attributes().PutStr("ml.model.version", "3")
		p.Attributes().PutStr("ml.feature.name", "feature-"+strconv.Itoa(i))
		p.Attributes().PutStr("ml.window", "1h")
	}
	return metrics
}
