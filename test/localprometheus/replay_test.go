//go:build integration

package localprometheus

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/test/leewaytest"
)

const config = `
extensions:
  profiles: {directory: PROFILES}
receivers:
  otlp: {protocols: {grpc: {endpoint: "${leewaytest:otlp_grpc}"}}}
connectors:
  model_summary: {flush_interval: 0s}
processors:
  model_statistics: {}
  model_rollup: {}
exporters:
  local_prometheus: {endpoint: "${leewaytest:local_prometheus}", directory: STORE}
service:
  extensions: [profiles]
  pipelines:
    logs: {receivers: [otlp], exporters: [model_summary]}
    metrics: {receivers: [model_summary], processors: [model_statistics, model_rollup], exporters: [local_prometheus]}
`

// TestReplay: the quick start's flights, from May to the first hot days of June, brought to this year. The page's store has the drift over its history, the
// alert that the live run would have raised is there when it would have been, promtool takes it for a Prometheus, and kill -9 loses none.
func TestReplay(t *testing.T) {
	profiles, store := t.TempDir(), t.TempDir()
	flights := filepath.Join(leewaytest.Repository(t), "examples", "quickstart", "flights.csv.gz")
	model := []string{
		flights, "--model", "flight-delay", "--version", "1", "--time-column", "timestamp", "--id-column", "prediction_id",
		"--class-column", "predicted_class", "--score-column", "predicted_probability", "--time-zone", "America/New_York", "--quiet",
	}
	ctl(t, append([]string{"profile", "--where", "split=reference", "--positive-class", "late", "--output", filepath.Join(profiles, "flight-delay.json")}, model...)...)
	yaml := strings.NewReplacer("PROFILES", profiles, "STORE", store).Replace(config)
	c := leewaytest.Start(t, yaml)
	said := ctl(t, append([]string{"replay", "--exclude", "split", "--from", "2013-05-01", "--to", "2013-06-10", "--rebase", "--endpoint", c.OTLPGRPC}, model...)...)
	api := api{t, "http://" + c.LocalPrometheus}

	to := regexp.MustCompile(` to (.{19}) in `).FindStringSubmatch(said)
	require.NotNil(t, to, said)
	end, err := time.Parse(time.DateTime, to[1])
	require.NoError(t, err)
	end = end.Truncate(6 * time.Hour) // when the last window of seven days was judged

	psi := `ml_feature_drift_psi{ml_feature_name="temperature",ml_window="7d"}`
	begin := end.Add(-30 * 24 * time.Hour)
	drift := api.rangeOf(psi, begin, end, 6*time.Hour)
	require.Len(t, drift, 1)
	assert.Len(t, drift[0], 30*4+1, "every six hours, without a gap")
	assert.Len(t, api.rangeOf(psi, begin, end, 10*time.Minute)[0], 30*24*6+1, "and in between")

	require.EventuallyWithT(t, func(ct *assert.CollectT) {
		assert.NotEmpty(ct, api.instant("leeway:drift_share:limit", end), "rules are evaluated to the end")
	}, 10*time.Minute, time.Second)
	fired := api.rangeOf(`ALERTS{alertname="LeewayFeatureDrift",ml_feature_name="temperature",ml_window="7d",alertstate="firing"}`, begin, end, time.Hour)
	require.NotEmpty(t, fired)
	// It fires when the judge has called the drift for as long as the rule wants, and not before.
	detected := api.rangeOf(`ml_feature_drift_detected{ml_feature_name="temperature",ml_window="7d",ml_drift_statistic="psi"} == 1`, begin, end, time.Hour)
	require.NotEmpty(t, detected)
	assert.Greater(t, detected[0][0], float64(begin.Unix()), "at first it has not drifted")
	assert.GreaterOrEqual(t, fired[0][0], detected[0][0])
	assert.LessOrEqual(t, fired[0][0]-detected[0][0], (2 * time.Hour).Seconds(), "two evaluations")
	active := api.get("/api/v1/alerts")
	assert.Contains(t, active, `"alertname":"LeewayFeatureDrift"`)
	assert.Contains(t, active, `"state":"firing"`)
	assert.Contains(t, api.get("/"), "<html")

	promtool, err := exec.LookPath("promtool")
	require.NoError(t, err, "promtool is Prometheus'; .ci/install-test-tools brings it, and make test-integration puts it into the PATH")
	for _, arguments := range [][]string{
		{"query", "instant", "--time=" + end.Format(time.RFC3339), api.url, psi},
		{"query", "series", "--match=ml_model_info", api.url},
		{"query", "labels", api.url, "ml_model_name"},
	} {
		output, err := exec.CommandContext(t.Context(), promtool, arguments...).CombinedOutput()
		assert.NoError(t, err, "%v: %s", arguments, output)
	}

	count := "count_over_time(" + psi + "[30d])"
	before := api.instant(count, end)
	c.Kill(t)
	c = leewaytest.Start(t, yaml)
	api.url = "http://" + c.LocalPrometheus
	assert.Equal(t, before, api.instant(count, end))
}

func ctl(t *testing.T, arguments ...string) string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), leewaytest.Build(t).Leewayctl, arguments...).CombinedOutput()
	require.NoError(t, err, string(output))
	return string(output)
}

type api struct {
	t   *testing.T
	url string
}

type series struct{ labels, value string }

func (a *api) get(path string) string {
	a.t.Helper()
	request, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, a.url+path, http.NoBody)
	require.NoError(a.t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(a.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(a.t, err)
	require.Equal(a.t, http.StatusOK, response.StatusCode, string(body))
	return string(body)
}

func (a *api) instant(query string, at time.Time) []series {
	a.t.Helper()
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string
				Value  [2]any
			}
		}
	}
	path := "/api/v1/query?" + url.Values{"query": {query}, "time": {strconv.FormatInt(at.Unix(), 10)}}.Encode()
	require.NoError(a.t, json.Unmarshal([]byte(a.get(path)), &answer))
	var found []series
	for _, r := range answer.Data.Result {
		found = append(found, series{fmt.Sprint(r.Metric), r.Value[1].(string)})
	}
	return found
}

// rangeOf are the times of the points of each series, in seconds.
func (a *api) rangeOf(query string, from, to time.Time, step time.Duration) [][]float64 {
	a.t.Helper()
	var answer struct {
		Data struct{ Result []struct{ Values [][2]any } }
	}
	path := "/api/v1/query_range?" + url.Values{
		"query": {query}, "start": {strconv.FormatInt(from.Unix(), 10)}, "end": {strconv.FormatInt(to.Unix(), 10)}, "step": {step.String()},
	}.Encode()
	require.NoError(a.t, json.Unmarshal([]byte(a.get(path)), &answer))
	var all [][]float64
	for _, r := range answer.Data.Result {
		var times []float64
		for _, v := range r.Values {
			times = append(times, v[0].(float64))
		}
		all = append(all, times)
	}
	return all
}
