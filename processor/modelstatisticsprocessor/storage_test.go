package modelstatisticsprocessor

import (
	"context"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/semconv"
)

var storageID = component.MustNewID("file_storage")

// startStorage starts a real file storage in the folder.
func startStorage(t *testing.T, folder string) component.Component {
	t.Helper()
	factory := filestorage.NewFactory()
	config := factory.CreateDefaultConfig().(*filestorage.Config)
	config.Directory = folder
	config.FSync = false
	made, err := factory.Create(t.Context(), extension.Settings{ID: storageID, TelemetrySettings: componenttest.NewNopTelemetrySettings()}, config)
	require.NoError(t, err)
	require.NoError(t, made.Start(t.Context(), componenttest.NewNopHost()))
	t.Cleanup(func() { _ = made.Shutdown(context.Background()) })
	return made
}

func stored(interval time.Duration) func(c *Config) {
	return func(c *Config) {
		c.Windows = []WindowConfig{{Name: "1h"}, {Name: "24h"}}
		c.Drift.MinSamples = 10
		c.Storage = &storageID
		c.CheckpointInterval = interval
	}
}

// day is a day's summaries, every ten minutes, some for a segment.
func day() []pmetric.Metrics {
	var all []pmetric.Metrics
	for i := range 144 {
		m := summaries(at(1, 0, 10*i+3), uint64(i%7), uint64(i%5), 3, uint64(i%11))
		if i%3 == 0 {
			metric := m.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0)
			addSummaries(metric, at(1, 0, 10*i+3), 1, 2, 3, 4)
			metric.Histogram().DataPoints().At(1).Attributes().PutStr("ml.segment.country", "DE")
		}
		all = append(all, m)
	}
	return all
}

func TestARestartChangesNothing(t *testing.T) {
	names := []string{samples, psi, "ml.feature.mean", "ml.feature.drift.detected", semconv.MetricModelInfo, semconv.MetricStatisticsCoverage}
	whole := run(t, host{profilesID: &provider{is: testProfile()}}, func(c *Config) { stored(0)(c); c.Storage = nil })
	whole.send(t, day()...)
	want := whole.said(names...)
	require.Greater(t, len(want), 500)
	whole.end(t)

	for name, interval := range map[string]time.Duration{"with each batch": 0, "on shutdown": time.Hour} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			var got []string
			batches := day()
			for _, part := range [][]pmetric.Metrics{batches[:50], batches[50:51], batches[51:]} {
				disk := startStorage(t, folder)
				r := run(t, host{profilesID: &provider{is: testProfile()}, storageID: disk}, stored(interval))
				r.send(t, part...)
				got = append(got, r.said(names...)...)
				r.end(t)
				require.NoError(t, disk.Shutdown(t.Context()))
			}
			assert.ElementsMatch(t, want, got)
		})
	}
}

// kill ends the processor without a last checkpoint.
func (r *rig) kill(t *testing.T) {
	t.Helper()
	r.stop()
	r.stopped.Wait()
	require.NoError(t, r.store.close(t.Context()))
	require.NoError(t, r.telemetry.Shutdown(context.Background()))
}

// TestKilled: with checkpoint_interval 0s, what was acknowledged is there after a kill.
func TestKilled(t *testing.T) {
	folder := t.TempDir()
	disk := startStorage(t, folder)
	r := run(t, host{profilesID: &provider{is: testProfile()}, storageID: disk}, stored(0))
	r.send(t, day()[:60]...)
	r.kill(t)
	require.NoError(t, disk.Shutdown(t.Context()))

	disk = startStorage(t, folder)
	again := run(t, host{profilesID: &provider{is: testProfile()}, storageID: disk}, stored(0))
	again.send(t, day()[60:]...)
	whole := run(t, host{profilesID: &provider{is: testProfile()}}, func(c *Config) { stored(0)(c); c.Storage = nil })
	whole.send(t, day()[:60]...)
	whole.sink.Reset()
	whole.send(t, day()[60:]...)
	assert.Equal(t, whole.said(samples, psi), again.said(samples, psi))
	again.end(t)
	whole.end(t)
}

// TestLastValuesAreSaidAgainAfterARestart: a window of a day moves once an hour; nobody must wait for that.
func TestLastValuesAreSaidAgainAfterARestart(t *testing.T) {
	folder := t.TempDir()
	disk := startStorage(t, folder)
	r := run(t, host{profilesID: &provider{is: testProfile()}, storageID: disk}, stored(time.Hour))
	r.send(t, day()...)
	r.end(t)
	require.NoError(t, disk.Shutdown(t.Context()))

	disk = startStorage(t, folder)
	again := run(t, host{profilesID: &provider{is: testProfile()}, storageID: disk}, stored(time.Hour))
	again.goOn(t.Context(), time.Now())
	assert.Len(t, again.said(samples), 4, "of two windows, for the whole and for a segment")
	again.end(t)
}

func TestCorruptCheckpoint(t *testing.T) {
	folder := t.TempDir()
	disk := startStorage(t, folder)
	r := run(t, host{storageID: disk}, stored(0))
	r.send(t, day()[:3]...)
	id := idOf(r.models.all()[0])
	require.NoError(t, r.store.client.Set(t.Context(), id+"/table", []byte("nonsense")))
	r.kill(t)
	require.NoError(t, disk.Shutdown(t.Context()))

	disk = startStorage(t, folder)
	again := run(t, host{storageID: disk}, stored(0))
	assert.Empty(t, again.models.all())
	assert.EqualValues(t, 1, again.counter(t, "otelcol_model_statistics_checkpoint_corrupt", nil))
	again.send(t, day()[3:5]...)
	again.end(t)
}

func TestStorageErrors(t *testing.T) {
	c := createDefaultConfig().(*Config)
	c.Storage = &storageID
	p, err := newStatistics(settingsOf(t), c, nil)
	require.NoError(t, err)
	require.ErrorContains(t, p.Start(t.Context(), host{}), `no extension "file_storage" is running`)
	require.ErrorContains(t, p.Start(t.Context(), host{storageID: &provider{}}), `extension "file_storage" stores nothing`)
}
