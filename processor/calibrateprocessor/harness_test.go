package calibrateprocessor

import (
	"context"
	"fmt"
	"sort"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/processor/calibrateprocessor/internal/metadata"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/calibration"
)

// provider has calibrators by model and version.
type provider struct {
	component.StartFunc
	component.ShutdownFunc
	calibrators map[[2]string]*profile.Calibrator
}

func (*provider) Profile(string, string) *profile.Profile { return nil }
func (*provider) Generation() uint64                      { return 0 }
func (*provider) Learner() profile.Learner                { return nil }

func (p *provider) Calibrator(model, version string) *profile.Calibrator {
	return p.calibrators[[2]string{model, version}]
}

func (p *provider) PublishCalibrator(c *profile.Calibrator) {
	p.calibrators[[2]string{c.Model, c.Version}] = c
}

// halved makes half of each score of fraud 1 (binary) and of whatever digits predicts.
func halved() *provider {
	half := &calibration.Isotonic{Scores: []float64{0, 1}, Probabilities: []float64{0, 0.5}}
	p := &provider{calibrators: map[[2]string]*profile.Calibrator{}}
	p.PublishCalibrator(&profile.Calibrator{Model: "fraud", Version: "1", Class: "yes", Method: half})
	p.PublishCalibrator(&profile.Calibrator{Model: "fraud", Version: "unknown", Class: "yes", Method: &calibration.Identity{}})
	p.PublishCalibrator(&profile.Calibrator{Model: "digits", Version: "1", Class: outcome.Predicted, Method: half})
	return p
}

type host map[component.ID]component.Component

func (h host) GetExtensions() map[component.ID]component.Component { return h }

var profilesID = component.MustNewID("profiles")

// rig is the processor in a pipeline of logs and in one of traces, and what comes out.
type rig struct {
	logs       processor.Logs
	traces     processor.Traces
	logsSink   *consumertest.LogsSink
	tracesSink *consumertest.TracesSink
	telemetry  *componenttest.Telemetry
	said       *observer.ObservedLogs
}

func run(t testing.TB, config *Config, h host) *rig {
	t.Helper()
	require.NoError(t, config.Validate())
	r := &rig{logsSink: new(consumertest.LogsSink), tracesSink: new(consumertest.TracesSink), telemetry: componenttest.NewTelemetry()}
	set := processor.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: r.telemetry.NewTelemetrySettings(), BuildInfo: component.NewDefaultBuildInfo()}
	core, said := observer.New(zap.WarnLevel)
	set.Logger, r.said = zap.New(core), said
	var err error
	r.logs, err = NewFactory().CreateLogs(context.Background(), set, config, r.logsSink)
	require.NoError(t, err)
	r.traces, err = NewFactory().CreateTraces(context.Background(), set, config, r.tracesSink)
	require.NoError(t, err)
	require.NoError(t, r.logs.Start(context.Background(), h))
	require.NoError(t, r.traces.Start(context.Background(), h))
	t.Cleanup(func() {
		require.NoError(t, r.logs.Shutdown(context.Background()))
		require.NoError(t, r.traces.Shutdown(context.Background()))
		require.NoError(t, r.telemetry.Shutdown(context.Background()))
	})
	return r
}

// counts are lines "result count" of the processor's own telemetry.
func (r *rig) counts(t *testing.T) []string {
	t.Helper()
	m, err := r.telemetry.GetMetric("otelcol_calibrate_events")
	if err != nil {
		return nil
	}
	var lines []string
	for _, p := range m.Data.(metricdata.Sum[int64]).DataPoints {
		result, _ := p.Attributes.Value("result")
		lines = append(lines, fmt.Sprintf("%s %d", result.AsString(), p.Value))
	}
	sort.Strings(lines)
	return lines
}
