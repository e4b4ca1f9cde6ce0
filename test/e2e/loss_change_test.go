package e2e

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/internal/replay"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

// outcomesWrong are outcomes, one a minute, wrong at a rate that rises at the given one.
func outcomesWrong(n, change int, before, after float64) []plog.Logs {
	random := rand.New(rand.NewPCG(16, 23))
	var events []plog.Logs
	for i := range n {
		rate, truth := before, "yes"
		if i >= change {
			rate = after
		}
		if random.Float64() < rate {
			truth = "no"
		}
		events = append(events, logEvent(semconv.EventOutcome, fmt.Sprintf("case-%d", i), loansStart().Add(time.Duration(i)*time.Minute), func(m pcommon.Map) {
			m.PutStr(semconv.AttrModelVersion, "1")
			m.PutStr(semconv.AttrPredictionClass, "yes")
			m.PutStr(semconv.AttrGroundTruthClass, truth)
			m.PutStr("country", []string{"DE", "FR"}[i%2])
		}))
	}
	return events
}

// wrongProfile is a folder with a profile whose reference was wrong once in ten.
func wrongProfile(t *testing.T) string {
	t.Helper()
	p := &profile.Profile{Schema: profile.Schema, Model: loansModel, Task: profile.Binary, PositiveClass: "yes", Created: loansStart(),
		Rhythm: profile.Rhythm{Cycle: profile.Steady}}
	for truth, n := range map[string]float64{"no": 500, "yes": 4500} {
		p.Outcomes = append(p.Outcomes, profile.OutcomeSeries{Metric: semconv.MetricOutcomes, Sum: n, Attributes: map[string]string{
			semconv.AttrPredictionClass: "yes", semconv.AttrGroundTruthClass: truth}})
	}
	profile.SortOutcomes(p.Outcomes)
	folder := t.TempDir()
	require.NoError(t, writeProfile(filepath.Join(folder, "loans.json"), p))
	return folder
}

// TestLossChange: a model that begins to be wrong three times as often in the middle of a replay is found out from the panes of a day's window within
// some hours, never before, and by three agents and a gateway as by one collector, though no agent has seen more than a third.
func TestLossChange(t *testing.T) {
	const n, change = 6000, 3000
	events := outcomesWrong(n, change, 0.1, 0.35)
	end := outcomesWrong(n+5*24*60, n, 0, 0)[n+5*24*60-1]
	o := options{profiles: wrongProfile(t), segments: "country", lateness: "6h"}
	changes := func(t *testing.T, out string) series {
		t.Helper()
		all := statisticsUntil(t, out, events)
		maps.DeleteFunc(all, func(key string, _ map[time.Time]float64) bool { return !strings.HasPrefix(key, "ml.loss.change.") })
		return all
	}
	one := o
	one.out = filepath.Join(t.TempDir(), "statistics.json")
	c := start(t, single(one))
	client := connect(t, c.OTLPGRPC)
	send(t, client, batches(events, 100)...)
	send(t, client, end)
	c.Stop(t)
	want := changes(t, one.out)

	of := func(name string) map[time.Time]float64 {
		return want["ml.loss.change."+name+"{ml.loss.name=error,ml.model.name=loans,ml.model.version=1,ml.window=24h}"]
	}
	at := loansStart().Add(change * time.Minute)
	var first time.Time
	for _, end := range slices.SortedFunc(maps.Keys(of("detected")), time.Time.Compare) {
		if of("detected")[end] == 0 {
			assert.True(t, first.IsZero() || end.Sub(at) > 20*time.Hour, "once detected, it stays: %v", end)
			continue
		}
		if first.IsZero() {
			first = end
		}
	}
	require.False(t, first.IsZero())
	assert.Greater(t, first, at)
	assert.LessOrEqual(t, first.Sub(at), 6*time.Hour)
	t.Logf("detected %v after the change", first.Sub(at))
	assert.InDelta(t, 0.1, of("before")[first], 0.03)
	assert.InDelta(t, 0.35, of("after")[first], 0.1)
	assert.InDelta(t, first.Sub(at).Seconds(), of("age")[first], (2 * time.Hour).Seconds())

	t.Run("three agents and a gateway", func(t *testing.T) {
		many := o
		many.out, many.storage = filepath.Join(t.TempDir(), "statistics.json"), t.TempDir()
		gateway := start(t, gatewayConfig(many, ""))
		hands := make([][]plog.Logs, 3)
		for i, e := range events {
			hands[i/2%3] = append(hands[i/2%3], e)
		}
		var parts [][]plog.Logs
		var clients []*replay.Client
		for _, hand := range hands {
			parts = append(parts, batches(hand, 100))
			clients = append(clients, connect(t, start(t, agentConfig(o, gateway.OTLPGRPC)).OTLPGRPC))
		}
		for k := range parts[0] { // side by side, so that none is late
			for i := range parts {
				send(t, clients[i], parts[i][k])
			}
		}
		send(t, connect(t, gateway.OTLPGRPC), end)
		gateway.Stop(t)
		assert.Empty(t, differences(want, changes(t, many.out)))
	})
}
