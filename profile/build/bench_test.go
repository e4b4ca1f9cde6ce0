package build

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wide writes a CSV of n rows over 60 days with 20 features, a category and a score; digits is how fine the numbers are.
func wide(t testing.TB, n, digits int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), fmt.Sprintf("wide%d.csv", n))
	var b strings.Builder
	b.WriteString("timestamp")
	for i := range 20 {
		fmt.Fprintf(&b, ",f%d", i)
	}
	b.WriteString(",category,score\n")
	random := rand.New(rand.NewPCG(9, 9))
	start := time.Date(2025, 1, 6, 0, 0, 0, 0, time.UTC)
	step := 60 * 24 * time.Hour / time.Duration(n)
	for i := range n {
		b.WriteString(start.Add(step * time.Duration(i)).Format(time.RFC3339))
		for range 20 {
			fmt.Fprintf(&b, ",%.*f", digits, random.NormFloat64())
		}
		fmt.Fprintf(&b, ",c%d,%.3f\n", random.IntN(50), random.Float64())
	}
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o600))
	return path
}

// peak makes a profile and returns the greatest live heap in bytes, above what was there before.
func peak(t testing.TB, path string, memory int) int64 {
	live := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before, most := live(), int64(0)
	made(t, scored(func(o *Options) {
		o.ChunkMemory = memory
		o.OnProgress = func(Progress) { most = max(most, live()-before) }
	}), path)
	return most
}

// TestMemoryDoesNotGrowWithRows: five times the rows take the same memory.
func TestMemoryDoesNotGrowWithRows(t *testing.T) {
	few, many := peak(t, wide(t, 10_000, 2), 8<<20), peak(t, wide(t, 50_000, 2), 8<<20)
	t.Logf("peak of 10,000 rows %d kB, of 50,000 rows %d kB", few/1000, many/1000)
	assert.Less(t, float64(many), 1.3*float64(few)+1e6)
}

// BenchmarkBuild is all passes over 23 columns: rounded numbers are counted exactly, fine ones go into a digest.
func BenchmarkBuild(b *testing.B) {
	for name, digits := range map[string]int{"rounded": 2, "fine": 9, "rounded, without joint": 2} {
		b.Run(name, func(b *testing.B) {
			o := scored(func(o *Options) { o.WithoutJoint = strings.HasSuffix(name, "without joint") })
			const n = 50_000
			path := wide(b, n, digits)
			info, err := os.Stat(path)
			require.NoError(b, err)
			b.SetBytes(info.Size())
			b.ReportAllocs()
			for b.Loop() {
				made(b, o, path)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
		})
	}
}
