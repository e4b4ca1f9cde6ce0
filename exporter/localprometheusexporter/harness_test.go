package localprometheusexporter

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/leeway-ml/leeway/exporter/localprometheusexporter/internal/metadata"
)

// rig is a running exporter.
type rig struct {
	*localPrometheus
	t         *testing.T
	telemetry *componenttest.Telemetry
	logs      *observer.ObservedLogs
	url       string
}

func testConfig(t *testing.T) *Config {
	c := createDefaultConfig().(*Config)
	c.Server.NetAddr.Endpoint = "localhost:0"
	c.Directory = t.TempDir()
	return c
}

// storeAlone evaluates no rules, so that the store holds what the test sends and nothing of now.
func storeAlone(t *testing.T) *Config {
	c := testConfig(t)
	c.Rules.Directory = rulesDirectory(t, "groups: []\n")
	return c
}

// rulesDirectory holds one rule file.
func rulesDirectory(t *testing.T, rules string) string {
	directory := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(directory, "test.rules.yaml"), []byte(rules), 0o600))
	return directory
}

func unstarted(t *testing.T, config *Config) *rig {
	telemetry := componenttest.NewTelemetry()
	core, logs := observer.New(zap.DebugLevel)
	settings := exporter.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: telemetry.NewTelemetrySettings()}
	settings.Logger = zap.New(core)
	p, err := newPrometheus(settings, config)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		require.NoError(t, p.Shutdown(ctx))
		require.NoError(t, telemetry.Shutdown(ctx))
	})
	return &rig{localPrometheus: p, t: t, telemetry: telemetry, logs: logs}
}

func start(t *testing.T, config *Config) *rig {
	r := unstarted(t, config)
	require.NoError(t, r.Start(t.Context(), componenttest.NewNopHost()))
	served := r.logs.FilterMessage("Serving Prometheus' API and the page").All()
	require.Len(t, served, 1)
	r.url = served[0].ContextMap()["url"].(string)
	return r
}

// get asks the API and returns the data of the answer.
func (r *rig) get(path string, parameters ...string) json.RawMessage {
	r.t.Helper()
	values := url.Values{}
	for i := 0; i < len(parameters); i += 2 {
		values.Add(parameters[i], parameters[i+1])
	}
	status, body := r.raw(http.MethodGet, path+"?"+values.Encode())
	require.Equal(r.t, http.StatusOK, status, string(body))
	var answer struct{ Data json.RawMessage }
	require.NoError(r.t, json.Unmarshal(body, &answer))
	return answer.Data
}

func (r *rig) raw(method, path string) (int, []byte) {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, http.NoBody)
	require.NoError(r.t, err)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	require.NoError(r.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(r.t, err)
	return response.StatusCode, body
}

// series are the values of an instant query, by the label.
func (r *rig) query(expression string, at time.Time, label string) map[string]string {
	r.t.Helper()
	var result struct {
		Result []struct {
			Metric map[string]string
			Value  [2]any
		}
	}
	data := r.get("/api/v1/query", "query", expression, "time", seconds(at))
	require.NoError(r.t, json.Unmarshal(data, &result), string(data))
	values := make(map[string]string)
	for _, s := range result.Result {
		values[s.Metric[label]] = s.Value[1].(string)
	}
	return values
}

func seconds(t time.Time) string { return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', 3, 64) }

// gauge is a metric of one point a time.
func gauge(name, unit string, value float64, attributes map[string]any, times ...time.Time) pmetric.Metrics {
	metrics := pmetric.NewMetrics()
	m := metrics.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName(name)
	m.SetUnit(unit)
	points := m.SetEmptyGauge().DataPoints()
	for _, t := range times {
		p := points.AppendEmpty()
		p.SetTimestamp(pcommon.NewTimestampFromTime(t))
		p.SetDoubleValue(value)
		_ = p.Attributes().FromRaw(attributes)
	}
	return metrics
}

func (r *rig) send(metrics pmetric.Metrics) {
	r.t.Helper()
	require.NoError(r.t, r.consume(r.t.Context(), metrics))
}

// counted is the value of a counter of the collector's own, by reason ("" where it has none).
func (r *rig) counted(name string) map[string]int64 {
	r.t.Helper()
	got := make(map[string]int64)
	m, err := r.telemetry.GetMetric(name)
	if err != nil {
		return got
	}
	for _, p := range points(r.t, m) {
		reason, _ := p.Attributes.Value("reason")
		got[reason.AsString()] = p.Value
	}
	return got
}
