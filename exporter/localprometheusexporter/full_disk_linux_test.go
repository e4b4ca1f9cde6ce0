package localprometheusexporter

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const limitedProcess = "LEEWAY_TEST_LIMITED"

// TestFullDisk: while the disk takes nothing, samples are counted as not written and said once; the pipeline goes on, queries are
// answered, and once there is room, samples are kept again. A limit of file size stands in for the full disk; it is a whole
// process's, so the test is one of its own.
func TestFullDisk(t *testing.T) {
	if os.Getenv(limitedProcess) == "" {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFullDisk$", "-test.v")
		child.Env = append(os.Environ(), limitedProcess+"=1")
		output, err := child.CombinedOutput()
		require.NoError(t, err, string(output))
		require.Contains(t, string(output), "--- PASS: TestFullDisk")
		return
	}
	config := storeAlone(t)
	r := start(t, config)
	now := time.Now()
	r.send(gauge("m", "", 1, nil, now))

	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	var before syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before))
	full := before
	full.Cur = 64 << 10
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full))
	restored := false
	restore := func() {
		if !restored {
			restored = true
			require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before))
		}
	}
	defer restore()
	failed := func() int64 { return r.counted("otelcol_local_prometheus_samples_dropped")[reasonWriteFailed] }
	i := 0
	for ; failed() == 0 && i < 100_000; i++ {
		r.send(gauge("m", "", float64(i), map[string]any{"i": int64(i)}, now.Add(time.Second)))
	}
	require.Positive(t, failed())
	r.send(gauge("m", "", 0, nil, now.Add(2*time.Second)))
	assert.Len(t, r.logs.FilterMessageSnippet("The store can't be written").All(), 1)
	assert.Equal(t, map[string]string{"m": "1"}, r.query(`m{i=""}`, now, "__name__"))

	restore()
	r.send(gauge("m", "", 5, nil, now.Add(3*time.Second)))
	assert.Equal(t, map[string]string{"m": "5"}, r.query(`m{i=""}`, now.Add(3*time.Second), "__name__"))
	require.NoError(t, r.Shutdown(t.Context()))
	again := *config
	r = start(t, &again)
	assert.Equal(t, map[string]string{"m": "5"}, r.query(`m{i=""}`, now.Add(3*time.Second), "__name__"), "and is there after a restart")
}
