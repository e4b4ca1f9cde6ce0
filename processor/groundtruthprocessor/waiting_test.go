package groundtruthprocessor

import (
	"context"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/leeway-ml/leeway/internal/join"
)

var waiting = flag.Int("waiting", 20_000, "how many predictions wait in TestWaiting, as in 10000000")

// TestWaiting lets many predictions wait, joins some of them, and says what that took.
func TestWaiting(t *testing.T) {
	for _, where := range []string{"memory", "pebble"} {
		t.Run(where, func(t *testing.T) {
			h, directory, heap := host{}, "", heapSize()
			cfg := configured(t, func(c *Config) {
				c.Segments = [][]string{{"country"}}
				c.Limits.MaxMemoryMiB = 1 << 20
			})
			if where == "pebble" {
				cfg.Storage = &storageID
				h[storageID], directory = benchPebble(t, false)
			}
			r := run(t, cfg, h)
			next := consumertest.NewNop()
			ctx, batches := context.Background(), *waiting/benchBatch

			start := cpu()
			for n := range batches {
				require.NoError(t, r.logs.shared.consumeLogs(ctx, benchPredictions(n), next))
			}
			all := int64(batches * benchBatch)
			t.Logf("%d predictions wait: %v of processors each", all, (cpu()-start)/time.Duration(all))
			if where == "memory" {
				t.Logf("%d bytes of heap each, %d by the processor's own count", (heapSize()-heap)/all, r.logs.shared.backend.size()/all)
			} else {
				t.Logf("%d MiB of memory at most; %d bytes of disk each", peak(), sizeOf(t, directory)/all)
			}
			_, held := r.logs.shared.models.counts()
			require.Equal(t, all, held[join.Waiting])

			start = cpu()
			joins := min(batches, 200)
			for i := range joins {
				n := i * (batches / joins)
				require.NoError(t, r.logs.shared.consumeLogs(ctx, benchTruths(n, batches), next))
			}
			found := int64(joins * benchBatch)
			t.Logf("%d of them find their truth: %v of processors each; %d MiB of memory at most", found, (cpu()-start)/time.Duration(found), peak())
			_, held = r.logs.shared.models.counts()
			require.Equal(t, found, held[join.Joined])
			require.Equal(t, all-found, held[join.Waiting])
			r.end(t)
		})
	}
}

// heapSize is what lives on the heap.
func heapSize() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// peak is the most memory that the process has had, in MiB; 0 where the system does not say.
func peak() int {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, _ := strconv.Atoi(strings.Fields(rest)[0])
			return kib >> 10
		}
	}
	return 0
}

func sizeOf(t *testing.T, directory string) (total int64) {
	require.NoError(t, filepath.WalkDir(directory, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil // files come and go
		}
		if info, err := entry.Info(); err == nil {
			total += info.Size()
		}
		return nil
	}))
	return total
}
