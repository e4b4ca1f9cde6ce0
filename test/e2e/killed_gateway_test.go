package e2e

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/test/leewaytest"
)

// keeper writes statistics to a file. It outlives the gateway, whose own file would lack what it had not written yet.
func keeper(out string) string {
	return options{out: out}.fill(`
receivers:
  otlp: {protocols: {grpc: {endpoint: "${leewaytest:otlp_grpc}"}}}
exporters:
  file: {path: OUT, append: true}
service:
  pipelines:
    metrics: {receivers: [otlp], exporters: [file]}
`)
}

// TestKilledGateway: with checkpoint_interval 0s, what was acknowledged survives kill -9. The statistics are those of a
// collector that was never disturbed, to the last bit.
func TestKilledGateway(t *testing.T) {
	events := eventsOf(t)[:2000]
	profiles := flightProfile(t)
	out := filepath.Join(t.TempDir(), "statistics.json")
	alone := start(t, single(options{profiles: profiles, out: out, segments: "carrier"}))
	client := connect(t, alone.OTLPGRPC)
	send(t, client, batches(events, 100)...)
	send(t, client, last(events))
	alone.Stop(t)
	want := statisticsUntil(t, out, events)

	kept := filepath.Join(t.TempDir(), "statistics.json")
	keeps := start(t, keeper(kept))
	storage := t.TempDir()
	gateway := func(endpoint string) *leewaytest.Collector {
		config := gatewayConfig(options{profiles: profiles, segments: "carrier", storage: storage, statistics: "checkpoint_interval: 0s"}, endpoint)
		require.Contains(t, config, "  file: {path: , append: true}\n")
		return start(t, strings.NewReplacer(
			"  file: {path: , append: true}\n", "  otlp_grpc: {endpoint: \""+keeps.OTLPGRPC+"\", tls: {insecure: true}, sending_queue: {enabled: false}}\n",
			"exporters: [file, prometheus]", "exporters: [otlp_grpc, prometheus]",
		).Replace(config))
	}
	g := gateway("")
	endpoint := g.OTLPGRPC
	to := connect(t, endpoint)
	for i, batch := range batches(events, 100) {
		if i > 0 && i%7 == 0 {
			g.Kill(t)
			g = gateway(endpoint)
		}
		send(t, to, batch)
	}
	send(t, to, last(events))
	g.Stop(t)
	keeps.Stop(t)
	assert.Empty(t, differences(want, statisticsUntil(t, kept, events)))
}
