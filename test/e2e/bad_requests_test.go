package e2e

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"

	"github.com/leeway-ml/leeway/semconv"
)

// heavy is a batch of events of about so many MiB.
func heavy(t *testing.T, at time.Time, mib int) plog.Logs {
	t.Helper()
	filling := strings.Repeat("y", 200)
	logs := predictions(at, mib<<20/320, func(_ int, r plog.LogRecord) { r.Attributes().PutStr("filling", filling) })
	size := len(marshal(t, logs))
	require.Greater(t, size, mib<<20)
	return logs
}

func marshal(t *testing.T, logs plog.Logs) []byte {
	t.Helper()
	body, err := plogotlp.NewExportRequestFromLogs(logs).MarshalProto()
	require.NoError(t, err)
	return body
}

// post sends a body to the collector's HTTP port, and returns status and answer.
func (b *besieged) post(t *testing.T, path, contentType string, body []byte) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+b.OTLPHTTP+path, bytes.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", contentType)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(answer)
}

// final are answers after which no OTLP sender tries again.
var final = []int{http.StatusBadRequest, http.StatusInternalServerError}

// TestBadRequests: what is no telemetry at all, or too much of it at once, is refused with a reason, and costs the good
// traffic nothing.
func TestBadRequests(t *testing.T) {
	profiles := flightProfile(t)
	badProfile(t, profiles, badModel)
	o := options{profiles: profiles, statistics: "drift: {min_samples: 10}"}
	quiet := besiege(t, o)
	want := quiet.goodStatistics(t, nil)
	memory := quiet.memory(t)
	quiet.Stop(t)

	b := besiege(t, o)
	random := rand.New(rand.NewPCG(9, 10))
	garbage := make([]byte, 1<<16)
	for i := range garbage {
		garbage[i] = byte(random.Uint32())
	}
	sent := 0
	got := b.goodStatistics(t, func(hour int, at time.Time) {
		if hour%8 != 0 {
			return
		}
		_, err := b.logs.Export(t.Context(), plogotlp.NewExportRequestFromLogs(heavy(t, at, 10)))
		assert.ErrorContains(t, err, "larger than max", "gRPC takes 4 MiB")

		whole := heavy(t, at, 10)
		status, answer := b.post(t, "/v1/logs", "application/x-protobuf", marshal(t, whole))
		assert.Equal(t, http.StatusOK, status, answer)
		sent += whole.LogRecordCount()

		status, answer = b.post(t, "/v1/logs", "application/x-protobuf", marshal(t, heavy(t, at, 21)))
		assert.Equal(t, http.StatusBadRequest, status, "HTTP takes 20 MiB")
		assert.Contains(t, answer, "too large")

		for _, path := range []string{"/v1/logs", "/v1/metrics"} {
			for _, contentType := range []string{"application/x-protobuf", "application/json"} {
				status, answer := b.post(t, path, contentType, garbage)
				assert.Contains(t, final, status, "%s %s: a sender must not try again", path, contentType)
				assert.NotEmpty(t, answer)
			}
		}
		status, _ = b.post(t, "/v1/logs", "text/csv", []byte("a,b\n1,2\n"))
		assert.Equal(t, http.StatusUnsupportedMediaType, status)
		for _, address := range []string{b.OTLPGRPC, b.OTLPHTTP} {
			connection, err := net.Dial("tcp", address)
			require.NoError(t, err)
			_, _ = connection.Write(garbage)
			require.NoError(t, connection.Close())
		}
	})
	assert.Empty(t, differences(want, got))
	assert.InDelta(t, len(goodEvents(t))+1+sent, b.counter(t, "otelcol_model_summary_events"), 0, "the good ones, and the large batches that were taken")
	assert.InDelta(t, sent, rolledUp(t, b.Scrape(t, b.Prometheus), badModel), 0)
	t.Logf("%d MiB, undisturbed %d; %d events in large batches", b.memory(t), memory, sent)
	assert.Less(t, b.memory(t), memory+400, "MiB")
	b.Stop(t)
}

// rolledUp is the total of a model's predictions, segments left out.
func rolledUp(t *testing.T, families map[string]*dto.MetricFamily, model string) float64 {
	t.Helper()
	var sum float64
	for _, m := range families[strings.ReplaceAll(semconv.MetricPredictions, ".", "_")+"_total"].GetMetric() {
		if labels := labelsOf(m); strings.Contains(labels, `ml_model_name="`+model+`"`) && !strings.Contains(labels, "ml_segment_") {
			sum += m.GetCounter().GetValue()
		}
	}
	return sum
}
