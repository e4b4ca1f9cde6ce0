package e2e

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/internal/replay"
)

const (
	flightsFrom = "2013-05-01"
	flightsTo   = "2013-05-22"
)

// flights are three weeks of predictions of the quick start's model, one event a batch, in order of time.
var flights = sync.OnceValues(func() ([]plog.Logs, error) {
	from, _ := time.Parse(time.DateOnly, flightsFrom)
	to, _ := time.Parse(time.DateOnly, flightsTo)
	var all collected
	_, err := replay.Run(context.Background(), replay.Options{
		Predictions: quickstartFile("flights.csv.gz"), From: from, To: to, Batch: 1,
		Encoder: replay.Encoder{Model: "flight-delay", Version: "1", Columns: replay.Columns{
			Time: "timestamp", ID: "prediction_id", Score: "predicted_probability", Class: "predicted_class", Exclude: []string{"split"},
		}},
	}, &all)
	return all.events, err
})

type collected struct{ events []plog.Logs }

func (c *collected) Send(_ context.Context, logs plog.Logs) error {
	c.events = append(c.events, logs)
	return nil
}

func eventsOf(t *testing.T) []plog.Logs {
	t.Helper()
	events, err := flights()
	require.NoError(t, err)
	require.Greater(t, len(events), 5000)
	return events
}

func timeOf(event plog.Logs) time.Time {
	return event.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).Timestamp().AsTime()
}

// batch copies events into one request.
func batch(events []plog.Logs) plog.Logs {
	logs := plog.NewLogs()
	records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	for _, e := range events {
		e.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).CopyTo(records.AppendEmpty())
	}
	return logs
}

func batches(events []plog.Logs, size int) []plog.Logs {
	var all []plog.Logs
	for part := range slices.Chunk(events, size) {
		all = append(all, batch(part))
	}
	return all
}

// byHour cuts events, in order of time, into those of each hour.
func byHour(events []plog.Logs) [][]plog.Logs {
	var hours [][]plog.Logs
	for i, e := range events {
		if i == 0 || !timeOf(e).Truncate(time.Hour).Equal(timeOf(events[i-1]).Truncate(time.Hour)) {
			hours = append(hours, nil)
		}
		hours[len(hours)-1] = append(hours[len(hours)-1], e)
	}
	return hours
}

// last is an event of two months later: it pushes the watermark past every window that is compared.
func last(events []plog.Logs) plog.Logs {
	logs := plog.NewLogs()
	end := events[len(events)-1]
	end.CopyTo(logs)
	record := logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0)
	record.SetTimestamp(record.Timestamp() + 60*24*3600*1e9)
	return logs
}

func connect(t *testing.T, endpoint string) *replay.Client {
	t.Helper()
	client, err := replay.Connect(t.Context(), replay.Target{Endpoint: endpoint, Protocol: "grpc", Timeout: 5 * time.Minute, GiveUp: 5 * time.Minute}, zap.NewNop())
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close(context.Background()) })
	return client
}

func send(t *testing.T, to *replay.Client, logs ...plog.Logs) {
	t.Helper()
	for _, l := range logs {
		require.NoError(t, to.Send(t.Context(), l))
	}
}

// statisticsUntil are all statistics of windows that end at most an hour after the last event. What is sent again, after a
// restart, is left out: its time is not the end of a window.
func statisticsUntil(t *testing.T, path string, events []plog.Logs) series {
	t.Helper()
	cut := timeOf(events[len(events)-1]).Add(time.Hour)
	all := readStatistics(t, path, func(metric string) bool { return !strings.HasSuffix(metric, "reference_share") })
	for key, points := range all {
		for at := range points {
			if at.After(cut) || !endsWindow(key, at) {
				delete(points, at)
			}
		}
		if len(points) == 0 {
			delete(all, key)
		}
	}
	return all
}

// endsWindow reports whether a window that the series is about ends at the time, with the default windows.
func endsWindow(key string, at time.Time) bool {
	every := 5 * time.Minute
	switch {
	case strings.Contains(key, "ml.window=24h"):
		every = time.Hour
	case strings.Contains(key, "ml.window=7d"):
		every = 6 * time.Hour
	}
	return at.Truncate(every).Equal(at)
}

// TestSameNumbersHoweverItArrives: one stream of events; in order, in batches of any size, shuffled, through agents, across a
// restart. The statistics of every window must be the same to the last bit.
func TestSameNumbersHoweverItArrives(t *testing.T) {
	events := eventsOf(t)
	profiles := flightProfile(t)

	one := func(t *testing.T, lateness string, deal func(t *testing.T, to *replay.Client)) series {
		out := filepath.Join(t.TempDir(), "statistics.json")
		collector := start(t, single(options{profiles: profiles, out: out, lateness: lateness, segments: "carrier"}))
		client := connect(t, collector.OTLPGRPC)
		deal(t, client)
		send(t, client, last(events))
		assertRollups(t, collector, len(events)+1)
		collector.Stop(t)
		return statisticsUntil(t, out, events)
	}
	want := one(t, "2m", func(t *testing.T, to *replay.Client) { send(t, to, batches(events, 8192)...) })
	require.Greater(t, len(want), 300, "series")
	drifted := want["ml.feature.drift.detected{ml.drift.statistic=psi,ml.feature.name=temperature,ml.model.name=flight-delay,ml.model.version=1,ml.window=7d}"]
	require.NotEmpty(t, drifted)
	points := 0
	for _, p := range want {
		points += len(p)
	}
	t.Logf("%d events, %d series, %d points", len(events), len(want), points)

	t.Run("batches of one", func(t *testing.T) {
		t.Parallel()
		got := one(t, "2m", func(t *testing.T, to *replay.Client) { send(t, to, events...) })
		assert.Empty(t, differences(want, got))
	})
	t.Run("shuffled within the allowed lateness", func(t *testing.T) {
		t.Parallel()
		got := one(t, "6h", func(t *testing.T, to *replay.Client) { send(t, to, batches(shuffled(events, 6*time.Hour), 50)...) })
		assert.Empty(t, differences(want, got))
	})
	t.Run("three agents and a gateway", func(t *testing.T) {
		t.Parallel()
		f := startFleet(t, fleetOptions{profiles: profiles, lateness: "2h", agents: 3})
		for _, hour := range byHour(events) {
			f.deal(t, hour)
		}
		f.finish(t, last(events))
		assert.Empty(t, differences(want, statisticsUntil(t, f.out, events)))
	})
	t.Run("three agents at full speed", func(t *testing.T) {
		t.Parallel()
		// All of the replay's event time may pass between two flushes of an agent.
		f := startFleet(t, fleetOptions{profiles: profiles, lateness: "600h", agents: 3, flush: "500ms"})
		f.deal(t, events)
		f.finish(t, last(events))
		assert.Empty(t, differences(want, statisticsUntil(t, f.out, events)))
	})
	t.Run("the gateway is stopped and started again", func(t *testing.T) {
		t.Parallel()
		f := startFleet(t, fleetOptions{profiles: profiles, lateness: "2h", agents: 3})
		hours := byHour(events)
		for i, hour := range hours {
			if i == len(hours)/3 || i == 2*len(hours)/3 {
				f.restartGateway(t)
			}
			f.deal(t, hour)
		}
		f.finish(t, last(events))
		assert.Empty(t, differences(want, statisticsUntil(t, f.out, events)))
	})
}

// shuffled delays each event by up to nine tenths of the lateness.
func shuffled(events []plog.Logs, lateness time.Duration) []plog.Logs {
	random := rand.New(rand.NewPCG(1, 2))
	type arrival struct {
		at    time.Time
		event plog.Logs
	}
	arrivals := make([]arrival, len(events))
	for i, e := range events {
		arrivals[i] = arrival{timeOf(e).Add(time.Duration(random.Int64N(int64(lateness) * 9 / 10))), e}
	}
	slices.SortFunc(arrivals, func(a, b arrival) int { return a.at.Compare(b.at) })
	out := make([]plog.Logs, len(events))
	for i, a := range arrivals {
		out[i] = a.event
	}
	return out
}
