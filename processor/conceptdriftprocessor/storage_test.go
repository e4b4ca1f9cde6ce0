package conceptdriftprocessor

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/extension/storage/pebblestorage"
	"github.com/leeway-ml/leeway/semconv"
)

// storages that are tried: a plain one, file_storage, pebble_storage. Each call opens the same one again.
func storages(t *testing.T) map[string]func() (host, func()) {
	kept := newPlain()
	opened := func(factory extension.Factory) func() (host, func()) {
		directory := t.TempDir()
		return func() (host, func()) {
			cfg := factory.CreateDefaultConfig()
			switch cfg := cfg.(type) {
			case *filestorage.Config:
				cfg.Directory = directory
			case *pebblestorage.Config:
				cfg.Directory, cfg.Sync = directory, false
			}
			e, err := factory.Create(context.Background(), extensiontest.NewNopSettings(factory.Type()), cfg)
			require.NoError(t, err)
			require.NoError(t, e.Start(context.Background(), componenttest.NewNopHost()))
			return host{storageID: e}, func() { require.NoError(t, e.Shutdown(context.Background())) }
		}
	}
	return map[string]func() (host, func()){
		"plain":  func() (host, func()) { return host{storageID: kept}, func() {} },
		"file":   opened(filestorage.NewFactory()),
		"pebble": opened(pebblestorage.NewFactory()),
	}
}

func keep(c *Config) {
	watched(c)
	c.Storage, c.CheckpointInterval = &storageID, 0
}

// A restart changes nothing: what waits waits on, and detectors go on.
func TestRestart(t *testing.T) {
	steady := run(t, configured(t, watched), nil)
	var want []string
	batches := func(send func(plog.Logs)) {
		for i := range 20 {
			send(rowOf(50*i, 50, 1+4*(i/5%2), semconv.AttrPredictionScore, 0.5+float64(i)/50, "country", "DE"))
		}
		send(logsOf(outcome(second(10_000), "last", false)))
	}
	batches(func(logs plog.Logs) {
		steady.send(t, logs)
		want = append(want, steady.said()...)
	})
	steady.end(t)
	require.Greater(t, len(want), 20)
	for name, open := range storages(t) {
		t.Run(name, func(t *testing.T) {
			var got []string
			batches(func(logs plog.Logs) {
				h, closed := open()
				r := run(t, configured(t, func(c *Config) {
					keep(c)
					c.CheckpointInterval = time.Hour
				}), h)
				r.send(t, logs)
				r.end(t)
				closed()
				got = append(got, r.said()...)
			})
			require.Equal(t, want, got)
		})
	}
}

// A checkpoint holds what has changed, no more.
func TestOnlyChangesAreWritten(t *testing.T) {
	kept := newPlain()
	r := run(t, configured(t, keep), host{storageID: kept})
	defer r.end(t)
	for i, country := range []string{"DE", "FR", "ES", "IT"} {
		for range 100 {
			r.send(t, rowOf(i*1000, 50, 1, "country", country, semconv.AttrPredictionScore, 0.5))
		}
	}
	before := kept.written
	r.send(t, logsOf(outcome(second(4000), "", false, "country", "IT")))
	require.Less(t, kept.written-before, 1000, "the model, a chunk, and what it released")
	require.Less(t, kept.len(), 10)
	before = kept.written
	r.send(t, plog.NewLogs())
	r.watcher().store.save(context.Background(), r.watcher().models.all())
	require.Equal(t, before, kept.written)
}

// Every checkpoint_interval, and at the end, all is written.
func TestCheckpointInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(24 * time.Hour)
		kept := newPlain()
		r := run(t, configured(t, func(c *Config) {
			watched(c)
			c.Storage = &storageID
		}), host{storageID: kept})
		r.send(t, rowOf(0, 50, 1))
		require.Zero(t, kept.len())
		time.Sleep(10*time.Second + 1)
		synctest.Wait()
		require.Equal(t, 3, kept.len(), "index, model, chunk")
		r.send(t, rowOf(1000, 50, 1))
		require.Equal(t, 3, kept.len())
		r.end(t)
		require.Equal(t, 4, kept.len(), "index, model, chunk, detectors: the first chunk was taken")
	})
}

// A state of another configuration begins anew, and so does what is corrupt: all else goes on.
func TestOtherConfiguration(t *testing.T) {
	kept := newPlain()
	r := run(t, configured(t, keep), host{storageID: kept})
	r.send(t, rowOf(0, 1000, 1, semconv.AttrPredictionScore, 0.5, "country", "DE"))
	r.end(t)

	changed := run(t, configured(t, func(c *Config) {
		keep(c)
		window := 99
		c.Detectors[1].Window = &window // as long as the lane's other detector
		c.Detectors = append(c.Detectors, DetectorConfig{Signal: "brier"})
		c.Segments = [][]string{{"device"}}
	}), host{storageID: kept.copyOf()})
	w := changed.watcher()
	require.EqualValues(t, 1, w.streams.Load(), "stepd of the whole traffic")
	require.Positive(t, w.buffered.Load())
	require.Contains(t, changed.counts(t), "detectors_begun_anew{} 1")
	require.Equal(t, 1, changed.log.FilterMessageSnippet("it begins anew").Len())
	changed.send(t, logsOf(outcome(second(5000), "", false, semconv.AttrPredictionScore, 0.5)))
	require.EqualValues(t, 2, w.streams.Load(), "brier did not wait")
	require.Zero(t, w.models.all()[0].lanes[ofOutcome].slices)
	changed.end(t)

	moved := run(t, configured(t, func(c *Config) {
		keep(c)
		c.Detectors[0] = DetectorConfig{Signal: "error", Method: "ddm", Name: "error/stepd"}
	}), host{storageID: kept.copyOf()})
	require.Contains(t, moved.counts(t), "detectors_begun_anew{} 2", "another method, of the whole and of the slice")
	moved.end(t)
}

func TestCorrupt(t *testing.T) {
	kept := newPlain()
	r := run(t, configured(t, keep), host{storageID: kept})
	r.send(t, rowOf(0, 1000, 1, semconv.AttrPredictionScore, 0.5, "country", "DE"))
	r.end(t)
	for _, c := range []struct {
		key     string
		streams int64
		waits   bool
	}{
		{"models", 0, false},
		{"/model", 0, false},
		{"/group/", 2, true},
		{"/wait/", 4, false},
	} {
		for _, damage := range []func([]byte) []byte{
			func(b []byte) []byte { return b[:len(b)/2] },
			func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
			func([]byte) []byte { return []byte{} },
		} {
			damaged := kept.copyOf()
			done := false
			for key, value := range damaged.entries {
				if !done && strings.HasSuffix(key, c.key) || !done && strings.Contains(key, c.key) && c.key != "models" && c.key != "/model" {
					damaged.entries[key] = damage(slices.Clone(value))
					done = true
				}
			}
			require.True(t, done, c.key)
			r := run(t, configured(t, keep), host{storageID: damaged})
			w := r.watcher()
			require.Equal(t, c.streams, w.streams.Load(), c.key)
			require.Equal(t, c.waits, w.buffered.Load() > 0, c.key)
			require.Contains(t, r.counts(t), "checkpoint_corrupt{} 1", c.key)
			require.Equal(t, 1, r.log.FilterMessageSnippet("can't be read").Len())
			r.send(t, rowOf(1000, 500, 1, semconv.AttrPredictionScore, 0.5, "country", "DE"))
			r.end(t)
			again := run(t, configured(t, keep), host{storageID: damaged})
			require.NotContains(t, strings.Join(again.counts(t), "\n"), "checkpoint_corrupt", "it was written anew")
			require.EqualValues(t, 4, again.watcher().streams.Load(), c.key)
			again.end(t)
		}
	}
}

// Where there is room for fewer models than before, those of which something came last are watched on.
func TestFewerModels(t *testing.T) {
	kept := newPlain()
	r := run(t, configured(t, keep), host{storageID: kept})
	names := []string{"c", "a", "e", "b", "d"}
	for _, name := range names {
		r.send(t, rowOf(0, 300, 1, semconv.AttrModelName, name, "country", "DE"))
	}
	r.end(t)
	fewer := run(t, configured(t, func(c *Config) {
		keep(c)
		c.Limits.MaxModels = 2
	}), host{storageID: kept})
	var left []string
	for _, m := range fewer.watcher().models.all() {
		left = append(left, m.name)
	}
	require.ElementsMatch(t, names[3:], left)
	require.Contains(t, fewer.counts(t), "evicted{what=model} 3")
	require.EqualValues(t, 4, fewer.watcher().streams.Load())
	fewer.end(t)
	require.Equal(t, 1+2*4, kept.len(), "index; of each its state, what waits, and two groups")
}

// What can't be written is written later, in whole.
func TestStorageFails(t *testing.T) {
	kept := newPlain()
	r := run(t, configured(t, keep), host{storageID: kept})
	for i := range 30 {
		if i%3 > 0 {
			kept.fail(nil, errors.New("disk full"))
		}
		r.send(t, rowOf(20*i, 20, 1+4*(i/10), semconv.AttrPredictionScore, 0.5, "country", "DE"))
		kept.fail(nil, nil)
		if i%3 == 0 {
			restored := run(t, configured(t, keep), host{storageID: kept.copyOf()})
			require.Equal(t, statesOf(t, r), statesOf(t, restored))
			restored.end(t)
		}
	}
	require.Contains(t, r.counts(t), "checkpoint_failures{} 20")
	require.Equal(t, 1, r.log.FilterMessageSnippet("could not be stored").Len(), "it is said once")
	r.end(t)

	kept.fail(errors.New("gone"), nil)
	p, err := NewFactory().CreateLogs(context.Background(), settings(), configured(t, keep), &sink{})
	require.NoError(t, err)
	require.ErrorContains(t, p.Start(context.Background(), host{storageID: kept}), "storage: gone")
}

// other is an extension that stores nothing.
type other struct {
	component.StartFunc
	component.ShutdownFunc
}

func TestStorageMissing(t *testing.T) {
	for want, h := range map[string]host{
		`storage: no extension "kept" is running; define it under extensions and name it in service::extensions`: {},
		`storage: extension "kept" stores nothing; name a storage extension, as file_storage`:                    {storageID: other{}},
	} {
		p, err := NewFactory().CreateLogs(context.Background(), settings(), configured(t, keep), &sink{})
		require.NoError(t, err)
		require.EqualError(t, p.Start(context.Background(), h), want)
		require.NoError(t, p.Shutdown(context.Background()))
	}
}

// statesOf is all that is remembered, but for the wall clock.
func statesOf(t *testing.T, r *rig) map[string]string {
	states := map[string]string{}
	for _, m := range r.watcher().models.all() {
		m.mu.Lock()
		for _, l := range m.lanes {
			name := m.name + m.version + kindNames[l.kind]
			for key, g := range l.groups {
				for i, stream := range g.streams {
					if stream == nil {
						continue
					}
					state, err := stream.MarshalBinary()
					require.NoError(t, err)
					states[name+key+l.plan.detections[i].name] = string(state)
				}
			}
			var items []*item
			waits := slices.Clone(l.waiting)
			for len(waits) > 0 {
				items = append(items, waits.pop())
			}
			states[name+"waits"] = string(encodeItems(l.plan, items))
			s := m.state().lanes[l.kind]
			s.groups, s.first, s.next = nil, 0, 0
			times := modelState{name: m.name}
			times.lanes[l.kind] = s
			states[name+"times"] = string(times.encode())
		}
		m.mu.Unlock()
	}
	return states
}
