package conceptdriftprocessor

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
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/leeway-ml/leeway/processor/conceptdriftprocessor/internal/metadata"
	"github.com/leeway-ml/leeway/semconv"
)

type host map[component.ID]component.Component

func (h host) GetExtensions() map[component.ID]component.Component { return h }

// sink keeps what it is given, unless it is told to refuse.
type sink struct {
	mu     sync.Mutex
	logs   []plog.Logs
	refuse func(plog.Logs) error
}

func (*sink) Capabilities() consumer.Capabilities { return consumer.Capabilities{MutatesData: true} }

func (s *sink) ConsumeLogs(_ context.Context, logs plog.Logs) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse != nil {
		if err := s.refuse(logs); err != nil {
			return err
		}
	}
	s.logs = append(s.logs, logs)
	return nil
}

func (s *sink) setRefuse(refuse func(plog.Logs) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = refuse
}

// take is what came since it was last asked.
func (s *sink) take() []plog.Logs {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.logs
	s.logs = nil
	return taken
}

// rig is a running processor and what comes out of it.
type rig struct {
	processor processor.Logs
	sink      *sink
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
	r := &rig{sink: &sink{}, telemetry: componenttest.NewTelemetry()}
	core, log := observer.New(zap.InfoLevel)
	r.log = log
	set := processor.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: r.telemetry.NewTelemetrySettings(), BuildInfo: component.NewDefaultBuildInfo()}
	set.Logger = zap.New(core)
	var err error
	r.processor, err = NewFactory().CreateLogs(context.Background(), set, cfg, r.sink)
	require.NoError(t, err)
	require.NoError(t, r.processor.Start(context.Background(), h))
	return r
}

func (r *rig) watcher() *watcher { return r.processor.(*instance).shared }

func (r *rig) end(t testing.TB) {
	t.Helper()
	require.NoError(t, r.processor.Shutdown(context.Background()))
	require.NoError(t, r.telemetry.Shutdown(context.Background()))
}

func (r *rig) send(t testing.TB, logs plog.Logs) {
	t.Helper()
	require.NoError(t, r.processor.ConsumeLogs(context.Background(), logs))
}

// said are the ml.concept_drift events that came since it was last asked.
func (r *rig) said() []string {
	var said []string
	for _, line := range describe(r.sink.take()) {
		if strings.Contains(line, semconv.EventConceptDrift+" ") {
			said = append(said, line)
		}
	}
	return said
}

var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func second(n int) time.Time { return epoch.Add(time.Duration(n) * time.Second) }

// logsOf makes a batch.
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
		if id != "" {
			r.Attributes().PutStr(semconv.AttrPredictionID, id)
		}
		for i := 0; i < len(more); i += 2 {
			_ = r.Attributes().PutEmpty(more[i].(string)).FromRaw(more[i+1])
		}
	}
}

// outcome is one of a classification, right or wrong.
func outcome(at time.Time, id string, wrong bool, more ...any) func(plog.LogRecord) {
	truth := "yes"
	if wrong {
		truth = "no"
	}
	return record(semconv.EventOutcome, at, id, append([]any{semconv.AttrPredictionClass, "yes", semconv.AttrGroundTruthClass, truth}, more...)...)
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
					lines = append(lines, fmt.Sprintf("%s{%s} %d", strings.TrimPrefix(m.Name, "otelcol_concept_drift_"), strings.Join(pairs, ","), p.Value))
				}
			}
		}
	}
	slices.Sort(lines)
	return lines
}

func settings() processor.Settings { return processortest.NewNopSettings(metadata.Type) }
