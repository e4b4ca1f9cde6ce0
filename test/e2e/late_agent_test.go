package e2e

import (
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/semconv"
)

// wire is a connection to a server that can be cut. While it is cut, nobody listens.
type wire struct {
	address, server string
	lock            sync.Mutex
	listener        net.Listener
	open            []net.Conn
}

func newWire(t *testing.T, server string) *wire {
	t.Helper()
	w := &wire{address: "127.0.0.1:0", server: server}
	w.mend(t)
	w.address = w.listener.Addr().String()
	t.Cleanup(w.cut)
	return w
}

func (w *wire) mend(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", w.address)
	require.NoError(t, err)
	w.lock.Lock()
	w.listener = listener
	w.lock.Unlock()
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			w.join(from)
		}
	}()
}

func (w *wire) join(from net.Conn) {
	to, err := net.Dial("tcp", w.server)
	if err != nil {
		from.Close()
		return
	}
	w.lock.Lock()
	w.open = append(w.open, from, to)
	w.lock.Unlock()
	for _, pair := range [][2]net.Conn{{from, to}, {to, from}} {
		go func() {
			_, _ = io.Copy(pair[0], pair[1])
			pair[0].Close()
		}()
	}
}

func (w *wire) cut() {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.listener.Close()
	for _, connection := range w.open {
		connection.Close()
	}
	w.open = nil
}

// patient is an agent whose summaries wait on disk while the gateway is away, as in config/agent.yaml.
func patient(profiles, storage, gateway string) string {
	return strings.NewReplacer(
		"sending_queue: {enabled: false}", "sending_queue: {storage: file_storage}",
		"receivers:\n  otlp:", "  file_storage: {directory: "+storage+", create_directory: true}\nreceivers:\n  otlp:",
		"extensions: [profiles]", "extensions: [profiles, file_storage]",
	).Replace(agentConfig(options{profiles: profiles, segments: "carrier"}, gateway))
}

// bySlice cuts events, in order of time, into those of each ten minutes.
func bySlice(events []plog.Logs) [][]plog.Logs {
	var slices [][]plog.Logs
	for i, e := range events {
		if i == 0 || !timeOf(e).Truncate(10*time.Minute).Equal(timeOf(events[i-1]).Truncate(10*time.Minute)) {
			slices = append(slices, nil)
		}
		slices[len(slices)-1] = append(slices[len(slices)-1], e)
	}
	return slices
}

// TestAgentThatWasCutOff: one of three agents can't reach the gateway for an hour of event time. What it kept is in the next
// judgement of the day's window and all later ones, to the last bit; what was published meanwhile stays; the counter of late
// points tells.
func TestAgentThatWasCutOff(t *testing.T) {
	const lateness = 20 * time.Minute
	cutAt := time.Date(2013, 5, 7, 20, 0, 0, 0, time.UTC) // a busy hour
	mendAt := cutAt.Add(time.Hour)
	var events []plog.Logs
	for _, e := range eventsOf(t) {
		if at := timeOf(e); at.After(cutAt.Add(-30*time.Hour)) && at.Before(mendAt.Add(8*time.Hour)) {
			events = append(events, e)
		}
	}
	require.Greater(t, len(events), 400)
	profiles := flightProfile(t)

	out := filepath.Join(t.TempDir(), "statistics.json")
	alone := start(t, single(options{profiles: profiles, out: out, lateness: lateness.String(), segments: "carrier"}))
	client := connect(t, alone.OTLPGRPC)
	send(t, client, batches(events, 8192)...)
	send(t, client, last(events))
	alone.Stop(t)
	want := statisticsUntil(t, out, events)

	f := startFleet(t, fleetOptions{profiles: profiles, lateness: lateness.String(), agents: 2})
	w := newWire(t, f.gatewayMetrics)
	third := start(t, patient(profiles, t.TempDir(), w.address))
	f.agents, f.clients = append(f.agents, third), append(f.clients, connect(t, third.OTLPGRPC))
	late := func() float64 {
		return (&besieged{Collector: f.gateway}).counter(t, "otelcol_model_statistics_points_late", `model="flight-delay"`)
	}
	arrived := func(n int) {
		t.Helper()
		all := func() bool {
			return rolledUp(t, f.gateway.Scrape(t, f.gateway.Prometheus), goodModel) == float64(n)
		}
		if !all() {
			require.Eventually(t, all, time.Minute, 10*time.Millisecond, "%d events at the gateway", n)
		}
	}
	dealt, before := 0, 0
	for _, slice := range bySlice(events) {
		at := timeOf(slice[0])
		switch {
		case before == 0 && !at.Before(cutAt):
			arrived(dealt)
			require.Zero(t, late(), "nothing is late before")
			w.cut()
			before = dealt
		case w != nil && !at.Before(mendAt):
			w.mend(t)
			arrived(dealt)
			w = nil
		}
		f.deal(t, slice)
		dealt += len(slice)
		if w == nil || before == 0 {
			arrived(dealt) // the third agent acknowledges what waits in its queue
		}
	}
	assert.Positive(t, late())
	(&besieged{Collector: f.gateway}).assertLogged(t, "warn", `"model": "flight-delay"`, "came after windows that it belongs to were judged")
	f.finish(t, last(events))
	got := statisticsUntil(t, f.out, events)

	const day = semconv.MetricStatisticsSamples + "{ml.model.name=flight-delay,ml.model.version=1,ml.subject=feature,ml.window=24h}"
	next := mendAt // judged once the watermark passes it, when the agent is back
	require.Contains(t, want[day], next)
	assert.InDelta(t, want[day][next], got[day][next], 0, "samples of the day's window")
	const hour = semconv.MetricStatisticsSamples + "{ml.model.name=flight-delay,ml.model.version=1,ml.subject=feature,ml.window=1h}"
	assert.Less(t, got[hour][cutAt.Add(30*time.Minute)], want[hour][cutAt.Add(30*time.Minute)], "was judged without the agent")

	assert.Empty(t, differences(outside(want, cutAt, mendAt.Add(-lateness)), outside(got, cutAt, mendAt.Add(-lateness))), "all that was judged before and after")
}

// outside are the statistics of windows that do not end in (from, to].
func outside(all series, from, to time.Time) series {
	rest := series{}
	for key, points := range all {
		for at, value := range points {
			if at.After(from) && !at.After(to) {
				continue
			}
			if rest[key] == nil {
				rest[key] = map[time.Time]float64{}
			}
			rest[key][at] = value
		}
	}
	return rest
}
