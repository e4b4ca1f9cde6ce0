package modelrollupprocessor

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/leeway-ml/leeway/processor/modelrollupprocessor/internal/metadata"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

// provider serves one profile, which may change.
type provider struct {
	component.StartFunc
	component.ShutdownFunc
	is atomic.Pointer[profile.Profile]
}

func serve(p *profile.Profile) *provider {
	out := &provider{}
	out.is.Store(p)
	return out
}

func (p *provider) Profile(model, _ string) *profile.Profile {
	if is := p.is.Load(); is != nil && is.Model == model {
		return is
	}
	return nil
}
func (*provider) Generation() uint64       { return 1 }
func (*provider) Learner() profile.Learner { return nil }

type host map[component.ID]component.Component

func (h host) GetExtensions() map[component.ID]component.Component { return h }

// rig is a running processor, and what comes out of it.
type rig struct {
	*rollup
	sink      *consumertest.MetricsSink
	telemetry *componenttest.Telemetry
	logs      *observer.ObservedLogs
}

func defaults() *Config { return createDefaultConfig().(*Config) }

func settings() processor.Settings {
	return processor.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: componenttest.NewNopTelemetrySettings(), BuildInfo: component.NewDefaultBuildInfo()}
}

func run(t testing.TB, config *Config, p *provider) *rig {
	t.Helper()
	sink := new(consumertest.MetricsSink)
	r := runInto(t, config, p, sink)
	r.sink = sink
	return r
}

func runInto(t testing.TB, config *Config, p *provider, next consumer.Metrics) *rig {
	t.Helper()
	require.NoError(t, config.Validate())
	core, logs := observer.New(zap.InfoLevel)
	r := &rig{telemetry: componenttest.NewTelemetry(), logs: logs}
	set := settings()
	set.TelemetrySettings = r.telemetry.NewTelemetrySettings()
	set.Logger = zap.New(core)
	made, err := NewFactory().CreateMetrics(t.Context(), set, config, next)
	require.NoError(t, err)
	r.rollup = made.(*rollup)
	h := host{}
	if p != nil {
		h[component.MustNewID("profiles")] = p
	}
	require.NoError(t, r.Start(t.Context(), h))
	t.Cleanup(func() {
		require.NoError(t, r.Shutdown(context.Background()))
		require.NoError(t, r.telemetry.Shutdown(context.Background()))
	})
	return r
}

func (r *rig) send(t testing.TB, batches ...pmetric.Metrics) {
	t.Helper()
	for _, b := range batches {
		require.NoError(t, r.ConsumeMetrics(t.Context(), b))
	}
}

// counter is the value of a counter of the processor's own telemetry, all of its attributes together.
func (r *rig) counter(t testing.TB, name string) int64 {
	t.Helper()
	return sumOf(describeTelemetry(t, r.telemetry), name)
}

func sumOf(telemetry, name string) int64 {
	var sum int64
	for line := range strings.Lines(telemetry) {
		rest, ok := strings.CutPrefix(line, name)
		if !ok || rest[0] != ' ' && rest[0] != '{' {
			continue
		}
		var n int64
		_, _ = fmt.Sscan(rest[strings.LastIndex(rest, " "):], &n)
		sum += n
	}
	return sum
}

// totals are the last values that came out, by "metric{attributes}", and the times of each series' points in order.
func (r *rig) totals() (last map[string]float64, times map[string][]pcommon.Timestamp) {
	last, times = map[string]float64{}, map[string][]pcommon.Timestamp{}
	for _, md := range r.sink.AllMetrics() {
		for _, rm := range md.ResourceMetrics().All() {
			for _, sm := range rm.ScopeMetrics().All() {
				for _, m := range sm.Metrics().All() {
					if m.Type() != pmetric.MetricTypeSum {
						continue
					}
					for _, dp := range m.Sum().DataPoints().All() {
						key := m.Name() + describeAttributes(dp.Attributes())
						last[key] = number(dp)
						times[key] = append(times[key], dp.Timestamp())
					}
				}
			}
		}
	}
	return last, times
}

func number(dp pmetric.NumberDataPoint) float64 {
	if dp.ValueType() == pmetric.NumberDataPointValueTypeInt {
		return float64(dp.IntValue())
	}
	return dp.DoubleValue()
}

// amounts is a profile of one numeric feature of six fine bins, which are three roll-up bins.
func amounts(model string) *profile.Profile {
	return &profile.Profile{
		Schema: profile.Schema, Model: model, Task: profile.Regression, Rhythm: profile.Rhythm{Cycle: profile.Steady},
		Provenance: profile.Provenance{Rows: 60},
		Features: []*profile.Variable{{
			Name: "amount", Type: profile.Numeric, Bounds: []float64{1, 2, 3, 4, 5}, Counts: []uint64{10, 10, 10, 10, 10, 10},
			Rollup: []int{0, 2, 4}, Deciles: []int{0, 2, 4}, Min: 0.5, Max: 5.5, Mean: 3, StdDev: 1.7,
		}},
	}
}

// values is a batch of one point of the feature `amount`: counts over the fine bins.
func values(model string, at time.Time, counts ...uint64) pmetric.Metrics {
	md := pmetric.NewMetrics()
	m := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName(semconv.MetricFeatureValue)
	m.SetEmptyHistogram().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	dp := m.Histogram().DataPoints().AppendEmpty()
	dp.Attributes().PutStr(semconv.AttrModelName, model)
	dp.Attributes().PutStr(semconv.AttrFeatureName, "amount")
	dp.SetStartTimestamp(pcommon.NewTimestampFromTime(at.Truncate(time.Minute)))
	dp.SetTimestamp(pcommon.NewTimestampFromTime(at))
	dp.ExplicitBounds().FromRaw([]float64{1, 2, 3, 4, 5})
	dp.BucketCounts().FromRaw(counts)
	var n uint64
	for _, c := range counts {
		n += c
	}
	dp.SetCount(n)
	return md
}

func sum(model, metric string, at time.Time, n int64, attributes ...string) pmetric.Metrics {
	md := pmetric.NewMetrics()
	m := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName(metric)
	m.SetEmptySum().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	m.Sum().SetIsMonotonic(true)
	dp := m.Sum().DataPoints().AppendEmpty()
	dp.Attributes().PutStr(semconv.AttrModelName, model)
	for i := 0; i < len(attributes); i += 2 {
		dp.Attributes().PutStr(attributes[i], attributes[i+1])
	}
	dp.SetTimestamp(pcommon.NewTimestampFromTime(at))
	dp.SetIntValue(n)
	return md
}
