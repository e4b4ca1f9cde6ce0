package groundtruthprocessor

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/extension/storage/pebblestorage"
	"github.com/leeway-ml/leeway/semconv"
)

const (
	killedBatch = 20 // events a batch
	killedLag   = 7  // batches from a prediction to its truth
	killedEnv   = "GROUND_TRUTH_TEST_REPLAY"
)

// TestKilled kills a replay with -9 at ten random moments. Its sender goes on where it has got no answer. No prediction that was
// acknowledged is lost from the join; none is counted twice, unless the next component had just taken it in when the process ended.
func TestKilled(t *testing.T) {
	if directory := os.Getenv(killedEnv); directory != "" {
		replay(t, directory)
		return
	}
	directory := t.TempDir()
	for range 10 {
		startReplay(t, directory, time.Duration(rand.IntN(int(80*time.Millisecond))))
	}
	batches := startReplay(t, directory, 0)

	written, err := os.ReadFile(filepath.Join(directory, "outcomes"))
	require.NoError(t, err)
	count := map[string]int{}
	lines := strings.Split(strings.TrimSpace(string(written)), "\n")
	twice := 0
	for i, line := range lines {
		if line == "start" || line == "" {
			continue
		}
		for id := range strings.FieldsSeq(line) {
			if count[id]++; count[id] > 1 {
				twice++
				// The outbox comes first after a start, and holds what was last passed on before.
				require.Equal(t, "start", lines[i-1], "%s came twice, not from the outbox", id)
				require.Contains(t, lines[i-2], id)
			}
		}
	}
	for i := range batches * killedBatch {
		require.Positive(t, count[fmt.Sprint("id", i)], "id%d is lost", i)
	}
	require.Len(t, count, batches*killedBatch)
	t.Logf("%d predictions joined, %d of them passed on twice", len(count), twice)
}

// startReplay runs the replay for a moment, then kills it; without a moment it lets it end. It returns how many batches of
// truths were acknowledged so far.
func startReplay(t *testing.T, directory string, moment time.Duration) int {
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	cmd.Env = append(os.Environ(), killedEnv+"="+directory)
	if moment == 0 {
		cmd.Env = append(cmd.Env, killedEnv+"_ENDS=1")
	}
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	killed, last := false, 0
	first := time.Time{}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		n, err := strconv.Atoi(lines.Text())
		if err != nil {
			continue
		}
		last = n
		if first.IsZero() {
			first = time.Now()
		}
		if moment > 0 && !killed && time.Since(first) >= moment {
			killed = true
			require.NoError(t, cmd.Process.Kill()) // SIGKILL
		}
	}
	if moment > 0 {
		require.Error(t, cmd.Wait(), "it was killed")
		require.True(t, killed)
	} else {
		require.NoError(t, cmd.Wait())
	}
	return last
}

// fileSink writes the ids of outcomes to a file, a line a batch, at once.
type fileSink struct{ file *os.File }

func (fileSink) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (s fileSink) ConsumeLogs(_ context.Context, logs plog.Logs) error {
	var line strings.Builder
	for _, rl := range logs.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, r := range sl.LogRecords().All() {
				if r.EventName() == semconv.EventOutcome {
					id, _ := r.Attributes().Get(semconv.AttrPredictionID)
					line.WriteString(id.Str() + " ")
				}
			}
		}
	}
	if line.Len() == 0 {
		return nil
	}
	_, err := s.file.WriteString(line.String() + "\n")
	return err
}

// replay sends predictions, and each batch's truths some batches later, from where the last one has got an answer, and says what it
// got an answer to.
func replay(t *testing.T, directory string) {
	ctx := context.Background()
	out, err := os.OpenFile(filepath.Join(directory, "outcomes"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	_, err = out.WriteString("start\n")
	require.NoError(t, err)
	progress := filepath.Join(directory, "acknowledged")
	n := 0
	if text, err := os.ReadFile(progress); err == nil {
		n, err = strconv.Atoi(string(text))
		require.NoError(t, err)
	}

	factory := pebblestorage.NewFactory()
	storageConfig := factory.CreateDefaultConfig().(*pebblestorage.Config)
	storageConfig.Directory, storageConfig.Sync = filepath.Join(directory, "pebble"), n%2 == 0
	extension, err := factory.Create(ctx, extensiontest.NewNopSettings(factory.Type()), storageConfig)
	require.NoError(t, err)
	require.NoError(t, extension.Start(ctx, componenttest.NewNopHost()))
	p, err := NewFactory().CreateLogs(ctx, settings(), configured(t, keep), fileSink{out})
	require.NoError(t, err)
	require.NoError(t, p.Start(ctx, host{storageID: extension.(component.Component)}))

	end := n + 20
	for ; os.Getenv(killedEnv+"_ENDS") == "" || n < end+killedLag; n++ {
		var events []func(plog.LogRecord)
		for i := range killedBatch {
			if made := n*killedBatch + i; os.Getenv(killedEnv+"_ENDS") == "" || n < end {
				events = append(events, prediction(second(n), fmt.Sprint("id", made), 0.5))
			}
			if known := (n-killedLag)*killedBatch + i; known >= 0 {
				events = append(events, truth(second(n), fmt.Sprint("id", known), "x"))
			}
		}
		require.NoError(t, p.ConsumeLogs(ctx, logsOf(events...)))
		// The sender has its answer; written in one piece, so that a kill leaves the old number or the new one.
		require.NoError(t, os.WriteFile(progress+".new", []byte(strconv.Itoa(n+1)), 0o600))
		require.NoError(t, os.Rename(progress+".new", progress))
		fmt.Println(max(0, n+1-killedLag))
	}
	require.NoError(t, p.Shutdown(ctx))
	require.NoError(t, extension.Shutdown(ctx))
}
