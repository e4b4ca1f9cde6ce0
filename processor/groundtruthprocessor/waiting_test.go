package groundtruthprocessor

import (
	"context"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/leeway-ml/leeway/internal/join"
)

var waiting = flag.Int("waiting", 20_000, "how many predictions wait in TestWaiting, as in 10000000")

// TestWaiting lets many predictions wait in Pebble, joins some of them, and says what that took.
func TestWaiting(t *testing.T) {
	e, directory := benchPebble(t, false)
	r := run(t, configured(t, func(c *Config) {
		c.Segments = [][]string{{"country"}}
		c.Storage = &storageID
	}), host{storageID: e})
	next := consumertest.NewNop()
	ctx, batches := context.Background(), *waiting/benchBatch

	start := cpu()
	for n := range batches {
		require.NoError(t, r.logs.shared.consumeLogs(ctx, benchPredictions(n), next))
	}
	t.Logf("%d predictions wait: %v of processors each; %d MiB of memory at most; %d bytes of disk each", batches*benchBatch,
		(cpu()-start)/time.Duration(batches*benchBatch), peak(), sizeOf(t, directory)/int64(batches*benchBatch))
	_, held := r.logs.shared.models.counts()
	require.Equal(t, int64(batches*benchBatch), held[join.Waiting])

	start = cpu()
	joins := min(batches, 200)
	for i := range joins {
		n := i * (batches / joins)
		require.NoError(t, r.logs.shared.consumeLogs(ctx, benchTruths(n, batches), next))
	}
	t.Logf("%d of them find their truth: %v of processors each; %d MiB of memory at most", joins*benchBatch, (cpu()-start)/time.Duration(joins*benchBatch), peak())
	_, held = r.logs.shared.models.counts()
	require.Equal(t, int64(joins*benchBatch), held[join.Joined])
	require.Equal(t, int64((batches-joins)*benchBatch), held[join.Waiting])
	r.end(t)
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
