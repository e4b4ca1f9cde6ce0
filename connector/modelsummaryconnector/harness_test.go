package modelsummaryconnector

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

// provider serves the same profile for every version of its model.
type provider struct {
	component.StartFunc
	component.ShutdownFunc
	profiles   map[string]*profile.Profile
	generation uint64
}

func (p *provider) Profile(model, _ string) *profile.Profile { return p.profiles[model] }
func (p *provider) Generation() uint64                       { return p.generation }
func (p *provider) Learner() profile.Learner                 { return nil }

type host struct{ provider *provider }

func (h host) GetExtensions() map[component.ID]component.Component {
	if h.provider == nil {
		return nil
	}
	return map[component.ID]component.Component{component.MustNewID("profiles"): h.provider}
}

func serve(profiles ...*profile.Profile) *provider {
	p := &provider{profiles: map[string]*profile.Profile{}, generation: 1}
	for _, x := range profiles {
		p.profiles[x.Model] = x
	}
	return p
}

// running is a started connector and what it tells about itself.
type running struct {
	*instance
	telemetry *componenttest.Telemetry
	logs      *observer.ObservedLogs
}

func start(t testing.TB, cfg *Config, p *provider, next consumer.Metrics) *running {
	t.Helper()
	require.NoError(t, cfg.Validate())
	telemetry := componenttest.NewTelemetry()
	set := connectortest.NewNopSettings(NewFactory().Type())
	set.TelemetrySettings = telemetry.NewTelemetrySettings()
	core, logs := observer.New(zap.InfoLevel)
	set.Logger = zap.New(core)
	set.BuildInfo.Version = "test"
	set.Resource.Attributes().PutStr(instanceID, "collector-1")
	c, err := NewFactory().CreateLogsToMetrics(context.Background(), set, cfg, next)
	require.NoError(t, err)
	r := &running{c.(*instance), telemetry, logs}
	require.NoError(t, r.Start(context.Background(), host{p}))
	t.Cleanup(func() {
		require.NoError(t, r.Shutdown(context.Background()))
		require.NoError(t, telemetry.Shutdown(context.Background()))
	})
	return r
}

var _ connector.Logs = (*instance)(nil)

func config(change func(*Config)) *Config {
	cfg := createDefaultConfig().(*Config)
	if change != nil {
		change(cfg)
	}
	return cfg
}

// numeric is a feature with equal-mass bins at 0.01 ... 0.99 of the unit interval.
func numeric(name string) *profile.Variable {
	v := &profile.Variable{Name: name, Type: profile.Numeric, Min: 0, Max: 1}
	for i := 1; i < 100; i++ {
		v.Bounds = append(v.Bounds, float64(i)/100)
	}
	for i := range 100 {
		v.Counts = append(v.Counts, 10)
		if i%5 == 0 {
			v.Rollup = append(v.Rollup, i)
		}
		if i%10 == 0 {
			v.Deciles = append(v.Deciles, i)
		}
	}
	return v
}

func categorical(name string, categories ...string) *profile.Variable {
	v := &profile.Variable{Name: name, Type: profile.Categorical, Categories: categories, Counts: make([]uint64, len(categories)+1)}
	for i := range categories {
		v.Counts[i] = 10
		v.Rollup = append(v.Rollup, i)
	}
	v.Rollup = append(v.Rollup, len(categories))
	return v
}

// twentyFeatures is a profile of 16 numbers and 4 categories.
func twentyFeatures() *profile.Profile { return manyFeatures(20) }

// manyFeatures is a profile of n features, a fifth of them categories.
func manyFeatures(n int) *profile.Profile {
	p := &profile.Profile{Schema: profile.Schema, Model: "fraud", Task: profile.Binary, PositiveClass: "1", Scores: []*profile.Variable{numeric("1")}}
	for i := range n {
		if i%5 == 4 {
			p.Features = append(p.Features, categorical(fmt.Sprintf("category_%02d", i), "DE", "FR", "US", "GB", "IT", "ES"))
		} else {
			p.Features = append(p.Features, numeric(fmt.Sprintf("feature_%02d", i)))
		}
	}
	return p
}

// putInputs fills the map with inputs for manyFeatures.
func putInputs(m pcommon.Map, prefix string, n int, r *rand.Rand) {
	for i := range n {
		if i%5 == 4 {
			m.PutStr(fmt.Sprintf("%scategory_%02d", prefix, i), []string{"DE", "FR", "US", "GB", "IT", "ES"}[r.IntN(6)])
		} else {
			m.PutDouble(fmt.Sprintf("%sfeature_%02d", prefix, i), r.Float64())
		}
	}
}

func putOutputs(m pcommon.Map, r *rand.Rand) {
	m.PutStr(semconv.AttrModelName, "fraud")
	m.PutStr(semconv.AttrModelVersion, "3")
	m.PutStr(semconv.AttrPredictionID, fmt.Sprint(r.Uint64()))
	m.PutStr(semconv.AttrPredictionClass, []string{"0", "1"}[r.IntN(2)])
	m.PutDouble(semconv.AttrPredictionScore, r.Float64())
	m.PutStr("country", []string{"DE", "FR", "US"}[r.IntN(3)])
}

const benchStart = 1_700_000_000_000_000_000

// predictions are n events of twenty inputs, ten milliseconds apart.
func predictions(n int, asMap bool) plog.Logs { return predictionsOf(n, 20, asMap) }

func predictionsOf(n, features int, asMap bool) plog.Logs {
	r := rand.New(rand.NewPCG(1, 2))
	logs := plog.NewLogs()
	records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	for i := range n {
		record := records.AppendEmpty()
		record.SetEventName(semconv.EventPrediction)
		record.SetTimestamp(pcommon.Timestamp(benchStart + i*10_000_000))
		putOutputs(record.Attributes(), r)
		if asMap {
			putInputs(record.Attributes().PutEmptyMap(semconv.AttrInputs), "", features, r)
		} else {
			putInputs(record.Attributes(), semconv.AttrInputPrefix, features, r)
		}
	}
	return logs
}

// binaryOutcomes are n outcomes of a binary model, a second apart.
func binaryOutcomes(n int) plog.Logs {
	r := rand.New(rand.NewPCG(3, 4))
	return outcomeLogs(n, func(m pcommon.Map) {
		m.PutStr(semconv.AttrPredictionClass, []string{"0", "1"}[r.IntN(2)])
		m.PutDouble(semconv.AttrPredictionScore, r.Float64())
		m.PutStr(semconv.AttrGroundTruthClass, []string{"0", "1"}[r.IntN(2)])
	})
}

// multiclassOutcomes are n outcomes of a model of ten classes.
func multiclassOutcomes(n int) plog.Logs {
	r := rand.New(rand.NewPCG(3, 4))
	return outcomeLogs(n, func(m pcommon.Map) {
		m.PutStr(semconv.AttrTaskType, "multiclass")
		m.PutStr(semconv.AttrGroundTruthClass, fmt.Sprint(r.IntN(10)))
		for class := range 10 {
			m.PutDouble(fmt.Sprint(semconv.AttrPredictionProbabilityPrefix, class), r.Float64()/5)
		}
	})
}

func regressionOutcomes(n int) plog.Logs {
	r := rand.New(rand.NewPCG(3, 4))
	return outcomeLogs(n, func(m pcommon.Map) {
		m.PutStr(semconv.AttrTaskType, "regression")
		m.PutDouble(semconv.AttrPredictionValue, 100*r.Float64())
		m.PutDouble(semconv.AttrGroundTruthValue, 100*r.Float64())
	})
}

func rankingOutcomes(n int) plog.Logs {
	r := rand.New(rand.NewPCG(3, 4))
	return outcomeLogs(n, func(m pcommon.Map) {
		m.PutStr(semconv.AttrTaskType, "ranking")
		items := m.PutEmptySlice(semconv.AttrPredictionItems)
		relevances := m.PutEmptyMap(semconv.AttrGroundTruthRelevances)
		for i := range 20 {
			items.AppendEmpty().SetStr(fmt.Sprint("item", i))
			if i%7 == r.IntN(7) {
				relevances.PutInt(fmt.Sprint("item", i), 1)
			}
		}
		relevances.PutInt("elsewhere", 1)
	})
}

func outcomeLogs(n int, fill func(m pcommon.Map)) plog.Logs {
	r := rand.New(rand.NewPCG(5, 6))
	logs := plog.NewLogs()
	records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	for i := range n {
		record := records.AppendEmpty()
		record.SetEventName(semconv.EventOutcome)
		record.SetTimestamp(pcommon.Timestamp(benchStart + i*10_000_000))
		m := record.Attributes()
		m.PutStr(semconv.AttrModelName, "fraud")
		m.PutStr(semconv.AttrModelVersion, "3")
		m.PutInt(semconv.AttrPredictionTime, benchStart-int64(r.IntN(1_000_000))*1_000_000_000)
		m.PutStr("country", []string{"DE", "FR", "US"}[r.IntN(3)])
		fill(m)
	}
	return logs
}

func spans(n int) ptrace.Traces {
	r := rand.New(rand.NewPCG(1, 2))
	traces := ptrace.NewTraces()
	all := traces.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	for i := range n {
		span := all.AppendEmpty()
		span.SetStartTimestamp(pcommon.Timestamp(benchStart + i*10_000_000))
		span.SetEndTimestamp(span.StartTimestamp() + 3_000_000)
		putOutputs(span.Attributes(), r)
		putInputs(span.Attributes(), semconv.AttrInputPrefix, 20, r)
	}
	return traces
}

func sortFloats(x []float64) { slices.Sort(x) }

func textOf(s string) *event.Value { return &event.Value{Kind: event.Text, Text: s} }

type twoProviders struct{}

func (twoProviders) GetExtensions() map[component.ID]component.Component {
	return map[component.ID]component.Component{component.MustNewID("profiles"): serve(), component.MustNewIDWithName("profiles", "2"): serve()}
}
