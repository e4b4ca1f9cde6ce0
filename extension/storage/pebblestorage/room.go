package pebblestorage

import (
	"fmt"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// room refuses writes before the disk is full: a store that can't write its log can't go on at all.
type room struct {
	fs        vfs.FS
	directory string
	least     uint64

	mu      sync.Mutex
	checked time.Time
	written uint64
	err     error
}

// How often, and after how much was written, the disk is looked at.
const (
	checkInterval = time.Second
	checkBytes    = 16 << 20
)

// check says whether so many bytes may be written.
func (r *room) check(bytes int) error {
	if r.least == 0 {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.written += uint64(bytes)
	if now := time.Now(); r.written > checkBytes || now.Sub(r.checked) > checkInterval {
		r.checked, r.written, r.err = now, 0, nil
		if usage, err := r.fs.GetDiskUsage(r.directory); err == nil && usage.AvailBytes < r.least+uint64(bytes) {
			r.err = fmt.Errorf("%w: the disk of %q has %d MiB left, less than min_free_mib, which is %d; make room",
				storage.ErrStorageFull, r.directory, usage.AvailBytes>>20, r.least>>20)
		}
	}
	return r.err
}
