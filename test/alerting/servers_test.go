//go:build integration

package alerting

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/test/leewaytest"
	"github.com/leeway-ml/leeway/test/prometheustest"
)

var alertName = regexp.MustCompile(`\bLeeway[A-Z]\w+\b`)

const collectorConfig = `
extensions: {profiles: {directory: %q}}
receivers: {otlp: {protocols: {grpc: {endpoint: "${leewaytest:otlp_grpc}"}}}}
connectors: {model_summary: {flush_interval: 1s}}
processors: {model_statistics: {emit_interval: 2s, idle_timeout: 5s}, model_rollup: {emit_interval: 2s}}
exporters:
  prometheus: {endpoint: "${leewaytest:prometheus}", without_scope_info: true, metric_expiration: 10m}
  prometheus_remote_write: {endpoint: "%s/api/v1/write", tls: {insecure: true}}
service:
  extensions: [profiles]
  pipelines:
    logs: {receivers: [otlp], exporters: [model_summary]}
    metrics: {receivers: [model_summary], processors: [model_statistics, model_rollup], exporters: [prometheus, prometheus_remote_write]}
`

// waits are how long drift, and data that is not good, is to be there before an alert fires. That something is absent must last.
var waits = regexp.MustCompile(`(?m)^( +)for: (?:15|30)m$`)

// TestServers: one Prometheus scrapes a collector and another gets remote write, while twelve features
// of thirty drift and one is missing. Both load the rules, know the same names, and fire the same alerts. Alertmanager gets them from the first,
// sends one message a group with all annotations, and mutes single features while many drift.
func TestServers(t *testing.T) {
	messages := receiveMessages(t)
	alertmanager := startAlertmanager(t, messages.URL)
	atOnce := func(rules string) string { return waits.ReplaceAllString(rules, "${1}for: 1s") }
	written := prometheustest.Start(t, prometheustest.Config{RemoteWrite: true, Rewrite: atOnce})

	folder := profiles(t)
	collector := leewaytest.Start(t, fmt.Sprintf(collectorConfig, folder, written.URL))
	scraping := prometheustest.Start(t, prometheustest.Config{Collector: collector, Alertmanager: alertmanager, Rewrite: atOnce})
	// It ends now: what is pushed is stored at its own time, and rules look at the present.
	now := time.Now().UTC()
	s := traffic{
		seed: 3, from: now.Truncate(time.Hour).Add(-26 * time.Hour), to: now, eventRate: rate, steady: referenceMix,
		drift: now.Add(-2 * time.Hour), gone: true,
	}
	s.send(t, collector.OTLPGRPC)

	fires := []string{
		`ALERTS{alertname="LeewayDriftWidespread", ml_window="1h", alertstate="firing"}`,
		`ALERTS{alertname="LeewayFeatureDrift", ml_feature_name="f00", ml_window="1h", alertstate="firing"}`,
		`ALERTS{alertname="LeewayFeatureInvalid", ml_feature_name="f13", ml_drift_statistic="missing_share", ml_window="1h", alertstate="firing"}`,
	}
	for _, p := range []*prometheustest.Server{scraping, written} {
		for _, query := range fires {
			p.Await(t, query)
		}
		p.RulesAreHealthy(t)
	}

	t.Run("names agree", func(t *testing.T) {
		var scraped, pushed map[string][]string
		await(func() bool { // what is new is a moment later on one of them
			scraped, pushed = namesOf(t, scraping), namesOf(t, written)
			return maps.EqualFunc(scraped, pushed, slices.Equal)
		})
		assert.Equal(t, scraped, pushed)
	})
	t.Run("runbooks", func(t *testing.T) { runRunbooks(t, scraping) })
	t.Run("collectors' own names", func(t *testing.T) {
		for _, name := range []string{"otelcol_receiver_refused_log_records", "otelcol_receiver_accepted_log_records", "otelcol_exporter_sent_metric_points", "otelcol_process_memory_rss", "otelcol_model_summary_events"} {
			assert.NotEmpty(t, scraping.Query(t, name), name)
		}
	})

	t.Run("messages", func(t *testing.T) {
		widespread := messages.await(t, "LeewayDriftWidespread")
		assert.Equal(t, "#leeway-model-pager", widespread.Channel)
		assert.Regexp(t, `^\[FIRING \d\] LeewayDriftWidespread: watched$`, widespread.Title)
		assert.Contains(t, widespread.TitleLink, "/d/leeway-model?var-model=watched&var-version=1&var-window=")
		assert.Equal(t, "danger", widespread.Color)
		assert.Contains(t, widespread.Text, "of the features of model watched have drifted.")
		assert.Contains(t, widespread.Text, "Check first what these features have in common")
		assert.Contains(t, widespread.Text, "<https://github.com/leeway-ml/leeway/blob/main/docs/runbooks/LeewayDriftWidespread.md|Runbook>")
		invalid := messages.await(t, "LeewayFeatureInvalid")
		assert.Equal(t, "#leeway-model-tickets", invalid.Channel)
	})
	t.Run("single features are muted", func(t *testing.T) {
		var muted []gettable
		await(func() bool {
			muted = activeAlerts(t, alertmanager, "LeewayFeatureDrift")
			return len(muted) > 0 && !slices.ContainsFunc(muted, func(a gettable) bool { return a.Status.State != "suppressed" })
		})
		require.NotEmpty(t, muted)
		for _, a := range muted {
			assert.Equal(t, "suppressed", a.Status.State, "%v", a.Labels)
			assert.NotEmpty(t, a.Status.InhibitedBy, "%v", a.Labels)
			assert.NotEmpty(t, a.Annotations["dashboard_url"])
			assert.NotEmpty(t, a.Annotations["description"])
		}
		for _, a := range activeAlerts(t, alertmanager, "LeewayDriftWidespread") {
			assert.Equal(t, "active", a.Status.State, "%v", a.Labels)
		}
	})
}

// namesOf are the models' metrics of a Prometheus, each with its labels beside those that tell scrape from push.
func namesOf(t *testing.T, p *prometheustest.Server) map[string][]string {
	t.Helper()
	var series []map[string]string
	p.Get(t, `/api/v1/series?match[]={__name__=~"ml_.%2B"}`, &series)
	require.NotEmpty(t, series)
	names := map[string]map[string]bool{}
	for _, s := range series {
		name := s["__name__"]
		if names[name] == nil {
			names[name] = map[string]bool{}
		}
		for label := range s {
			if label != "__name__" && label != "job" && label != "instance" && !strings.HasPrefix(label, "otel_scope_") {
				names[name][label] = true
			}
		}
	}
	lists := map[string][]string{}
	for name, labels := range names {
		lists[name] = slices.Sorted(maps.Keys(labels))
	}
	return lists
}

var promqlBlock = regexp.MustCompile("(?s)```promql\n(.+?)```")

// runRunbooks runs every query of every runbook.
func runRunbooks(t *testing.T, p *prometheustest.Server) {
	pages, err := filepath.Glob(filepath.Join(leewaytest.Repository(t), "docs", "runbooks", "*.md"))
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	placeholders := strings.NewReplacer("MODEL", model, "VERSION", version, "FEATURE", featureName(0))
	for _, page := range pages {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		answered := 0
		for _, block := range promqlBlock.FindAllStringSubmatch(string(text), -1) {
			for _, query := range strings.Split(strings.TrimSpace(block[1]), "\n\n") {
				answered += len(p.Query(t, placeholders.Replace(query)))
			}
		}
		t.Logf("%s: %d series", filepath.Base(page), answered)
	}
}

// message is what Slack would get.
type message struct{ Channel, Title, TitleLink, Text, Color string }

// inbox takes messages in Slack's place.
type inbox struct {
	*httptest.Server
	mu  sync.Mutex
	all []message
}

func receiveMessages(t *testing.T) *inbox {
	in := &inbox{}
	in.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Channel     string
			Attachments []struct {
				Title     string
				TitleLink string `json:"title_link"`
				Text      string
				Color     string
			}
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		in.mu.Lock()
		defer in.mu.Unlock()
		for _, a := range body.Attachments {
			in.all = append(in.all, message{body.Channel, a.Title, a.TitleLink, a.Text, a.Color})
		}
		_, _ = io.WriteString(w, "ok")
	}))
	t.Cleanup(in.Close)
	return in
}

func (in *inbox) of(alert string) []message {
	in.mu.Lock()
	defer in.mu.Unlock()
	var found []message
	for _, m := range in.all {
		if strings.Contains(m.Title, "] "+alert) {
			found = append(found, m)
		}
	}
	return found
}

const deadline = time.Minute

// await returns when something is so, or when it has not become so in time.
func await(so func() bool) {
	for end := time.Now().Add(deadline); !so() && time.Now().Before(end); {
		time.Sleep(100 * time.Millisecond)
	}
}

func (in *inbox) await(t *testing.T, alert string) message {
	t.Helper()
	var found []message
	await(func() bool {
		found = in.of(alert)
		return len(found) > 0
	})
	if len(found) > 0 {
		return found[0]
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	t.Fatalf("no message of %s; there are %+v", alert, in.all)
	return message{}
}

// gettable is an alert as Alertmanager shows it.
type gettable struct {
	Labels, Annotations map[string]string
	Status              struct {
		State       string
		InhibitedBy []string
	}
}

func activeAlerts(t *testing.T, alertmanager, name string) []gettable {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+alertmanager+`/api/v2/alerts?filter=alertname%3D`+name, http.NoBody)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
	var found []gettable
	require.NoError(t, json.NewDecoder(response.Body).Decode(&found))
	return found
}

// startAlertmanager runs it with our configuration, but for the receivers, which all send to slack, and the times that it waits.
func startAlertmanager(t *testing.T, slack string) (address string) {
	t.Helper()
	binary, err := exec.LookPath("prometheus-alertmanager")
	if err != nil {
		binary, err = exec.LookPath("alertmanager")
	}
	require.NoError(t, err, "an Alertmanager is needed; .ci/install-test-tools brings it, and make test-integration puts it into the PATH")
	text, err := os.ReadFile(configFile(t))
	require.NoError(t, err)
	config := regexp.MustCompile(`(group_wait|group_interval): \w+`).ReplaceAllString(string(text), "$1: 3s")
	config = regexp.MustCompile(`(?m)^  - name: (leeway-[a-z-]+)$`).ReplaceAllString(config, fmt.Sprintf(`  - name: $1
    slack_configs:
      - api_url: %s
        channel: '#$1'
        color: '{{ template "leeway.slack.color" . }}'
        title: '{{ template "leeway.title" . }}'
        title_link: '{{ template "leeway.link" . }}'
        text: '{{ template "leeway.slack.text" . }}'`, slack))
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "alertmanager.yml"), []byte(config), 0o600))
	templates, err := os.ReadFile(filepath.Join(filepath.Dir(configFile(t)), "leeway.tmpl"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "leeway.tmpl"), templates, 0o600))

	address, err = leewaytest.FreeAddress()
	require.NoError(t, err)
	log, err := os.Create(filepath.Join(folder, "log"))
	require.NoError(t, err)
	command := exec.Command(binary, "--config.file=alertmanager.yml", "--storage.path=data", "--web.listen-address="+address, "--cluster.listen-address=")
	command.Dir, command.Stdout, command.Stderr = folder, log, log
	require.NoError(t, command.Start())
	exited := make(chan struct{})
	go func() {
		_ = command.Wait()
		close(exited)
	}()
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		<-exited
		if text, err := os.ReadFile(log.Name()); t.Failed() && err == nil {
			t.Logf("Alertmanager's log:\n%s", text)
		}
		_ = log.Close()
	})
	ready, ended := false, false
	await(func() bool {
		select {
		case <-exited:
			ended = true
		default:
			ready = answers(t, "http://"+address+"/-/ready")
		}
		return ready || ended
	})
	require.False(t, ended, "Alertmanager ended while it started")
	require.True(t, ready, "Alertmanager is not ready")
	return address
}

func answers(t *testing.T, url string) bool {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}
