package localprometheusexporter

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/util/compression"
)

const (
	// blockLength is the event time in a block as it is first written. Prometheus' own 2h would make 1,500 blocks of a replay of
	// four months; the head, which is kept in memory, is at most one and a half of them long.
	blockLength = 8 * time.Hour
	// maxBlockLength is what blocks are merged to at most; retention removes whole blocks.
	maxBlockLength = 9 * blockLength
	// outOfOrderChunk is how many samples that are not in order make a chunk.
	outOfOrderChunk = 120
)

// openStorage opens the store, repairs it where it was cut off, and locks its directory.
func openStorage(config *Config, log *slog.Logger, registry prometheus.Registerer) (*tsdb.DB, error) {
	if err := os.MkdirAll(config.Directory, 0o750); err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	options := tsdb.DefaultOptions()
	options.RetentionDuration = config.Retention.Time.Milliseconds()
	options.MaxBytes = config.Retention.Size
	// Event time: whatever retention would keep may arrive, in any order.
	options.OutOfOrderTimeWindow = config.Retention.Time.Milliseconds()
	options.OutOfOrderCapMax = outOfOrderChunk
	options.MinBlockDuration = blockLength.Milliseconds()
	options.MaxBlockDuration = maxBlockLength.Milliseconds()
	options.EnableOverlappingCompaction = true
	options.WALCompression = compression.Snappy
	db, err := tsdb.Open(config.Directory, log, registry, options, nil)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return nil, fmt.Errorf("directory: %q is in use by another process; stop that one, or name another folder: %w", config.Directory, err)
	case err != nil:
		return nil, fmt.Errorf("directory: the store in %q can't be opened; look at what follows, or move the folder away to begin anew: %w", config.Directory, err)
	}
	return db, nil
}

// storageSize is how many bytes the store has on disk.
func storageSize(directory string) int64 {
	var size int64
	_ = filepath.WalkDir(directory, func(_ string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil //nolint:nilerr // a block that was removed meanwhile has no size
		}
		if info, err := entry.Info(); err == nil {
			size += info.Size()
		}
		return nil
	})
	return size
}
