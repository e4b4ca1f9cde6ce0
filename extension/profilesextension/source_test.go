package profilesextension

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
)

// gateway is another Collector's profiles server, which can be away.
type gateway struct {
	*httptest.Server
	catalog *catalog
	fitted  *calibrators
	away    atomic.Bool
	asked   atomic.Int64
	respond atomic.Pointer[http.HandlerFunc] // instead of the profiles
}

func newGateway(t *testing.T) *gateway {
	g := &gateway{catalog: newCatalog(100), fitted: quietCalibrators(t, 100)}
	handler := newHandler(&g.catalog.view, &g.fitted.view)
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.asked.Add(1)
		if respond := g.respond.Load(); respond != nil {
			(*respond)(w, r)
			return
		}
		if g.away.Load() {
			http.Error(w, "restarting", http.StatusServiceUnavailable)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(g.Close)
	return g
}

func fromGateway(g *gateway, storage *component.ID) func(*Config) {
	return func(c *Config) {
		source := c.Source.GetOrInsertDefault()
		source.Client.Endpoint = g.URL + "/"
		source.PollInterval = time.Hour // tests poll themselves
		c.Storage = storage
	}
}

// ready waits for the poll at start.
func (r *rig) ready(n int) *rig {
	r.t.Helper()
	require.Eventually(r.t, func() bool { return len(r.catalog.view.Load().entries) == n }, patience, pace)
	r.stop() // no more polls but those of the test
	r.background.Wait()
	return r
}

func TestSourceIsFollowed(t *testing.T) {
	g := newGateway(t)
	g.catalog.add(newEntry(example("fraud", "", 10), fromDirectory, "x"))
	g.catalog.add(newEntry(example("a/b", "1", 20), fromLearning, "x"))
	r := newRig(t, fromGateway(g, nil)).start(nil)
	require.Eventually(t, func() bool { _, answered := r.source.age(); return answered }, patience, pace)
	r.ready(2)
	assert.Equal(t, uint64(20), r.rows("a/b", "1"))
	assert.NotEmpty(t, r.said("source without storage"))
	ctx := context.Background()

	asked := g.asked.Load()
	require.NoError(t, r.source.poll(ctx))
	assert.Equal(t, asked+2, g.asked.Load(), "nothing changed: one request for profiles, one for calibrators")

	g.catalog.add(newEntry(example("fraud", "", 11), fromDirectory, "x"))
	require.NoError(t, r.source.poll(ctx))
	assert.Equal(t, asked+5, g.asked.Load(), "both lists and what changed")
	assert.Equal(t, uint64(11), r.rows("fraud", "7"))
	_, known := r.source.age()
	assert.True(t, known)

	g.catalog.set(fromLearning, nil)
	require.NoError(t, r.source.poll(ctx))
	assert.Nil(t, r.Profile("a/b", "1"), "withdrawn")
	assert.Equal(t, int64(1), r.counter("otelcol_profiles_in_force"))
}

func TestSourceAwayThenBack(t *testing.T) {
	g := newGateway(t)
	g.catalog.add(newEntry(example("fraud", "", 10), fromDirectory, "x"))
	file, id := fileStorage(t)
	r := newRig(t, fromGateway(g, &id)).start(host{id: file()}).ready(1)
	ctx := context.Background()
	var statuses []componentstatus.Status
	r.source.status = func(e *componentstatus.Event) { statuses = append(statuses, e.Status()) }

	g.away.Store(true)
	for range 3 {
		require.ErrorContains(t, r.source.poll(ctx), "503 Service Unavailable: restarting")
		r.source.pause(assert.AnError)
	}
	assert.Equal(t, uint64(10), r.rows("fraud", "1"))
	assert.Equal(t, int64(3), r.counter("otelcol_profiles_source_failures"))
	g.away.Store(false)
	require.NoError(t, r.source.poll(ctx))
	g.away.Store(true)
	assert.Equal(t, []componentstatus.Status{componentstatus.StatusRecoverableError, componentstatus.StatusOK}, statuses)
	assert.Len(t, r.logs.FilterLevelExact(1).FilterMessageSnippet("does not answer").All(), 1, "one warning")
	require.NoError(t, r.Shutdown(ctx))

	// A restart meanwhile: the kept copy is in force.
	r = newRig(t, fromGateway(g, &id)).start(host{id: file()})
	assert.Equal(t, uint64(10), r.rows("fraud", "1"))
	r.ready(1)

	g.away.Store(false)
	g.catalog.add(newEntry(example("fraud", "", 11), fromDirectory, "x"))
	require.NoError(t, r.source.poll(ctx))
	assert.Equal(t, uint64(11), r.rows("fraud", "1"))
	g.catalog.set(fromDirectory, nil)
	require.NoError(t, r.source.poll(ctx))
	require.NoError(t, r.Shutdown(ctx))

	g.away.Store(true)
	r = newRig(t, fromGateway(g, &id)).start(host{id: file()})
	assert.Nil(t, r.Profile("fraud", "1"), "what was withdrawn does not come back")
}

func TestSourceThatTalksNonsense(t *testing.T) {
	g := newGateway(t)
	g.catalog.add(newEntry(example("fraud", "", 10), fromDirectory, "x"))
	r := newRig(t, fromGateway(g, nil)).start(nil).ready(1)
	ctx := context.Background()
	list := `{"profiles": [{"model": "fraud", "id": "new"}, {"model": "churn", "id": "new"}]}`
	for _, test := range []struct{ list, profile, says string }{
		{`<html>`, "", "is source::endpoint the profiles server of another Collector?"},
		{`{}`, "", "no list of profiles"},
		{list, `{"schema": "leeway.profile/v9"}`, `schema is "leeway.profile/v9"`},
		{list, `{`, "not a whole profile"},
		{list, string(text(t, example("other", "", 1))), `it is for model "other"`},
		{list, string(make([]byte, 40<<20)), "raise max_profile_size"},
	} {
		respond := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			content := test.profile
			if r.URL.Path == listPath {
				content = test.list
			}
			_, _ = w.Write([]byte(content))
		})
		g.respond.Store(&respond)
		require.ErrorContains(t, r.source.poll(ctx), test.says)
		assert.Equal(t, uint64(10), r.rows("fraud", "1"), "the last good copy stays")
		assert.Nil(t, r.Profile("churn", "1"))
	}
	rejected := r.counter("otelcol_profiles_rejected")
	assert.Positive(t, rejected)

	g.respond.Store(nil)
	require.NoError(t, r.source.poll(ctx))
	assert.Equal(t, uint64(10), r.rows("fraud", "1"))
}

func TestBackoff(t *testing.T) {
	s := &source{interval: time.Minute}
	for _, most := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 32 * time.Second, time.Minute, time.Minute} {
		wait := s.pause(assert.AnError)
		assert.LessOrEqual(t, wait, most)
		assert.GreaterOrEqual(t, wait, most*4/5-time.Nanosecond)
	}
	assert.GreaterOrEqual(t, s.pause(nil), 48*time.Second)
	assert.LessOrEqual(t, s.pause(assert.AnError), time.Second, "begins anew")
}
