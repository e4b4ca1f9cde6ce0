package profilesextension

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/extension/profilesextension/internal/metadata"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/stats/calibration"
)

// quietCalibrators are an extension's calibrators without the extension.
func quietCalibrators(t *testing.T, most int) *calibrators {
	t.Helper()
	telemetry, err := metadata.NewTelemetryBuilder(componenttest.NewNopTelemetrySettings())
	require.NoError(t, err)
	return newCalibrators(most, &reporter{log: zap.NewNop(), telemetry: telemetry})
}

// fitted is a good calibrator; the slope tells them apart.
func fitted(model, version string, slope float64) *profile.Calibrator {
	return &profile.Calibrator{
		Model: model, Version: version, Class: "1", Window: "7d", Fitted: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(slope) * time.Hour), Outcomes: 1000,
		Judged: profile.CalibratorJudged{Outcomes: 300, BrierBefore: 0.2, BrierAfter: 0.1, StandardError: 0.01},
		Method: &calibration.Platt{Slope: slope},
	}
}

// slope is that of the calibrator in force; 0 where there is none.
func (r *rig) slope(model, version string) float64 {
	c := r.Calibrator(model, version)
	if c == nil {
		return 0
	}
	return c.Method.(*calibration.Platt).Slope
}

func TestCalibratorsSurviveRestart(t *testing.T) {
	file, id := fileStorage(t)
	storage := file()
	r := newRig(t, func(c *Config) { c.Storage = &id }).start(host{id: storage})
	assert.Nil(t, r.Calibrator("fraud", "1"))
	r.PublishCalibrator(fitted("fraud", "1", 1))
	r.PublishCalibrator(fitted("fraud", "1", 2))
	r.PublishCalibrator(fitted("fraud", "2", 3))
	assert.Equal(t, uint64(2), r.Calibrator("fraud", "1").Revision)
	assert.Equal(t, uint64(1), r.Calibrator("fraud", "2").Revision)
	assert.Nil(t, r.Calibrator("fraud", "3"), "a calibrator is for one version")
	assert.Equal(t, int64(2), r.counter("otelcol_profiles_calibrators"))
	require.NoError(t, r.Shutdown(context.Background()))
	require.NoError(t, storage.Shutdown(context.Background()))

	r = newRig(t, func(c *Config) { c.Storage = &id }).start(host{id: file()})
	assert.Equal(t, 2.0, r.slope("fraud", "1"))
	r.PublishCalibrator(fitted("fraud", "1", 4))
	assert.Equal(t, uint64(3), r.Calibrator("fraud", "1").Revision, "revisions go on")
}

func TestCalibratorsAreBounded(t *testing.T) {
	file, id := fileStorage(t)
	r := newRig(t, func(c *Config) { c.Storage = &id; c.MaxCalibrators = 2 }).start(host{id: file()})
	r.PublishCalibrator(fitted("a", "1", 1))
	r.PublishCalibrator(fitted("b", "1", 3))
	r.PublishCalibrator(fitted("c", "1", 2))
	assert.Zero(t, r.slope("a", "1"), "fitted longest ago")
	assert.Equal(t, 3.0, r.slope("b", "1"))
	assert.Equal(t, 2.0, r.slope("c", "1"))
	assert.Len(t, r.said("max_calibrators"), 1)
	assert.Equal(t, int64(1), r.counter("otelcol_profiles_rejected"))
	assert.Len(t, r.calibrators.kept.names, 2)
}

func TestCalibratorThatIsRefused(t *testing.T) {
	r := newRig(t, func(*Config) {}).start(nil)
	r.PublishCalibrator(fitted("fraud", "1", 1))
	bad := fitted("fraud", "1", -1)
	r.PublishCalibrator(bad)
	assert.Equal(t, 1.0, r.slope("fraud", "1"))
	assert.Len(t, r.said("Calibrator refused"), 1)
}

func TestCalibratorsAreServed(t *testing.T) {
	c := quietCalibrators(t, 10)
	server := httptest.NewServer(newHandler(&newCatalog(1).view, &c.view))
	t.Cleanup(server.Close)
	response, body := get(t, server.URL+"/v1/calibrators")
	assert.Equal(t, "{\n  \"calibrators\": []\n}\n", body)
	empty := response.Header.Get("ETag")

	c.publish(fitted("a/b c", "1.0+x", 2))
	response, body = get(t, server.URL+"/v1/calibrators", "If-None-Match", empty)
	assert.Equal(t, http.StatusOK, response.StatusCode)
	entry := c.view.Load().entries[0]
	assert.Equal(t, `{
  "calibrators": [
    {
      "model": "a/b c",
      "version": "1.0+x",
      "id": "`+entry.id+`",
      "origin": "learned",
      "name": "platt",
      "revision": 1,
      "fitted": "2026-01-01T02:00:00Z",
      "path": "/v1/calibrators/a%2Fb%20c/1.0+x"
    }
  ]
}
`, body)
	response, _ = get(t, server.URL+"/v1/calibrators", "If-None-Match", response.Header.Get("ETag"))
	assert.Equal(t, http.StatusNotModified, response.StatusCode)

	response, body = get(t, server.URL+"/v1/calibrators/a%2Fb%20c/1.0+x")
	assert.Equal(t, `W/"`+entry.id+`"`, response.Header.Get("ETag"))
	read, err := profile.ReadCalibrator([]byte(body))
	require.NoError(t, err)
	assert.Equal(t, entry.calibrator, read)
	response, body = get(t, server.URL+"/v1/calibrators/fraud/1")
	assert.Equal(t, http.StatusNotFound, response.StatusCode)
	assert.Equal(t, "no calibrator for model \"fraud\", version \"1\"; GET /v1/calibrators lists those there are\n", body)
}

func TestCalibratorsOfTheSource(t *testing.T) {
	g := newGateway(t)
	g.catalog.add(newEntry(example("fraud", "", 10), fromDirectory, "x"))
	g.fitted.publish(fitted("fraud", "1", 1))
	file, id := fileStorage(t)
	storage := file()
	r := newRig(t, fromGateway(g, &id)).start(host{id: storage}).ready(1)
	ctx := context.Background()
	require.NoError(t, r.source.poll(ctx))
	assert.Equal(t, 1.0, r.slope("fraud", "1"))
	r.PublishCalibrator(fitted("fraud", "1", 9))
	assert.Equal(t, 1.0, r.slope("fraud", "1"), "the source's wins")
	r.PublishCalibrator(fitted("churn", "1", 7))
	assert.Equal(t, 7.0, r.slope("churn", "1"))

	g.fitted.publish(fitted("fraud", "1", 2))
	require.NoError(t, r.source.poll(ctx))
	assert.Equal(t, 2.0, r.slope("fraud", "1"))
	assert.Equal(t, uint64(2), r.Calibrator("fraud", "1").Revision)
	require.NoError(t, r.Shutdown(ctx))
	require.NoError(t, storage.Shutdown(ctx))

	g.away.Store(true)
	storage = file()
	r = newRig(t, fromGateway(g, &id)).start(host{id: storage})
	assert.Equal(t, 2.0, r.slope("fraud", "1"), "the kept copy")
	require.Eventually(t, func() bool { return len(r.said("does not answer")) > 0 }, patience, pace)
	r.ready(1)

	g.away.Store(false)
	g.fitted.mutex.Lock()
	g.fitted.published = map[key]*calibratorEntry{}
	g.fitted.rebuild()
	g.fitted.mutex.Unlock()
	require.NoError(t, r.source.poll(ctx))
	assert.Equal(t, 9.0, r.slope("fraud", "1"), "what was published here, kept too")
}

func TestSourceThatTalksNonsenseOfCalibrators(t *testing.T) {
	g := newGateway(t)
	g.catalog.add(newEntry(example("fraud", "", 10), fromDirectory, "x"))
	g.fitted.publish(fitted("fraud", "1", 1))
	r := newRig(t, fromGateway(g, nil)).start(nil).ready(1)
	ctx := context.Background()
	require.NoError(t, r.source.poll(ctx))
	_, err := fitted("other", "1", 1).Write()
	require.Error(t, err, "no revision yet")
	other := fitted("other", "1", 1)
	other.Revision = 1
	good, err := other.Write()
	require.NoError(t, err)
	list := `{"calibrators": [{"model": "fraud", "version": "1", "id": "new"}, {"model": "churn", "version": "1", "id": "new"}]}`
	for _, test := range []struct{ list, calibrator, says string }{
		{`<html>`, "", "no list of calibrators"},
		{`{}`, "", "no list of calibrators"},
		{list, `{"schema": "leeway.calibrator/v9"}`, `schema is "leeway.calibrator/v9"`},
		{list, string(good), `it is for model "other"`},
		{list, string(make([]byte, 2<<20)), "larger than"},
	} {
		respond := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case listPath:
				newHandler(&g.catalog.view, &g.fitted.view).ServeHTTP(w, r)
			case calibratorListPath:
				_, _ = w.Write([]byte(test.list))
			default:
				_, _ = w.Write([]byte(test.calibrator))
			}
		})
		g.respond.Store(&respond)
		require.ErrorContains(t, r.source.poll(ctx), test.says)
		assert.Equal(t, 1.0, r.slope("fraud", "1"), "the last good copy stays")
		assert.Nil(t, r.Calibrator("churn", "1"))
		assert.Equal(t, uint64(10), r.rows("fraud", "1"), "profiles are followed all the same")
	}

	// One that is too old to have calibrators.
	respond := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == calibratorListPath {
			http.NotFound(w, r)
			return
		}
		newHandler(&g.catalog.view, &g.fitted.view).ServeHTTP(w, r)
	})
	g.respond.Store(&respond)
	require.NoError(t, r.source.poll(ctx))
	assert.Equal(t, 1.0, r.slope("fraud", "1"))
}

func TestSourceWithMoreCalibratorsThanAllowed(t *testing.T) {
	g := newGateway(t)
	g.catalog.add(newEntry(example("fraud", "", 10), fromDirectory, "x"))
	for i := range 5 {
		g.fitted.publish(fitted(fmt.Sprint("m", i), "1", 1))
	}
	r := newRig(t, func(c *Config) { fromGateway(g, nil)(c); c.MaxCalibrators = 3 }).start(nil).ready(1)
	require.NoError(t, r.source.poll(context.Background()))
	assert.Equal(t, int64(3), r.counter("otelcol_profiles_calibrators"))
	assert.NotEmpty(t, r.said("max_calibrators"))
}

func BenchmarkCalibrator(b *testing.B) {
	c := newCalibrators(1000, &reporter{log: zap.NewNop()})
	for i := range 1000 {
		e := newCalibratorEntry(fitted(fmt.Sprint("m", i), "1", 1), fromLearning)
		c.published[calibratorKey(e.calibrator)] = e
	}
	c.rebuild()
	b.ReportAllocs()
	for b.Loop() {
		c.get("m500", "1")
	}
}
