package e2e

import (
	"math/rand/v2"
	"path/filepath"
	"testing"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/internal/replay"
	"github.com/leeway-ml/leeway/test/leewaytest"
)

type fleetOptions struct {
	profiles, lateness string
	agents             int
	// flush is the agents' flush_interval; "" = 0s: a batch is acknowledged when the gateway has its summaries.
	flush string
	// statistics is what else stands under the gateway's model_statistics.
	statistics string
}

// fleet is some agents that summarise and a gateway that judges.
type fleet struct {
	options        fleetOptions
	out            string
	storage        string
	gateway        *leewaytest.Collector
	gatewayMetrics string // the address that agents send summaries to
	agents         []*leewaytest.Collector
	clients        []*replay.Client
	random         *rand.Rand
}

func startFleet(t *testing.T, o fleetOptions) *fleet {
	t.Helper()
	f := &fleet{options: o, random: rand.New(rand.NewPCG(3, 4)), storage: t.TempDir(), out: filepath.Join(t.TempDir(), "statistics.json")}
	f.gateway = start(t, f.gatewayConfig(""))
	f.gatewayMetrics = f.gateway.OTLPGRPC
	for range o.agents {
		f.addAgent(t, f.gatewayMetrics)
	}
	return f
}

func (f *fleet) addAgent(t *testing.T, gateway string) {
	t.Helper()
	agent := start(t, agentConfig(options{profiles: f.options.profiles, segments: "carrier", flush: f.options.flush}, gateway))
	f.agents = append(f.agents, agent)
	f.clients = append(f.clients, connect(t, agent.OTLPGRPC))
}

func (f *fleet) gatewayConfig(endpoint string) string {
	return gatewayConfig(options{profiles: f.options.profiles, out: f.out, lateness: f.options.lateness, segments: "carrier", storage: f.storage, statistics: f.options.statistics}, endpoint)
}

// deal gives each event to an agent chosen at random, in batches of up to 100.
func (f *fleet) deal(t *testing.T, events []plog.Logs) {
	t.Helper()
	hands := make([][]plog.Logs, len(f.clients))
	for _, e := range events {
		i := f.random.IntN(len(hands))
		hands[i] = append(hands[i], e)
	}
	for i, hand := range hands {
		send(t, f.clients[i], batches(hand, 100)...)
	}
}

// restartGateway stops the gateway and starts another in its place, with its state.
func (f *fleet) restartGateway(t *testing.T) {
	t.Helper()
	f.gateway.Stop(t)
	f.gateway = start(t, f.gatewayConfig(f.gatewayMetrics))
}

// finish stops the agents, which flush, then sends the last event to the gateway itself, and stops it.
func (f *fleet) finish(t *testing.T, last plog.Logs) {
	t.Helper()
	for _, agent := range f.agents {
		agent.Stop(t)
	}
	send(t, connect(t, f.gateway.OTLPGRPC), last)
	f.gateway.Stop(t)
}
