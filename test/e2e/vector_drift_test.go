package e2e

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/semconv"
)

// Tickets have an embedding of 48 numbers. A third of them is of another subject from the change on: they lie elsewhere.
const (
	ticketsModel = "tickets"
	ticketDims   = 48
	ticketsADay  = 300
	ticketDays   = 20 // of the reference
	subjectDay   = 3  // of the replay
)

type ticket struct {
	at        time.Time
	embedding []float64
	length    float64
}

func makeTickets(seed uint64, start time.Time, days int, changed func(day int) bool) []ticket {
	random := rand.New(rand.NewPCG(seed, 5))
	var all []ticket
	for i := range days * ticketsADay {
		v := make([]float64, ticketDims)
		for d := range v {
			v[d] = 0.2 + 0.1*random.NormFloat64()
		}
		if changed(i/ticketsADay) && random.IntN(3) == 0 {
			for d := range 8 {
				v[d] += 0.25
			}
		}
		all = append(all, ticket{start.Add(time.Duration(i) * 24 * time.Hour / ticketsADay), v, 100 * random.ExpFloat64()})
	}
	return all
}

func (x ticket) event() plog.Logs {
	logs := plog.NewLogs()
	r := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	r.SetEventName(semconv.EventPrediction)
	r.SetTimestamp(pcommon.NewTimestampFromTime(x.at))
	a := r.Attributes()
	a.PutStr(semconv.AttrModelName, ticketsModel)
	a.PutStr(semconv.AttrModelVersion, "1")
	a.PutStr(semconv.AttrPredictionClass, "billing")
	inputs := a.PutEmptyMap(semconv.AttrInputs)
	inputs.PutDouble("length", x.length)
	embedding := inputs.PutEmptySlice("embedding")
	for _, number := range x.embedding {
		embedding.AppendEmpty().SetDouble(number)
	}
	return logs
}

// writeTickets writes a log of tickets as JSON lines.
func writeTickets(t *testing.T, tickets []ticket) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tickets.jsonl")
	file, err := os.Create(path)
	require.NoError(t, err)
	lines := json.NewEncoder(file)
	for _, x := range tickets {
		require.NoError(t, lines.Encode(map[string]any{"timestamp": x.at.Format(time.RFC3339Nano), "length": x.length, "embedding": x.embedding, "class": "billing"}))
	}
	require.NoError(t, file.Close())
	return path
}

// TestVectorDrift: an embedding of which a third of the predictions moves is found, by discrepancy and by distance of the means, in every window
// that the change fills and in none before, in a log that leewayctl replays; agents and a gateway, sent the same events, say the same. A vector of another length is counted as invalid.
func TestVectorDrift(t *testing.T) {
	start0 := ordersStart()
	path := writeTickets(t, makeTickets(1, start0.AddDate(0, 0, -ticketDays), ticketDays, func(int) bool { return false }))
	profiles := t.TempDir()
	ctl(t, "profile", path, "--model", ticketsModel, "--time-column", "timestamp", "--class-column", "class", "--task", "multiclass", "--quiet",
		"--output", filepath.Join(profiles, "tickets.json"))

	tickets := makeTickets(2, start0, 6, func(day int) bool { return day >= subjectDay })
	var events []plog.Logs
	for _, x := range tickets {
		events = append(events, x.event())
	}
	end := tickets[len(tickets)-1]
	end.at, end.embedding = end.at.Add(48*time.Hour), end.embedding[:ticketDims-1]

	out := filepath.Join(t.TempDir(), "statistics.json")
	c := start(t, single(options{profiles: profiles, out: out, statistics: jointWindows}))
	ctl(t, "replay", writeTickets(t, tickets), "--model", ticketsModel, "--version", "1", "--class-column", "class", "--batch", "300", "--endpoint", c.OTLPGRPC, "--quiet")
	send(t, connect(t, c.OTLPGRPC), end.event())
	invalid := 0.0
	for _, m := range c.Scrape(t, c.Prometheus)["ml_feature_invalid_total"].GetMetric() {
		for _, l := range m.GetLabel() {
			if l.GetName() == "ml_invalid_reason" && l.GetValue() == "type" {
				invalid += m.GetCounter().GetValue()
			}
		}
	}
	assert.Equal(t, 1.0, invalid, "the one that is too short")
	c.Stop(t)
	want := statisticsUntil(t, out, events)
	change := start0.AddDate(0, 0, subjectDay)
	for _, statistic := range []string{"mmd", "mean_distance"} {
		detected := want["ml.vector.drift.detected{ml.drift.statistic="+statistic+",ml.feature.name=embedding,ml.model.name=tickets,ml.model.version=1,ml.window=24h}"]
		quiet, loud := 0, 0
		for at, value := range detected {
			switch {
			case !at.After(change):
				assert.Zero(t, value, "%s at %v", statistic, at)
				quiet++
			case !at.Before(change.Add(24 * time.Hour)):
				assert.Equal(t, 1.0, value, "%s at %v", statistic, at)
				loud++
			}
		}
		assert.Greater(t, quiet, 8, statistic)
		assert.Greater(t, loud, 5, statistic)
	}
	for at, value := range want["ml.feature.drift.detected{ml.drift.statistic=psi,ml.feature.name=length,ml.model.name=tickets,ml.model.version=1,ml.window=24h}"] {
		assert.Zero(t, value, at)
	}

	f := startFleet(t, fleetOptions{profiles: profiles, lateness: "400h", agents: 2, flush: "500ms", statistics: jointWindows})
	f.deal(t, events)
	end.at = end.at.Add(400 * time.Hour) // all of the replay may pass between two flushes of an agent
	f.finish(t, end.event())
	assert.Empty(t, differences(want, statisticsUntil(t, f.out, events)))
}
