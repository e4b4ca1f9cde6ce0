package localprometheusexporter

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configoptional"
)

// TestOwnMetrics: the collector's own metrics are in the store as if a Prometheus had scraped them; `up` says whether they could
// be read, and the log says once that they could not.
func TestOwnMetrics(t *testing.T) {
	var broken atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if broken.Load() {
			http.Error(w, "no", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		_, _ = w.Write([]byte("# TYPE otelcol_x counter\notelcol_x{a=\"b\"} 3\n# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 2\nh_count 1\n"))
	}))
	defer server.Close()
	config := testConfig(t)
	client := confighttp.NewDefaultClientConfig()
	client.Endpoint = server.URL + "/metrics"
	config.OwnMetrics = configoptional.Some(OwnMetricsConfig{Client: client, Interval: time.Second})
	r := start(t, config)
	up := func(value string) func(*assert.CollectT) {
		return func(c *assert.CollectT) {
			assert.Equal(c, map[string]string{"leeway": value}, r.query("up", time.Now(), "job"))
		}
	}
	require.EventuallyWithT(t, up("1"), time.Minute, 20*time.Millisecond)
	instance := server.Listener.Addr().String()
	assert.Equal(t, map[string]string{instance: "3"}, r.query(`otelcol_x{a="b",job="leeway"}`, time.Now(), "instance"))
	assert.Equal(t, map[string]string{"+Inf": "1"}, r.query(`h_bucket{job="leeway"}`, time.Now(), "le"))
	broken.Store(true)
	require.EventuallyWithT(t, up("0"), time.Minute, 20*time.Millisecond)
	assert.Len(t, r.logs.FilterMessageSnippet("own metrics can't be read").All(), 1)
}
