package conceptdriftprocessor

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/extension/storage/pebblestorage"
	"github.com/leeway-ml/leeway/semconv"
)

const (
	killedBatches = 120
	killedEnv     = "CONCEPT_DRIFT_TEST_REPLAY"
)

// TestKilled kills a replay with -9, ten times, each time between two batches that were acknowledged. What is said, and what is
// remembered in the end, is to the bit what a replay says and remembers that nobody kills.
func TestKilled(t *testing.T) {
	if directory := os.Getenv(killedEnv); directory != "" {
		killedReplay(t, directory)
		return
	}
	steady := run(t, configured(t, watched), nil)
	var said []string
	for n := range killedBatches {
		steady.send(t, killedBatch(n))
		said = append(said, steady.said()...)
	}
	want := statesOf(t, steady)
	steady.end(t)
	require.Greater(t, len(said), 20)

	directory := t.TempDir()
	for n := 0; n < killedBatches; {
		n += 1 + rand.IntN(killedBatches/5)
		replayUntil(t, directory, min(n, killedBatches))
	}
	written, err := os.ReadFile(filepath.Join(directory, "said"))
	require.NoError(t, err)
	require.Equal(t, said, strings.Split(strings.TrimSpace(string(written)), "\n"))
	h := killedStorage(t, directory)
	r := run(t, configured(t, keep), h)
	require.Equal(t, want, statesOf(t, r))
	r.end(t)
	require.NoError(t, h[storageID].Shutdown(context.Background()))
}

// killedBatch is some outcomes, in no order; one of four batches has what was late for the one before.
func killedBatch(n int) plog.Logs {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	var events []func(plog.LogRecord)
	for i := range 20 {
		at := 20*n + i - n%4/3*60 + 120
		events = append(events, outcome(second(at), fmt.Sprint("id", n, "-", i), random.IntN(10) < 1+4*(n/20%2),
			semconv.AttrPredictionScore, random.Float64(), "country", []string{"DE", "FR"}[random.IntN(2)]))
	}
	random.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	return logsOf(events...)
}

// replayUntil runs the replay until so many batches were acknowledged, and kills it then.
func replayUntil(t *testing.T, directory string, batches int) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	cmd.Env = append(os.Environ(), killedEnv+"="+directory)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		n, err := strconv.Atoi(lines.Text())
		if err != nil {
			continue
		}
		if n >= batches {
			break
		}
		_, err = io.WriteString(in, "go on\n")
		require.NoError(t, err)
	}
	require.NoError(t, cmd.Process.Kill()) // SIGKILL
	require.Error(t, cmd.Wait(), "it was killed")
	progress, err := os.ReadFile(filepath.Join(directory, "acknowledged"))
	require.NoError(t, err)
	require.Equal(t, strconv.Itoa(batches), string(progress))
}

func killedStorage(t *testing.T, directory string) host {
	factory := pebblestorage.NewFactory()
	cfg := factory.CreateDefaultConfig().(*pebblestorage.Config)
	cfg.Directory, cfg.Sync = filepath.Join(directory, "pebble"), false
	e, err := factory.Create(context.Background(), extensiontest.NewNopSettings(factory.Type()), cfg)
	require.NoError(t, err)
	require.NoError(t, e.Start(context.Background(), componenttest.NewNopHost()))
	return host{storageID: e.(component.Component)}
}

// killedReplay sends the batches after those that were acknowledged, each when it is told to. It ends by being killed.
func killedReplay(t *testing.T, directory string) {
	said, err := os.OpenFile(filepath.Join(directory, "said"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	progress := filepath.Join(directory, "acknowledged")
	n := 0
	if text, err := os.ReadFile(progress); err == nil {
		n, err = strconv.Atoi(string(text))
		require.NoError(t, err)
	}
	r := run(t, configured(t, keep), killedStorage(t, directory))
	told := bufio.NewScanner(os.Stdin)
	for {
		fmt.Println(n)
		if !told.Scan() {
			return
		}
		r.send(t, killedBatch(n))
		n++
		for line := range slices.Values(r.said()) {
			_, err := said.WriteString(line + "\n")
			require.NoError(t, err)
		}
		require.NoError(t, os.WriteFile(progress, []byte(strconv.Itoa(n)), 0o600))
	}
}
