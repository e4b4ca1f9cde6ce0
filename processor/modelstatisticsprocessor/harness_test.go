package modelstatisticsprocessor

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/otel/attribute"

	"github.com/leeway-ml/leeway/processor/modelstatisticsprocessor/internal/metadata"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// bounds of the test profile's one feature: 400 observations, 100 a bin.
var bounds = []float64{1, 2, 3}

func testProfile() *profile.Profile {
	return &profile.Profile{
		Schema: profile.Schema, Model: "fraud", Task: profile.Binary, PositiveClass: "1", Rhythm: profile.Rhythm{Cycle: profile.Steady},
		Features: []*profile.Variable{{
			Name: "amount", Type: profile.Numeric, Bounds: bounds, Counts: []uint64{100, 100, 100, 100},
			Rollup: []int{0, 1, 2, 3}, Deciles: []int{0, 1, 2, 3}, Min: 0.5, Max: 3.5, Mean: 2, StdDev: 1,
		}},
	}
}

// provider serves one profile, and remembers what it was given to learn.
type provider struct {
	component.StartFunc
	component.ShutdownFunc
	is       *profile.Profile
	learning bool
	mu       sync.Mutex
	learned  []string
}

func (p *provider) Profile(model, _ string) *profile.Profile {
	if p.is != nil && p.is.Model == model {
		return p.is
	}
	return nil
}
func (*provider) Generation() uint64 { return 1 }
func (p *provider) Learner() profile.Learner {
	if !p.learning {
		return nil
	}
	return p
}
func (p *provider) Wants(model, _ string) bool { return p.is == nil || p.is.Model != model }
func (p *provider) Observe(model, version string, s *summary.Series) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.learned = append(p.learned, fmt.Sprint(model, version, s.Metric, s.Attributes, s.Hours))
}

type host map[component.ID]component.Component

func (h host) GetExtensions() map[component.ID]component.Component { return h }

var profilesID = component.MustNewID("profiles")

// rig is a running processor, and what comes out of it.
type rig struct {
	*statistics
	sink      *consumertest.MetricsSink
	telemetry *componenttest.Telemetry
}

func run(t *testing.T, h host, change func(c *Config)) *rig {
	t.Helper()
	config := createDefaultConfig().(*Config)
	if change != nil {
		change(config)
	}
	require.NoError(t, config.Validate())
	r := &rig{sink: new(consumertest.MetricsSink), telemetry: componenttest.NewTelemetry()}
	settings := processor.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: r.telemetry.NewTelemetrySettings(), BuildInfo: component.NewDefaultBuildInfo()}
	made, err := NewFactory().CreateMetrics(t.Context(), settings, config, r.sink)
	require.NoError(t, err)
	r.statistics = made.(*statistics)
	require.NoError(t, r.Start(t.Context(), h))
	return r
}

func (r *rig) end(t *testing.T) {
	t.Helper()
	require.NoError(t, r.Shutdown(context.Background()))
	require.NoError(t, r.telemetry.Shutdown(context.Background()))
}

// summaries of the feature `amount`: counts at a time.
func summaries(at time.Time, counts ...uint64) pmetric.Metrics {
	metrics := pmetric.NewMetrics()
	m := metrics.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	addSummaries(m, at, counts...)
	return metrics
}

func addSummaries(m pmetric.Metric, at time.Time, counts ...uint64) {
	m.SetName(semconv.MetricFeatureValue)
	if m.Type() == pmetric.MetricTypeEmpty {
		m.SetEmptyHistogram().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	}
	dp := m.Histogram().DataPoints().AppendEmpty()
	dp.Attributes().PutStr(semconv.AttrModelName, "fraud")
	dp.Attributes().PutStr(semconv.AttrModelVersion, "1")
	dp.Attributes().PutStr(semconv.AttrFeatureName, "amount")
	dp.SetTimestamp(pcommon.NewTimestampFromTime(at))
	dp.ExplicitBounds().FromRaw(bounds)
	dp.BucketCounts().FromRaw(counts)
	var n uint64
	for i, c := range counts {
		n += c
		dp.SetSum(dp.Sum() + float64(c)*(float64(i)+0.5))
	}
	dp.SetCount(n)
}

func (r *rig) send(t *testing.T, batches ...pmetric.Metrics) {
	t.Helper()
	for _, b := range batches {
		require.NoError(t, r.ConsumeMetrics(t.Context(), b))
	}
}

// said are the statistics that came out, in lines "time window metric{other attributes} value", sorted; only of the metrics
// that are named. That there are no outcomes is left out: most tests are about features.
func (r *rig) said(names ...string) []string {
	var lines []string
	for _, metrics := range r.sink.AllMetrics() {
		for _, resource := range metrics.ResourceMetrics().All() {
			for _, scope := range resource.ScopeMetrics().All() {
				for _, m := range scope.Metrics().All() {
					if m.Type() != pmetric.MetricTypeGauge {
						continue
					}
					for _, name := range names {
						if m.Name() == name {
							lines = append(lines, gaugeLines(m)...)
						}
					}
				}
			}
		}
	}
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.HasSuffix(line, "ml.subject=outcome} 0") })
	sort.Strings(lines)
	return lines
}

func gaugeLines(m pmetric.Metric) []string {
	var lines []string
	for _, dp := range m.Gauge().DataPoints().All() {
		var others []string
		window := ""
		for k, v := range dp.Attributes().All() {
			switch k {
			case semconv.AttrWindow:
				window = v.AsString()
			case semconv.AttrModelName, semconv.AttrModelVersion:
			default:
				others = append(others, k+"="+v.AsString())
			}
		}
		sort.Strings(others)
		lines = append(lines, fmt.Sprintf("%s %s %s{%s} %v", dp.Timestamp().AsTime().Format("02 15:04:05"), window, m.Name(),
			strings.Join(others, ","), math.Round(dp.DoubleValue()*1e4)/1e4))
	}
	return lines
}

func at(day, hour, minute int) time.Time {
	return time.Date(2026, 3, day, hour, minute, 0, 0, time.UTC)
}

func settingsOf(t *testing.T) processor.Settings {
	t.Helper()
	return processor.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: componenttest.NewNopTelemetrySettings()}
}

func point(m pmetric.Metric) pmetric.HistogramDataPoint { return m.Histogram().DataPoints().At(0) }

func stamp(t time.Time) pcommon.Timestamp { return pcommon.NewTimestampFromTime(t) }

func attributeKey(k string) attribute.Key { return attribute.Key(k) }
