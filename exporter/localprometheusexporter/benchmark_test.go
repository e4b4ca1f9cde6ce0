package localprometheusexporter

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
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

// BenchmarkFleet stores what 50 models of 100 features of 20 bins publish in one minute: statistics of three windows, roll-ups
// and the reference's shares; 380,000 series. An iteration is such a minute. docs/performance.md has figures.
func BenchmarkFleet(b *testing.B) {
	config := createDefaultConfig().(*Config)
	config.Directory = b.TempDir()
	config.Server.NetAddr.Endpoint = "localhost:0"
	rules := b.TempDir() // rules/bench_test.go measures those
	require.NoError(b, os.WriteFile(filepath.Join(rules, "none.rules.yaml"), []byte("groups: []\n"), 0o600))
	config.Rules.Directory = rules
	settings := exporter.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: componenttest.NewNopTelemetrySettings()}
	p, err := newPrometheus(settings, config)
	require.NoError(b, err)
	require.NoError(b, p.Start(b.Context(), componenttest.NewNopHost()))
	defer func() { require.NoError(b, p.Shutdown(context.Background())) }()
	models := make([]pmetric.Metrics, 50)
	for m := range models {
		models[m] = published("model-"+strconv.Itoa(m), 100, 20)
	}
	began := time.Now().Add(-time.Hour)
	samples := 0
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	b.ResetTimer()
	for minute := range b.N {
		at := pcommon.NewTimestampFromTime(began.Add(time.Duration(minute) * time.Minute))
		for _, metrics := range models {
			for _, m := range metrics.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
				points := m.Gauge().DataPoints()
				for i := range points.Len() {
					points.At(i).SetTimestamp(at)
				}
				samples += points.Len()
			}
			require.NoError(b, p.consume(b.Context(), metrics))
		}
	}
	b.StopTimer()
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(samples)/float64(b.N), "samples/op")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(samples), "ns/sample")
	b.ReportMetric(float64(p.db.Head().NumSeries()), "series")
	b.ReportMetric((float64(after.HeapAlloc)-float64(before.HeapAlloc))/(1<<20), "heap-MiB")
}

// published is what the collector says of one model in a minute, as gauges.
func published(model string, features, bins int) pmetric.Metrics {
	metrics := pmetric.NewMetrics()
	list := metrics.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics()
	add := func(name string, more ...string) {
		m := list.AppendEmpty()
		m.SetName(name)
		points := m.SetEmptyGauge().DataPoints()
		for i := range features {
			dp := points.AppendEmpty()
			dp.SetDoubleValue(0.1)
			dp.Attributes().PutStr("ml.model.name", model)
			dp.Attributes().PutStr("ml.model.version", "1")
			dp.Attributes().PutStr("ml.feature.name", "feature-"+strconv.Itoa(i))
			for j := 0; j < len(more); j += 2 {
				dp.Attributes().PutStr(more[j], more[j+1])
			}
		}
	}
	for _, window := range []string{"1h", "24h", "7d"} {
		for _, name := range []string{"drift.psi", "drift.psi_threshold", "drift.psi_noise", "drift.js_distance", "drift.ks_statistic",
			"drift.wasserstein", "drift.mean_shift", "missing_share", "out_of_range_share"} {
			add("ml.feature."+name, "ml.window", window)
		}
		for _, statistic := range []string{"psi", "missing_share", "out_of_range_share"} {
			add("ml.feature.drift.detected", "ml.window", window, "ml.drift.statistic", statistic)
		}
	}
	for bin := range bins {
		index := fmt.Sprintf("%02d", bin)
		add("ml.feature.bins", "ml.bin.index", index)
		add("ml.feature.reference_share", "ml.bin.index", index, "ml.bin.range", "("+index+", +Inf)")
	}
	return metrics
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
