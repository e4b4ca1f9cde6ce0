package calibrateprocessor

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"

	"github.com/leeway-ml/leeway/internal/profilesource"
	"github.com/leeway-ml/leeway/processor/calibrateprocessor/internal/metadata"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/calibration"
)

func prediction(score float64) plog.Logs {
	logs := plog.NewLogs()
	record := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	record.SetEventName(semconv.EventPrediction)
	record.Attributes().PutStr(semconv.AttrModelName, "fraud")
	record.Attributes().PutStr(semconv.AttrModelVersion, "1")
	record.Attributes().PutDouble(semconv.AttrPredictionScore, score)
	return logs
}

// A new calibrator holds from the next event on.
func TestCalibratorChanges(t *testing.T) {
	p := halved()
	r := run(t, createDefaultConfig().(*Config), host{profilesID: p})
	require.NoError(t, r.logs.ConsumeLogs(context.Background(), prediction(0.8)))
	p.PublishCalibrator(&profile.Calibrator{Model: "fraud", Version: "1", Class: "yes", Method: &calibration.Identity{}})
	require.NoError(t, r.logs.ConsumeLogs(context.Background(), prediction(0.8)))
	var scores []float64
	for _, out := range r.logsSink.AllLogs() {
		v, _ := out.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).Attributes().Get(semconv.AttrPredictionCalibratedScore)
		scores = append(scores, v.Double())
	}
	assert.Equal(t, []float64{0.4, 0.8}, scores)
	assert.True(t, r.logs.Capabilities().MutatesData)
}

// noCalibrators is a provider of profiles alone.
type noCalibrators struct {
	component.StartFunc
	component.ShutdownFunc
	profile.Provider
}

func (noCalibrators) Start(context.Context, component.Host) error { return nil }
func (noCalibrators) Shutdown(context.Context) error              { return nil }

func TestStartWithoutCalibrators(t *testing.T) {
	start := func(config *Config, h host) error {
		set := processor.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: componenttest.NewNopTelemetrySettings()}
		made, err := NewFactory().CreateLogs(context.Background(), set, config, consumertest.NewNop())
		require.NoError(t, err)
		defer func() { require.NoError(t, made.Shutdown(context.Background())) }()
		return made.Start(context.Background(), h)
	}
	require.ErrorContains(t, start(&Config{}, host{}), "profiles: no extension has calibrators; define the extension profiles")
	require.ErrorContains(t, start(&Config{}, host{profilesID: noCalibrators{}}), "profiles: the extension has no calibrators")
	id := component.MustNewIDWithName("profiles", "other")
	require.ErrorContains(t, start(&Config{Profiles: &id}, host{profilesID: halved()}), `profiles: no extension "profiles/other" is running`)
	require.NoError(t, start(&Config{Profiles: &profilesID}, host{profilesID: halved()}))
	_, err := profilesource.Find(host{profilesID: halved()}, nil)
	require.NoError(t, err)
}

func TestConfigIsChecked(t *testing.T) {
	c := createDefaultConfig().(*Config)
	require.NoError(t, c.Validate())
	c.Fields.Logs = map[string]string{"scor": "log.body"}
	require.ErrorContains(t, c.Validate(), "fields: logs::scor: no such field")
	require.ErrorContains(t, confmap.NewFromStringMap(map[string]any{"profile": "x"}).Unmarshal(createDefaultConfig()), "profile")
}
