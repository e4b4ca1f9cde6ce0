package groundtruthprocessor

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/plog"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/extension/storage/pebblestorage"
	"github.com/leeway-ml/leeway/semconv"
)

var storageID = component.MustNewID("kept")

func keep(c *Config) { c.Storage = &storageID }

// plain is a storage extension that can do no more than it must, and fails when it is told to.
type plain struct {
	component.StartFunc
	component.ShutdownFunc
	mu          sync.Mutex
	entries     map[string][]byte
	read, write error
}

func newPlain() *plain { return &plain{entries: map[string][]byte{}} }

func (p *plain) GetClient(context.Context, component.Kind, component.ID, string) (storage.Client, error) {
	return p, nil
}

func (p *plain) Get(ctx context.Context, key string) ([]byte, error) {
	op := storage.GetOperation(key)
	err := p.Batch(ctx, op)
	return op.Value, err
}

func (p *plain) Set(ctx context.Context, key string, value []byte) error {
	return p.Batch(ctx, storage.SetOperation(key, value))
}

func (p *plain) Delete(ctx context.Context, key string) error {
	return p.Batch(ctx, storage.DeleteOperation(key))
}

func (*plain) Close(context.Context) error { return nil }

func (p *plain) Batch(_ context.Context, ops ...*storage.Operation) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, op := range ops {
		if op.Type == storage.Get && p.read != nil {
			return p.read
		}
		if op.Type != storage.Get && p.write != nil {
			return p.write
		}
	}
	for _, op := range ops {
		switch op.Type {
		case storage.Get:
			op.Value = slices.Clone(p.entries[op.Key])
		case storage.Set:
			p.entries[op.Key] = slices.Clone(op.Value)
		case storage.Delete:
			delete(p.entries, op.Key)
		}
	}
	return nil
}

func (p *plain) fail(read, write error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.read, p.write = read, write
}

// copyOf is what would be found after a crash at this moment.
func (p *plain) copyOf() *plain {
	p.mu.Lock()
	defer p.mu.Unlock()
	return &plain{entries: maps.Clone(p.entries)}
}

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

func TestRestart(t *testing.T) {
	for name, open := range storages(t) {
		t.Run(name, func(t *testing.T) {
			feedback := record(semconv.EventFeedback, second(3), "later", semconv.AttrFeedbackName, "thumb", "comment", "kept")
			h, end := open()
			r := run(t, configured(t, inOrder(keep)), h)
			r.send(t, logsOf(prediction(second(1), "a", 0.5), prediction(second(1), "never", 0.5), truth(second(2), "early", "x"), feedback,
				prediction(second(1), "done", 0.5), truth(second(2), "done", "x")))
			require.NoError(t, r.traces.ConsumeTraces(t.Context(), spansOf("span")))
			counted := r.counts(t)
			r.end(t)
			end()
			require.Contains(t, counted, "held{state=waiting} 3")

			h, end = open()
			r = run(t, configured(t, inOrder(keep)), h)
			held := func(lines []string) (held []string) {
				for _, line := range lines {
					if line[:5] == "held{" {
						held = append(held, line)
					}
				}
				return held
			}
			require.Equal(t, held(counted), held(r.counts(t)))
			r.send(t, logsOf(truth(second(4), "a", "x"), truth(second(4), "span", "x"), prediction(second(1), "early", 0.5), prediction(second(1), "later", 0.5),
				prediction(second(1), "done", 0.5), truth(second(5), "done", "y")))
			require.Equal(t, []string{"a x joined", "done y duplicate", "early x joined", "later  joined", "span x joined"}, resultsOf(r.sink.take()))
			r.end(t)
			end()

			h, end = open()
			r = run(t, configured(t, inOrder(keep)), h)
			r.send(t, logsOf(truth(second(1000), "event time goes on", "x")))
			require.Equal(t, []string{"later  expired", "never  expired"}, resultsOf(r.sink.take()))
			require.Contains(t, r.counts(t), "held{state=early} 1")
			require.Contains(t, r.counts(t), "held{state=waiting} 0")
			require.Contains(t, r.counts(t), "held{state=joined} 0")
			r.end(t)
			end()
		})
	}
}

// TestNothingIsLeftBehind: when all is over, the storage holds no more than the index.
func TestNothingIsLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(24 * time.Hour)
		kept := newPlain()
		r := run(t, configured(t, inOrder(func(c *Config) { keep(c); c.Settle = 10 * time.Second })), host{storageID: kept})
		for i := range 300 {
			id := fmt.Sprint(i)
			r.send(t, logsOf(prediction(second(i), id, 0.5)))
			if i%3 > 0 {
				r.send(t, logsOf(truth(second(i+i%40), id, "x")))
			}
		}
		time.Sleep(2 * time.Hour)
		r.end(t)
		require.Len(t, resultsOf(r.sink.take()), 300)
		require.ElementsMatch(t, []string{"models", "m0"}, slices.Collect(maps.Keys(kept.entries)))
	})
}

// TestOrderAndRestartsDoNotMatter is TestOrderDoesNotMatter with a storage, and restarts at any time.
func TestOrderAndRestartsDoNotMatter(t *testing.T) {
	const settle = 15
	rapid.Check(t, func(rt *rapid.T) {
		h := historyGen(settle).Draw(rt, "history")
		restarts := rapid.SliceOfN(rapid.IntRange(0, 5), len(h.events), len(h.events)).Draw(rt, "restarts")
		var got []string
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(24 * time.Hour)
			cfg := func() *Config {
				return configured(t, inOrder(func(c *Config) { keep(c); c.Settle = settle * time.Second }))
			}
			kept := newPlain()
			r := run(t, cfg(), host{storageID: kept})
			var all []plog.Logs
			for i, e := range h.events {
				r.send(t, logsOf(e.event))
				if restarts[i] == 0 {
					r.end(t)
					all = append(all, r.sink.take()...)
					r = run(t, cfg(), host{storageID: kept})
				}
			}
			time.Sleep(time.Hour)
			r.end(t)
			got = resultsOf(append(all, r.sink.take()...))
		})
		if !slices.Equal(got, h.want) {
			rt.Fatalf("got\n%v\nwant\n%v", got, h.want)
		}
	})
}

// crashing is a component that the process does not survive: it keeps what the storage holds at that moment.
type crashing struct {
	of    *plain
	found *plain
}

func (*crashing) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (c *crashing) ConsumeLogs(context.Context, plog.Logs) error {
	c.found = c.of.copyOf()
	return nil
}

// TestCrashWhilePassingOn: outcomes that were marked, and may not have been passed on, are passed on after the restart.
func TestCrashWhilePassingOn(t *testing.T) {
	kept := newPlain()
	r := run(t, configured(t, keep), host{storageID: kept})
	r.send(t, logsOf(prediction(second(1), "a", 0.5)))
	crash := &crashing{of: kept}
	require.NoError(t, r.logs.shared.consumeLogs(t.Context(), logsOf(truth(second(2), "a", "x")), crash))
	r.end(t)

	synctest.Test(t, func(t *testing.T) {
		r := run(t, configured(t, keep), host{storageID: crash.found})
		require.Equal(t, []string{"a x joined"}, resultsOf(r.sink.take()))
		r.send(t, logsOf(truth(second(2), "a", "x"))) // its sender got no answer
		require.Equal(t, []string{"a x duplicate"}, resultsOf(r.sink.take()))
		r.end(t)

		r = run(t, configured(t, keep), host{storageID: crash.found})
		require.Empty(t, r.sink.take(), "once")
		r.end(t)
		require.NotContains(t, crash.found.entries, "o0")
	})
	require.NotContains(t, kept.entries, "o0", "what was passed on is not kept")
}

// TestCrashWhilePassingOnWhatIsDue likewise, for what was let go by the passing of time.
func TestCrashWhilePassingOnWhatIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(24 * time.Hour)
		kept := newPlain()
		r := run(t, configured(t, inOrder(keep)), host{storageID: kept})
		r.send(t, logsOf(prediction(second(1), "a", 0.5)))
		crash := &crashing{of: kept}
		r.logs.shared.outlets.Remove(r.sink)
		r.logs.shared.outlets.Add(crash)
		time.Sleep(time.Hour)
		r.logs.shared.outlets.Remove(crash)
		r.end(t)
		require.NotNil(t, crash.found)

		r = run(t, configured(t, inOrder(keep)), host{storageID: crash.found})
		time.Sleep(time.Hour)
		require.Equal(t, []string{"a  expired"}, resultsOf(r.sink.take()))
		r.end(t)
	})
}

func TestStorageFails(t *testing.T) {
	kept := newPlain()
	r := run(t, configured(t, keep), host{storageID: kept})
	r.send(t, logsOf(prediction(second(1), "a", 0.5)))

	kept.fail(nil, errors.New("disk full"))
	r.send(t, logsOf(prediction(second(1), "b", 0.5), truth(second(2), "a", "x")))
	r.send(t, logsOf(truth(second(2), "b", "x"), truth(second(2), "a", "x")))
	require.Equal(t, []string{"a x duplicate", "a x joined", "b x joined"}, resultsOf(r.sink.take()), "events go on and join")
	require.Contains(t, r.counts(t), "storage_failures{operation=write} 2")

	kept.fail(nil, nil)
	r.send(t, logsOf(prediction(second(1), "c", 0.5)))
	kept.fail(errors.New("unreadable"), nil)
	r.send(t, logsOf(truth(second(2), "c", "x")))
	require.Contains(t, r.counts(t), "events_refused{event=ground_truth,reason=storage} 1")
	kept.fail(nil, nil)
	r.end(t)

	r = run(t, configured(t, keep), host{storageID: kept})
	r.sink.take()
	r.send(t, logsOf(truth(second(2), "a", "x"), truth(second(2), "b", "x"), truth(second(3), "c", "x")))
	require.Equal(t, []string{"a x duplicate", "b x duplicate", "c x joined"}, resultsOf(r.sink.take()), "what could not be written was written later")
	r.end(t)
}

// TestStorageFailsForLong: what waits to be written is bounded, and what is given up is counted.
func TestStorageFailsForLong(t *testing.T) {
	kept := newPlain()
	kept.fail(nil, errors.New("disk full"))
	r := run(t, configured(t, nil), nil)
	s := newStored(kept, r.logs.shared.report)
	value := make([]byte, 1<<20)
	for i := range 100 {
		require.Error(t, s.submit(&write{keys: []key{{byte(i)}}, values: [][]byte{value}})(t.Context()))
	}
	require.LessOrEqual(t, s.size(), int64(maxUnsaved+1<<20))
	kept.fail(nil, nil)
	s.retry()
	require.Zero(t, s.size())
	require.Len(t, kept.entries, 63)
	require.Contains(t, r.counts(t), "storage_lost{} 37")
	require.NoError(t, s.close(t.Context()))
	r.end(t)
}

func TestCorruptStorage(t *testing.T) {
	kept := newPlain()
	r := run(t, configured(t, inOrder(keep)), host{storageID: kept})
	r.send(t, logsOf(prediction(second(1), "a", 0.5), prediction(second(1), "b", 0.5)))
	r.end(t)
	for key := range kept.entries {
		if key != indexKey {
			kept.entries[key] = []byte("no")
		}
	}
	r = run(t, configured(t, inOrder(keep)), host{storageID: kept})
	r.send(t, logsOf(truth(second(2), "a", "x"), prediction(second(3), "a", 0.5)))
	require.Equal(t, []string{"a x joined"}, resultsOf(r.sink.take()), "a new prediction joins")
	require.NotEmpty(t, r.log.FilterMessageSnippet("can't be read and is left out").All())
	r.end(t)

	kept.entries[indexKey] = []byte("no")
	r = run(t, configured(t, inOrder(keep)), host{storageID: kept})
	r.send(t, logsOf(prediction(second(1), "c", 0.5), truth(second(2), "c", "x")))
	require.Equal(t, []string{"c x joined"}, resultsOf(r.sink.take()))
	r.end(t)

	kept.fail(errors.New("unreadable"), nil)
	p, err := NewFactory().CreateLogs(t.Context(), settings(), configured(t, keep), r.sink)
	require.NoError(t, err)
	require.ErrorContains(t, p.Start(t.Context(), host{storageID: kept}), "storage: unreadable")
	require.NoError(t, p.Shutdown(t.Context()))
}
