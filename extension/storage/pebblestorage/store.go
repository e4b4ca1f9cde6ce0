package pebblestorage

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/extension/storage/pebblestorage/internal/metadata"
)

// store is the extension: one database, of which each client has the keys that begin with its name.
type store struct {
	config    *Config
	logger    *zap.Logger
	telemetry *metadata.TelemetryBuilder
	fs        vfs.FS
	room      *room

	// mu guards db: whoever uses it holds it for reading.
	mu   sync.RWMutex
	db   *pebble.DB
	lock *pebble.Lock
	// broken is why the database can't be used any more.
	broken brokenBy
}

var _ storage.Extension = (*store)(nil)

// memtables is how many tables there may be in memory: one that is written to, the others on their way to the disk.
const memtables = 3

var errNotRunning = errors.New("pebble_storage does not run")

func newStore(set extension.Settings, cfg *Config) (*store, error) {
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	s := &store{config: cfg, logger: set.Logger, telemetry: telemetry, fs: vfs.Default}
	if !cfg.Sync {
		s.fs = unsynced{s.fs}
	}
	s.room = &room{fs: s.fs, directory: cfg.Directory, least: uint64(cfg.MinFreeMiB) << 20}
	return s, nil
}

// Start opens the database.
func (s *store) Start(_ context.Context, host component.Host) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db != nil {
		return nil
	}
	s.broken.host = host
	if err := s.fs.MkdirAll(s.config.Directory, 0o750); err != nil {
		return fmt.Errorf("directory: %q can't be made; name one that can, or change who may write: %w", s.config.Directory, err)
	}
	lock, err := pebble.LockDirectory(s.config.Directory, s.fs)
	if err != nil {
		return fmt.Errorf("directory: %q is in use, or may not be written; each pebble_storage of each process needs a directory of its own: %w", s.config.Directory, err)
	}
	db, err := s.open(lock)
	if err != nil {
		_ = lock.Close()
		if pebble.IsCorruptionError(err) {
			return fmt.Errorf("directory: %q is corrupt; move it away to start with an empty one, or bring back a copy: %w", s.config.Directory, err)
		}
		return fmt.Errorf("directory: %q can't be opened; if no other program wrote there and the disk has room, move it away to start with an empty one: %w", s.config.Directory, err)
	}
	s.db, s.lock = db, lock
	return s.observe()
}

func (s *store) open(lock *pebble.Lock) (db *pebble.DB, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	options := &pebble.Options{
		FS:                          s.fs,
		Lock:                        lock,
		Logger:                      &logger{s.logger, &s.broken},
		FormatMajorVersion:          pebble.FormatNewest,
		CacheSize:                   int64(s.config.CacheSizeMiB+memtables*s.config.MemtableSizeMiB) << 20, // memtables take their room from it
		MemTableSize:                uint64(s.config.MemtableSizeMiB) << 20,
		MemTableStopWritesThreshold: memtables,
		MaxOpenFiles:                500,
		L0CompactionThreshold:       4,
		L0StopWritesThreshold:       24,
		LBaseMaxBytes:               64 << 20,
	}
	for i := range options.Levels {
		options.Levels[i].FilterPolicy = bloom.FilterPolicy(10) // most keys that are asked for are not there
	}
	options.ApplyCompressionSettings(compressions[s.config.Compression])
	return pebble.Open(s.config.Directory, options)
}

// observe registers the gauges.
func (s *store) observe() error {
	sizes := func(of func(*pebble.Metrics) int64) metric.Int64Callback {
		return func(_ context.Context, o metric.Int64Observer) error {
			s.mu.RLock()
			defer s.mu.RUnlock()
			if s.db != nil && s.broken.error() == nil {
				o.Observe(of(s.db.Metrics()))
			}
			return nil
		}
	}
	return errors.Join(
		s.telemetry.RegisterPebbleStorageDiskSizeCallback(sizes(func(m *pebble.Metrics) int64 { return int64(m.DiskSpaceUsage()) })),
		s.telemetry.RegisterPebbleStorageMemorySizeCallback(sizes(func(m *pebble.Metrics) int64 {
			return int64(m.MemTable.Size+m.MemTable.ZombieSize) + m.BlockCache.Size
		})),
		s.telemetry.RegisterPebbleStorageCompactionDebtCallback(sizes(func(m *pebble.Metrics) int64 { return int64(m.Compact.EstimatedDebt) })),
	)
}

// GetClient gives a component its part of the store.
func (s *store) GetClient(_ context.Context, kind component.Kind, id component.ID, name string) (storage.Client, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.db == nil {
		return nil, errNotRunning
	}
	return newClient(s, kind, id, name), nil
}

// Shutdown writes everything and closes the database. Clients that are still there get errors.
func (s *store) Shutdown(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.telemetry.Shutdown()
	if s.db == nil {
		return nil
	}
	db, lock := s.db, s.lock
	s.db, s.lock = nil, nil
	if s.broken.error() != nil {
		return nil // it might never end; what was acknowledged is in the log, and is read at the next start
	}
	return errors.Join(db.Close(), lock.Close())
}

// brokenBy remembers that the database gave up, and tells the Collector, which then stops.
type brokenBy struct {
	host component.Host
	mu   sync.Mutex
	err  error
}

func (b *brokenBy) error() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

func (b *brokenBy) set(err error) {
	b.mu.Lock()
	first := b.err == nil
	if first {
		b.err = err
	}
	b.mu.Unlock()
	if first && b.host != nil {
		componentstatus.ReportStatus(b.host, componentstatus.NewFatalErrorEvent(err))
	}
}
