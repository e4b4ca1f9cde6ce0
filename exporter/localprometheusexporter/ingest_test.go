package localprometheusexporter

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

func points(t *testing.T, m metricdata.Metrics) []metricdata.DataPoint[int64] {
	switch data := m.Data.(type) {
	case metricdata.Sum[int64]:
		return data.DataPoints
	case metricdata.Gauge[int64]:
		return data.DataPoints
	}
	require.Failf(t, "no counter", "%s", m.Name)
	return nil
}

// TestNames: metrics are called what the prometheus exporter calls them.
func TestNames(t *testing.T) {
	r := start(t, testConfig(t))
	now := time.Now()
	metrics := gauge("ml.model.drift.share", "1", 0.4, map[string]any{"ml.model.name": "fraud", "ml.window": "1h"}, now)
	scope := metrics.ResourceMetrics().At(0).ScopeMetrics().At(0)
	scope.Scope().SetName("leeway")
	sum := scope.Metrics().AppendEmpty()
	sum.SetName("ml.predictions")
	sum.SetUnit("{prediction}")
	sum.SetEmptySum().SetIsMonotonic(true)
	sum.Sum().SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	p := sum.Sum().DataPoints().AppendEmpty()
	p.SetIntValue(7)
	p.SetTimestamp(pcommon.NewTimestampFromTime(now))
	duration := scope.Metrics().AppendEmpty()
	duration.SetName("ml.prediction.duration")
	duration.SetUnit("s")
	duration.SetEmptyHistogram().SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	h := duration.Histogram().DataPoints().AppendEmpty()
	h.SetTimestamp(pcommon.NewTimestampFromTime(now))
	h.ExplicitBounds().FromRaw([]float64{0.1})
	h.BucketCounts().FromRaw([]uint64{1, 2})
	h.SetCount(3)
	h.SetSum(0.9)
	r.send(metrics)

	assert.Equal(t, map[string]string{
		"ml_model_drift_share_ratio": "0.4", "ml_predictions_total": "7", "ml_prediction_duration_seconds_count": "3", "ml_prediction_duration_seconds_sum": "0.9",
	}, r.query(`{__name__=~"ml_.+",__name__!~".+_bucket"}`, now, "__name__"))
	assert.Equal(t, map[string]string{"0.1": "1", "+Inf": "3"}, r.query("ml_prediction_duration_seconds_bucket", now, "le"))
	assert.JSONEq(t, `["__name__","le","ml_model_name","ml_window"]`, string(r.get("/api/v1/labels", "match[]", `{__name__=~"ml_.+"}`)))
	assert.Equal(t, map[string]int64{"": 6}, r.counted("otelcol_local_prometheus_samples_appended"))
}

// TestDropped: what can't be stored is counted by its reason, and costs nothing else of its batch.
func TestDropped(t *testing.T) {
	config := storeAlone(t)
	config.MaxSeries = 2
	r := start(t, config)
	now := time.Now()
	a, b := map[string]any{"x": "a"}, map[string]any{"x": "b"}
	r.send(gauge("m", "", 1, a, now))
	r.send(gauge("m", "", 2, a, now))
	r.send(gauge("m", "", 1, a, now.Add(-400*24*time.Hour), now.Add(-300*24*time.Hour)))
	delta := gauge("m", "", 1, b, now)
	sum := delta.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().AppendEmpty()
	sum.SetName("d")
	sum.SetEmptySum().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	sum.Sum().DataPoints().AppendEmpty()
	r.send(delta)
	r.send(gauge("m", "", 1, map[string]any{"x": "c"}, now))
	r.send(gauge("m", "", 3, b, now.Add(time.Second)))

	assert.Equal(t, map[string]int64{reasonDuplicate: 1, reasonOutOfBounds: 1, reasonUnsupported: 1, reasonSeriesLimit: 1}, r.counted("otelcol_local_prometheus_samples_dropped"))
	assert.Equal(t, map[string]int64{"": 4}, r.counted("otelcol_local_prometheus_samples_appended"))
	assert.Equal(t, map[string]int64{"": 2}, r.counted("otelcol_local_prometheus_series"))
	assert.Equal(t, map[string]string{"a": "1", "b": "3"}, r.query("m", now.Add(time.Second), "x"))
	assert.Equal(t, map[string]string{"a": "1"}, r.query("m", now.Add(-300*24*time.Hour), "x"), "out of order, within retention")
	assert.Positive(t, r.counted("otelcol_local_prometheus_storage_size")[""])
}

// TestNoWrites: the API takes neither samples nor administration, and no page of another origin may read it.
func TestNoWrites(t *testing.T) {
	r := start(t, testConfig(t))
	for _, path := range []string{"/api/v1/write", "/api/v1/otlp/v1/metrics", "/api/v1/admin/tsdb/delete_series?match[]=up", "/api/v1/admin/tsdb/snapshot"} {
		status, body := r.raw(http.MethodPost, path)
		assert.GreaterOrEqual(t, status, 400, "%s: %s", path, body)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+"/api/v1/labels", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Origin", "http://example.com")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Empty(t, response.Header.Get("Access-Control-Allow-Origin"))
	for _, path := range []string{"/-/healthy", "/-/ready", "/", "/api/v1/status/buildinfo", "/api/v1/status/tsdb", "/api/v1/targets", "/api/v1/alertmanagers", "/api/v1/metadata"} {
		status, body := r.raw(http.MethodGet, path)
		assert.Equal(t, http.StatusOK, status, "%s: %s", path, body)
	}
}
