package pebblestorage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/leeway-ml/leeway/extension/storage/pebblestorage/internal/metadata"
)

func TestConfig(t *testing.T) {
	for name, c := range map[string]struct {
		settings map[string]any
		want     string
	}{
		"default":     {nil, ""},
		"all":         {map[string]any{"directory": "x", "sync": false, "compression": "good", "cache_size_mib": 1, "memtable_size_mib": 8, "min_free_mib": 0}, ""},
		"directory":   {map[string]any{"directory": ""}, "directory: empty"},
		"file":        {map[string]any{"directory": "store_test.go"}, `directory: "store_test.go" is a file`},
		"compression": {map[string]any{"compression": "zip"}, `compression: "zip" must be one of [fast good none]`},
		"cache":       {map[string]any{"cache_size_mib": 0}, "cache_size_mib: 0 must be from 1"},
		"unknown":     {map[string]any{"fsync": true}, "fsync: unknown key"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := createDefaultConfig().(*Config)
			err := confmap.NewFromStringMap(c.settings).Unmarshal(cfg)
			if err == nil {
				err = cfg.Validate()
			}
			if c.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, c.want)
			}
		})
	}
}

func TestRestart(t *testing.T) {
	ctx, directory := context.Background(), filepath.Join(t.TempDir(), "made", "at", "start")
	for _, compression := range []string{"none", "fast", "good"} {
		s := open(t, configured(directory, func(c *Config) { c.Compression = compression }))
		c := clientOf(t, s, component.KindProcessor, owner, "")
		require.NoError(t, c.Set(ctx, compression, []byte("kept")))
		require.NoError(t, s.Shutdown(ctx))
		require.NoError(t, s.Shutdown(ctx))
	}
	c := clientOf(t, open(t, configured(directory, nil)), component.KindProcessor, owner, "")
	for _, compression := range []string{"none", "fast", "good"} {
		value, err := c.Get(ctx, compression)
		require.NoError(t, err)
		require.Equal(t, "kept", string(value))
	}
}

func startError(t *testing.T, cfg *Config) error {
	t.Helper()
	s, err := newStore(extensiontest.NewNopSettings(metadata.Type), cfg)
	require.NoError(t, err)
	err = s.Start(context.Background(), componenttest.NewNopHost())
	require.NoError(t, s.Shutdown(context.Background()))
	return err
}

func TestLocked(t *testing.T) {
	cfg := configured(t.TempDir(), nil)
	open(t, cfg)
	require.ErrorContains(t, startError(t, cfg), "is in use, or may not be written; each pebble_storage of each process needs a directory of its own")
}

func TestCorrupt(t *testing.T) {
	ctx, directory := context.Background(), t.TempDir()
	s := open(t, configured(directory, nil))
	c := clientOf(t, s, component.KindProcessor, owner, "")
	for i := range 100 {
		require.NoError(t, c.Set(ctx, fmt.Sprint(i), make([]byte, 1000)))
	}
	require.NoError(t, s.Shutdown(ctx))
	manifests, err := filepath.Glob(filepath.Join(directory, "MANIFEST-*"))
	require.NoError(t, err)
	require.NotEmpty(t, manifests)
	for _, path := range manifests {
		require.NoError(t, os.WriteFile(path, []byte("not what it was"), 0o600))
	}
	require.ErrorContains(t, startError(t, configured(directory, nil)), "move it away to start with an empty one")
}

func TestDirectoryThatCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.ErrorContains(t, startError(t, configured(filepath.Join(file, "below"), nil)), "can't be made")
}

func TestNoRoom(t *testing.T) {
	ctx := context.Background()
	s := open(t, configured(t.TempDir(), nil))
	c := clientOf(t, s, component.KindProcessor, owner, "")
	require.NoError(t, c.Set(ctx, "a", []byte("1")))
	s.room.least = 1 << 60
	err := c.Set(ctx, "a", []byte("2"))
	require.ErrorIs(t, err, storage.ErrStorageFull)
	require.ErrorContains(t, err, "less than min_free_mib")
	value, err := c.Get(ctx, "a")
	require.NoError(t, err, "reading goes on")
	require.Equal(t, "1", string(value))
	s.room.least = 0
	require.NoError(t, c.Set(ctx, "a", []byte("2")))
}

// failing is a file system whose log can't be written any more.
type failing struct {
	vfs.FS
	fails atomic.Bool
}

type failingFile struct {
	vfs.File
	of *failing
}

func (f *failing) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	file, err := f.FS.Create(name, category)
	if category == ofLog && err == nil {
		return &failingFile{file, f}, nil
	}
	return file, err
}

func (f *failingFile) Write(b []byte) (int, error) {
	if f.of.fails.Load() {
		return 0, errors.New("no space left on device")
	}
	return f.File.Write(b)
}

// statusHost remembers what it is told.
type statusHost struct {
	component.Host
	events chan *componentstatus.Event
}

func (h *statusHost) Report(e *componentstatus.Event) { h.events <- e }

func TestLogThatCannotBeWritten(t *testing.T) {
	ctx := context.Background()
	s, err := newStore(extensiontest.NewNopSettings(metadata.Type), configured(t.TempDir(), nil))
	require.NoError(t, err)
	fs := &failing{FS: vfs.NewMem()}
	s.fs = fs
	h := &statusHost{componenttest.NewNopHost(), make(chan *componentstatus.Event, 1)}
	require.NoError(t, s.Start(ctx, h))
	c := clientOf(t, s, component.KindProcessor, owner, "")
	require.NoError(t, c.Set(ctx, "a", nil))
	db := s.db
	fs.fails.Store(true)
	require.ErrorContains(t, c.Set(ctx, "a", nil), "see that the disk has room")
	require.Equal(t, componentstatus.StatusFatalError, (<-h.events).Status())
	_, err = c.Get(ctx, "a")
	require.ErrorContains(t, err, "see that the disk has room")
	require.NoError(t, s.Shutdown(ctx))
	fs.fails.Store(false)
	_ = db.Close() // for its goroutines
}
