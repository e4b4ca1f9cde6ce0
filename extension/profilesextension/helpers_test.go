package profilesextension

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/leeway-ml/leeway/profile"
)

// example is a small good profile; rows tell versions of it apart.
func example(model, version string, rows uint64) *profile.Profile {
	return &profile.Profile{
		Schema: profile.Schema, Model: model, Version: version, Created: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		Provenance: profile.Provenance{Rows: rows}, Rhythm: profile.Rhythm{Cycle: profile.Steady},
		Features: []*profile.Variable{{
			Name: "amount", Type: profile.Numeric, Bounds: []float64{1, 2}, Counts: []uint64{1, rows, 3}, Rollup: []int{0, 1, 2}, Deciles: []int{0, 1, 2}, Max: 3,
		}},
	}
}

func text(t *testing.T, p *profile.Profile) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, p.Write(&b))
	return b.Bytes()
}

func put(t *testing.T, folder, name string, content []byte) {
	t.Helper()
	temporary := filepath.Join(folder, "."+name)
	require.NoError(t, os.WriteFile(temporary, content, 0o600))
	require.NoError(t, os.Rename(temporary, filepath.Join(folder, name)))
}

// rig is an extension with its log and self-telemetry.
type rig struct {
	*profiles
	t         *testing.T
	logs      *observer.ObservedLogs
	telemetry *componenttest.Telemetry
}

type host map[component.ID]component.Component

func (h host) GetExtensions() map[component.ID]component.Component { return h }

// newRig makes an extension that has no directory, unless change sets one.
func newRig(t *testing.T, change func(*Config)) *rig {
	t.Helper()
	config := createDefaultConfig().(*Config)
	config.Directory = ""
	change(config)
	require.NoError(t, config.Validate())
	core, logs := observer.New(zap.DebugLevel)
	telemetry := componenttest.NewTelemetry()
	settings := extensiontest.NewNopSettings(NewFactory().Type())
	settings.ID = component.NewID(NewFactory().Type()) // the same after a restart
	settings.TelemetrySettings = telemetry.NewTelemetrySettings()
	settings.Logger = zap.New(core)
	made, err := NewFactory().Create(context.Background(), settings, config)
	require.NoError(t, err)
	r := &rig{profiles: made.(*profiles), t: t, logs: logs, telemetry: telemetry}
	t.Cleanup(func() {
		require.NoError(t, r.Shutdown(context.Background()))
		require.NoError(t, telemetry.Shutdown(context.Background()))
	})
	return r
}

func (r *rig) start(h host) *rig {
	r.t.Helper()
	require.NoError(r.t, r.Start(context.Background(), h))
	return r
}

// counter is the value of a counter or gauge of self-telemetry, over all attributes.
func (r *rig) counter(name string) int64 {
	r.t.Helper()
	m, err := r.telemetry.GetMetric(name)
	if err != nil {
		return 0
	}
	var points []metricdata.DataPoint[int64]
	switch data := m.Data.(type) {
	case metricdata.Sum[int64]:
		points = data.DataPoints
	case metricdata.Gauge[int64]:
		points = data.DataPoints
	}
	var n int64
	for _, p := range points {
		n += p.Value
	}
	return n
}

// said reports the log lines that hold the text.
func (r *rig) said(message string) []observer.LoggedEntry {
	return r.logs.FilterMessageSnippet(message).All()
}

func (r *rig) rows(model, version string) uint64 {
	p := r.Profile(model, version)
	if p == nil {
		return 0
	}
	return p.Provenance.Rows
}
