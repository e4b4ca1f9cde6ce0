package groundtruthprocessor

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/leeway-ml/leeway/processor/groundtruthprocessor/internal/metadata"
	"github.com/leeway-ml/leeway/semconv"
)

type host map[component.ID]component.Component

func (h host) GetExtensions() map[component.ID]component.Component { return h }

// sink keeps what it is given, unless it is told to refuse.
type sink struct {
	mu     sync.Mutex
	logs   []plog.Logs
	refuse error
}

func (*sink) Capabilities() consumer.Capabilities { return consumer.Capabilities{MutatesData: true} }

func (s *sink) ConsumeLogs(_ context.Context, logs plog.Logs) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse != nil {
		return s.refuse
	}
	s.logs = append(s.logs, logs)
	return nil
}

func (s *sink) setRefuse(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = err
}

// take is what came since it was last asked.
func (s *sink) take() []plog.Logs {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.logs
	s.logs = nil
	return taken
}

// rig is a running processor, in a pipeline of logs and one of traces, and what comes out of it.
type rig struct {
	logs      *logsInstance
	traces    *tracesInstance
	sink      *sink
	spans     *consumertest.TracesSink
	telemetry *componenttest.Telemetry
	log       *observer.ObservedLogs
}

func configured(t testing.TB, change func(*Config)) *Config {
	cfg := createDefaultConfig().(*Config)
	if change != nil {
		change(cfg)
	}
	require.NoError(t, cfg.Validate())
	return cfg
}

func run(t testing.TB, cfg *Config, h host) *rig {
	t.Helper()
	r := &rig{sink: &sink{}, spans: &consumertest.TracesSink{}, telemetry: componenttest.NewTelemetry()}
	core, log := observer.New(zap.WarnLevel)
	r.log = log
	set := processor.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: r.telemetry.NewTelemetrySettings(), BuildInfo: component.NewDefaultBuildInfo()}
	set.Logger = zap.New(core)
	factory := NewFactory()
	logs, err := factory.CreateLogs(context.Background(), set, cfg, r.sink)
	require.NoError(t, err)
	traces, err := factory.CreateTraces(context.Background(), set, cfg, r.spans)
	require.NoError(t, err)
	r.logs, r.traces = logs.(*logsInstance), traces.(*tracesInstance)
	require.NoError(t, r.traces.Start(context.Background(), h))
	require.NoError(t, r.logs.Start(context.Background(), h))
	return r
}

func (r *rig) end(t testing.TB) {
	t.Helper()
	require.NoError(t, r.traces.Shutdown(context.Background()))
	require.NoError(t, r.logs.Shutdown(context.Background()))
	require.NoError(t, r.telemetry.Shutdown(context.Background()))
}

func (r *rig) send(t testing.TB, logs plog.Logs) {
	t.Helper()
	require.NoError(t, r.logs.ConsumeLogs(context.Background(), logs))
}

// logsOf makes a batch; each event is a name, a time and attributes.
func logsOf(events ...func(plog.LogRecord)) plog.Logs {
	logs := plog.NewLogs()
	records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	for _, e := range events {
		e(records.AppendEmpty())
	}
	return logs
}

func record(name string, at time.Time, id string, more ...any) func(plog.LogRecord) {
	return func(r plog.LogRecord) {
		r.SetEventName(name)
		r.SetTimestamp(pcommon.NewTimestampFromTime(at))
		r.Attributes().PutStr(semconv.AttrModelName, "fraud")
		r.Attributes().PutStr(semconv.AttrPredictionID, id)
		for i := 0; i < len(more); i += 2 {
			_ = r.Attributes().PutEmpty(more[i].(string)).FromRaw(more[i+1])
		}
	}
}

func prediction(at time.Time, id string, score float64) func(plog.LogRecord) {
	return record(semconv.EventPrediction, at, id, semconv.AttrPredictionScore, score, semconv.AttrModelVersion, "1")
}

func truth(at time.Time, id, class string) func(plog.LogRecord) {
	return record(semconv.EventGroundTruth, at, id, semconv.AttrGroundTruthClass, class)
}

// describe writes a line a record.
func describe(all []plog.Logs) []string {
	var lines []string
	for _, logs := range all {
		for _, rl := range logs.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, r := range sl.LogRecords().All() {
					lines = append(lines, fmt.Sprintf("%s %s %s", r.Timestamp().AsTime().Format("02 15:04:05"), r.EventName(), attributes(r.Attributes())))
				}
			}
		}
	}
	return lines
}

func attributes(m pcommon.Map) string {
	var pairs []string
	for k, v := range m.All() {
		pairs = append(pairs, k+"="+v.AsString())
	}
	sort.Strings(pairs)
	return "{" + strings.Join(pairs, " ") + "}"
}

// counts are the processor's own metrics, a line a series.
func (r *rig) counts(t testing.TB) []string {
	var data metricdata.ResourceMetrics
	require.NoError(t, r.telemetry.Reader.Collect(context.Background(), &data))
	var lines []string
	for _, scope := range data.ScopeMetrics {
		for _, m := range scope.Metrics {
			if sum, ok := m.Data.(metricdata.Sum[int64]); ok {
				for _, p := range sum.DataPoints {
					var pairs []string
					for _, kv := range p.Attributes.ToSlice() {
						pairs = append(pairs, fmt.Sprintf("%s=%s", kv.Key, kv.Value.String()))
					}
					lines = append(lines, fmt.Sprintf("%s{%s} %d", strings.TrimPrefix(m.Name, "otelcol_ground_truth_"), strings.Join(pairs, ","), p.Value))
				}
			}
		}
	}
	slices.Sort(lines)
	return lines
}

// spansOf is a prediction as a span.
func spansOf(id string) ptrace.Traces {
	traces := ptrace.NewTraces()
	span := traces.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetEndTimestamp(pcommon.NewTimestampFromTime(second(1)))
	span.Attributes().PutStr(semconv.AttrModelName, "fraud")
	span.Attributes().PutStr(semconv.AttrPredictionID, id)
	return traces
}

func settings() processor.Settings { return processortest.NewNopSettings(metadata.Type) }
