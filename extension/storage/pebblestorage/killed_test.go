package pebblestorage

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// TestKilled kills a process with -9 in the midst of writing, again and again: whatever it said was written is there, and what
// belongs together is there together.
func TestKilled(t *testing.T) {
	if directory := os.Getenv("PEBBLE_STORAGE_TEST_WRITER"); directory != "" {
		writeForEver(t, directory)
		return
	}
	for _, sync := range []bool{true, false} {
		t.Run(fmt.Sprintf("sync=%v", sync), func(t *testing.T) {
			ctx, directory := context.Background(), t.TempDir()
			for range 4 {
				acknowledged := killWriter(t, directory, sync)
				s := open(t, configured(directory, nil))
				c := clientOf(t, s, component.KindProcessor, owner, "")
				for n := range acknowledged + 1 {
					a, b := storage.GetOperation(fmt.Sprint("a", n)), storage.GetOperation(fmt.Sprint("b", n))
					require.NoError(t, c.Batch(ctx, a, b))
					require.Equal(t, a.Value, b.Value, "what was written together")
					if n < acknowledged {
						require.Len(t, a.Value, 8, "%d of %d", n, acknowledged)
						require.Equal(t, uint64(n), binary.BigEndian.Uint64(a.Value))
					}
				}
				require.NoError(t, s.Shutdown(ctx))
			}
		})
	}
}

// killWriter lets a process write for a moment, kills it, and returns how many writes it has acknowledged in all.
func killWriter(t *testing.T, directory string, sync bool) int {
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	cmd.Env = append(os.Environ(), "PEBBLE_STORAGE_TEST_WRITER="+directory, "PEBBLE_STORAGE_TEST_SYNC="+strconv.FormatBool(sync))
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	acknowledged := 0
	killed := false
	lines := bufio.NewScanner(out)
	first := time.Time{}
	moment := time.Duration(rand.IntN(int(100 * time.Millisecond)))
	for lines.Scan() {
		n, err := strconv.Atoi(lines.Text())
		if err != nil {
			continue
		}
		acknowledged = n + 1
		if first.IsZero() {
			first = time.Now()
		}
		if !killed && time.Since(first) >= moment {
			killed = true
			require.NoError(t, cmd.Process.Kill()) // SIGKILL
		}
	}
	require.Error(t, cmd.Wait(), "it was killed")
	require.True(t, killed)
	return acknowledged
}

// writeForEver goes on where the last one stopped.
func writeForEver(t *testing.T, directory string) {
	ctx := context.Background()
	s := open(t, configured(directory, func(c *Config) { c.Sync = os.Getenv("PEBBLE_STORAGE_TEST_SYNC") == "true" }))
	c := clientOf(t, s, component.KindProcessor, owner, "")
	n := 0
	for ; ; n++ {
		value, err := c.Get(ctx, fmt.Sprint("a", n))
		require.NoError(t, err)
		if value == nil {
			break
		}
	}
	for ; ; n++ {
		value := binary.BigEndian.AppendUint64(nil, uint64(n))
		if err := c.Batch(ctx, storage.SetOperation(fmt.Sprint("a", n), value), storage.SetOperation(fmt.Sprint("b", n), value)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
		fmt.Println(n)
	}
}
