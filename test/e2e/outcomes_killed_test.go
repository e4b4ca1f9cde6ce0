package e2e

import (
	"bufio"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/semconv"
)

// outcomesKeeper writes events to a file. It outlives the collector that is killed.
func outcomesKeeper(out string) string {
	return options{out: out}.fill(`
receivers:
  otlp: {protocols: {grpc: {endpoint: "${leewaytest:otlp_grpc}"}}}
exporters:
  file: {path: OUT, append: true}
service:
  pipelines:
    logs: {receivers: [otlp], exporters: [file]}
`)
}

// mortalConfig joins, keeps what waits in the storage, and sends what it made to the keeper.
func mortalConfig(storage, folder, endpoint, keeper string) string {
	if endpoint == "" {
		endpoint = "${leewaytest:otlp_grpc}"
	}
	return strings.NewReplacer("STORAGE", storage, "FOLDER", folder, "ENDPOINT", endpoint, "KEEPER", keeper).Replace(`
extensions:
  STORAGE: {directory: "FOLDER"}
receivers:
  otlp: {protocols: {grpc: {endpoint: "ENDPOINT"}}}
processors:
  ground_truth: {time_to_live: 12h, allowed_lateness: 30h, idle_timeout: 1h, storage: STORAGE}
exporters:
  otlp_grpc:
    endpoint: KEEPER
    tls: {insecure: true}
    sending_queue: {enabled: false}
service:
  extensions: [STORAGE]
  pipelines:
    logs: {receivers: [otlp], processors: [ground_truth], exporters: [otlp_grpc]}
`)
}

// TestKilledJoin: kill -9 at ten random moments of a replay. Every prediction that was acknowledged is joined with its truth. None is twice, save
// that the outcomes of the one request that was under way at a kill may be passed on again, and of the one before: that it was taken is
// noted behind its acknowledgement.
func TestKilledJoin(t *testing.T) {
	for _, storage := range []string{"file_storage", "pebble_storage"} {
		t.Run(storage, func(t *testing.T) {
			t.Parallel()
			l := makeLoans(3000)
			events, _ := l.disordered()
			requests := batches(events, 50)
			const kills = 10
			random := rand.New(rand.NewPCG(uint64(len(storage)), 9))
			after := make(map[int]time.Duration, kills) // by request, how long after it was sent
			for len(after) < kills {
				after[1+random.IntN(len(requests)-1)] = time.Duration(random.Int64N(int64(8 * time.Millisecond)))
			}

			kept := filepath.Join(t.TempDir(), "outcomes.json")
			keeper := start(t, outcomesKeeper(kept))
			folder := t.TempDir()
			c := start(t, mortalConfig(storage, folder, "", keeper.OTLPGRPC))
			endpoint := c.OTLPGRPC
			client := connect(t, endpoint)
			under := make(map[string]bool) // ids of requests that were under way at a kill, or just acknowledged
			for i, request := range requests {
				done := make(chan error, 1)
				go func() { done <- client.Send(t.Context(), request) }()
				if wait, mortal := after[i]; mortal {
					select { // whichever comes first: that is what makes the moment random
					case <-time.After(wait):
					case err := <-done:
						done <- err
					}
					c.Kill(t)
					for _, id := range slices.Concat(idsOf(request), idsOf(requests[i-1])) {
						under[id] = true
					}
					c = start(t, mortalConfig(storage, folder, endpoint, keeper.OTLPGRPC))
				}
				require.NoError(t, <-done)
			}
			c.Stop(t)
			c = start(t, mortalConfig(storage, folder, endpoint, keeper.OTLPGRPC)) // what a stopped collector had is there, too
			c.Stop(t)
			keeper.Stop(t)

			times := make(map[string]int)
			for _, logs := range readLogs(t, kept) {
				eachRecord(logs, func(r plog.LogRecord) {
					result, ok := r.Attributes().Get(semconv.AttrJoinResult)
					if id, _ := r.Attributes().Get(semconv.AttrPredictionID); r.EventName() == semconv.EventOutcome && (!ok || result.Str() == "joined") {
						times[id.Str()]++
					}
				})
			}
			var lost, twice, again []string
			for _, truth := range l.truths {
				id := idsOf(truth)[0]
				switch {
				case times[id] == 0:
					lost = append(lost, id)
				case times[id] > 1 && under[id]:
					again = append(again, id)
				case times[id] > 1:
					twice = append(twice, id)
				}
			}
			assert.Empty(t, lost, "acknowledged, and not joined")
			assert.Empty(t, twice, "joined twice")
			assert.Len(t, times, l.joined)
			t.Logf("%d joined; %d of the %d under way at a kill passed on again", l.joined, len(again), len(under))
		})
	}
}

func idsOf(logs plog.Logs) []string {
	var ids []string
	eachRecord(logs, func(r plog.LogRecord) {
		id, _ := r.Attributes().Get(semconv.AttrPredictionID)
		ids = append(ids, id.Str())
	})
	return ids
}

func eachRecord(logs plog.Logs, do func(plog.LogRecord)) {
	for _, resource := range logs.ResourceLogs().All() {
		for _, scope := range resource.ScopeLogs().All() {
			for _, r := range scope.LogRecords().All() {
				do(r)
			}
		}
	}
}

// readLogs reads the events that a collector's file exporter has written.
func readLogs(t *testing.T, path string) []plog.Logs {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	var all []plog.Logs
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 256<<20)
	for lines.Scan() {
		logs, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(lines.Bytes())
		require.NoError(t, err)
		all = append(all, logs)
	}
	require.NoError(t, lines.Err())
	return all
}
