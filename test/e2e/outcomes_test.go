package e2e

import (
	"hash/fnv"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/internal/replay"
	"github.com/leeway-ml/leeway/semconv"
)

// TestOutcomesHoweverTheirTruthArrives: the same predictions and truths, in order of time; with truths shuffled over the whole time to live, a
// third of them twice; and through three agents that share the prediction ids. A fifth of the truths never comes. The
// statistics of every window are the same, to the last bit, and coverage is exact.
func TestOutcomesHoweverTheirTruthArrives(t *testing.T) {
	l := makeLoans(6000)
	profiles := loansProfile(t)
	ordered := l.ordered()
	ends := ordered // what statisticsUntil cuts at

	one := func(t *testing.T, events []plog.Logs) (statistics series, joins map[string]float64) {
		out := filepath.Join(t.TempDir(), "statistics.json")
		collector := start(t, joining(single(options{profiles: profiles, out: out, lateness: loansLateness, segments: "country", statistics: loansWindows}), ""))
		client := connect(t, collector.OTLPGRPC)
		send(t, client, batches(events, 100)...)
		send(t, client, l.flush())
		awaitExpired(t, collector, l.expired)
		send(t, client, l.end())
		awaitExpired(t, collector, l.expired+1) // the flush itself
		collector.Stop(t)
		return statisticsUntil(t, out, ends), totals(t, out, semconv.MetricGroundTruthJoins, semconv.AttrJoinResult)
	}
	want, joins := one(t, ordered)
	require.Equal(t, map[string]float64{"joined": float64(l.joined), "expired": float64(l.expired + 1)}, joins, "all, and the flush")
	qualities, estimates := 0, 0
	for key := range want {
		if strings.HasPrefix(key, "ml.quality.estimated.") {
			estimates++
		} else if strings.HasPrefix(key, "ml.quality.") {
			qualities++
		}
	}
	t.Logf("%d series, %d of quality, %d of estimated quality", len(want), qualities, estimates)
	assert.Greater(t, qualities, 20)
	assert.GreaterOrEqual(t, estimates, 18)
	l.assertCoverage(t, want)

	t.Run("truths shuffled over the time to live, a third twice", func(t *testing.T) {
		t.Parallel()
		events, duplicates := l.disordered()
		got, joins := one(t, events)
		assert.Equal(t, map[string]float64{"joined": float64(l.joined), "expired": float64(l.expired + 1), "duplicate": float64(duplicates)}, joins)
		assert.Empty(t, differences(want, got))
	})
	t.Run("three agents and a gateway", func(t *testing.T) {
		t.Parallel()
		events, duplicates := l.disordered()
		out := filepath.Join(t.TempDir(), "statistics.json")
		gateway := start(t, gatewayConfig(options{profiles: profiles, out: out, lateness: loansLateness, segments: "country", storage: t.TempDir(), statistics: loansWindows}, ""))
		var clients []*replay.Client
		for range 3 {
			agent := start(t, joining(agentConfig(options{profiles: profiles, segments: "country"}, gateway.OTLPGRPC), ""))
			clients = append(clients, connect(t, agent.OTLPGRPC))
		}
		// Each agent has its share of the prediction ids, as a load balancer deals them.
		for i := 0; i < len(events); i += 300 {
			hands := make([][]plog.Logs, len(clients))
			for _, e := range events[i:min(i+300, len(events))] {
				h := fnv.New32a()
				_, _ = h.Write([]byte(idsOf(e)[0]))
				agent := h.Sum32() % uint32(len(clients))
				hands[agent] = append(hands[agent], e)
			}
			for agent, hand := range hands {
				if len(hand) > 0 {
					send(t, clients[agent], batch(hand))
				}
			}
		}
		for _, c := range clients {
			send(t, c, l.flush())
		}
		awaitExpired(t, gateway, l.expired)
		send(t, connect(t, gateway.OTLPGRPC), l.end())
		gateway.Stop(t)
		assert.Equal(t, map[string]float64{"joined": float64(l.joined), "expired": float64(l.expired), "duplicate": float64(duplicates)},
			totals(t, out, semconv.MetricGroundTruthJoins, semconv.AttrJoinResult))
		assert.Empty(t, differences(want, statisticsUntil(t, out, ends)))
	})
}

// assertCoverage compares the coverage of each day's window with what the test knows of it.
func (l *loans) assertCoverage(t *testing.T, got series) {
	t.Helper()
	truths := make(map[string]time.Time)
	for _, e := range l.truths {
		truths[idsOf(e)[0]] = timeOf(e)
	}
	points := got["ml.ground_truth.coverage{ml.model.name=loans,ml.model.version=1,ml.window=24h}"]
	require.GreaterOrEqual(t, len(points), 10)
	for end, value := range points {
		var joined, expired float64
		within := func(at time.Time) bool { return !at.Before(end.Add(-24*time.Hour)) && at.Before(end) }
		for _, e := range l.predictions {
			at, ok := truths[idsOf(e)[0]]
			switch {
			case ok && within(at):
				joined++
			case !ok && within(timeOf(e).Add(loansTimeToLive)):
				expired++
			}
		}
		assert.Equal(t, joined/(joined+expired), value, "coverage of the day that ends %v", end)
	}
}
