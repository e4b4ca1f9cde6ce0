package leewaytest

import (
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const nothing = `
receivers:
  otlp: {protocols: {grpc: {endpoint: "${leewaytest:otlp_grpc}"}, http: {endpoint: "${leewaytest:otlp_http}"}}}
exporters: {nop: {}}
service:
  pipelines:
    logs: {receivers: [otlp], exporters: [nop]}
`

func TestStart(t *testing.T) {
	c := Start(t, nothing)
	for _, address := range []string{c.OTLPGRPC, c.OTLPHTTP, c.Telemetry} {
		connection, err := net.Dial("tcp", address)
		require.NoError(t, err)
		require.NoError(t, connection.Close())
	}
	assert.NotEqual(t, c.OTLPGRPC, c.OTLPHTTP)
	assert.Contains(t, c.Scrape(t, c.Telemetry), "otelcol_process_uptime")
	c.Stop(t)
	assert.Contains(t, c.Logs(), "Shutdown complete.")

	again := Start(t, strings.ReplaceAll(nothing, "${leewaytest:otlp_grpc}", c.OTLPGRPC))
	assert.Equal(t, c.OTLPGRPC, again.OTLPGRPC)
	again.Kill(t)
}

func TestStartQuietly(t *testing.T) {
	c := Start(t, nothing+"  telemetry: {logs: {level: error}}\n")
	assert.Empty(t, c.Logs())
	c.Stop(t)
}

func TestAddresses(t *testing.T) {
	s, err := readSettings(`
receivers: {otlp/a: {protocols: {grpc: {}}}, kafka: {}}
exporters: {prometheus/a: {endpoint: "localhost:9464"}, debug: }
extensions: {profiles: {server: {endpoint: "localhost:1"}}, health_check: }
service: {telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: 8888}}}}]}}}`)
	require.NoError(t, err)
	assert.Equal(t, addresses{otlpGRPC: "localhost:4317", prometheus: "localhost:9464", profiles: "localhost:1", telemetry: "localhost:8888"}, s.addresses())
}
