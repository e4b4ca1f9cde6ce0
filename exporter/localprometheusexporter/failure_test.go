package localprometheusexporter

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/confighttp"
)

const childDirectory = "LEEWAY_TEST_STORE"

// TestChild is the process that TestKilled kills: it stores samples until then, and says which it stored.
func TestChild(t *testing.T) {
	directory := os.Getenv(childDirectory)
	if directory == "" {
		return
	}
	config := storeAlone(t)
	config.Directory = directory
	r := start(t, config)
	for i := 0; ; i++ {
		r.send(gauge("m", "", float64(i), nil, time.UnixMilli(1_700_000_000_000+int64(i)*1000)))
		if _, err := os.Stdout.WriteString("stored\n"); err != nil {
			return
		}
	}
}

// TestKilled: kill -9 loses nothing that was committed.
func TestKilled(t *testing.T) {
	directory := t.TempDir()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChild$")
	child.Env = append(os.Environ(), childDirectory+"="+directory)
	output, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	stored := 0
	for lines := bufio.NewScanner(output); lines.Scan() && stored < 500; {
		if lines.Text() == "stored" {
			stored++
		}
	}
	require.NoError(t, child.Process.Kill())
	_, _ = io.Copy(io.Discard, output)
	_ = child.Wait()
	require.Equal(t, 500, stored)

	config := storeAlone(t)
	config.Directory = directory
	r := start(t, config)
	values := r.query("count_over_time(m[1h])", time.UnixMilli(1_700_000_000_000+499*1000), "__name__")
	assert.Equal(t, map[string]string{"": "500"}, values)
	assert.NotEmpty(t, r.logs.FilterMessageSnippet("lockfile from a previous execution").All(), "the lock of the killed process does no harm")
}

// TestSecondProcess: one process a directory; the second says so, and leaves the first alone.
func TestSecondProcess(t *testing.T) {
	config := testConfig(t)
	r := start(t, config)
	second := *config
	err := unstarted(t, &second).Start(t.Context(), componenttest.NewNopHost())
	require.ErrorContains(t, err, "is in use by another process")
	assert.ErrorContains(t, err, config.Directory)
	now := time.Now()
	r.send(gauge("m", "", 1, nil, now))
	assert.Len(t, r.query("m", now, "__name__"), 1)
}

// TestCorruptLog: what was cut off or overwritten in the write-ahead log is given up, with all that came after it; the rest is
// there, and new samples too.
func TestCorruptLog(t *testing.T) {
	config := storeAlone(t)
	r := start(t, config)
	begin := time.Now().Add(-time.Hour)
	for i := range 5000 {
		r.send(gauge("m", "", float64(i), nil, begin.Add(time.Duration(i)*10*time.Millisecond)))
	}
	require.NoError(t, r.Shutdown(t.Context()))

	segments, err := filepath.Glob(filepath.Join(config.Directory, "wal", "0*"))
	require.NoError(t, err)
	require.NotEmpty(t, segments)
	log, err := os.ReadFile(segments[0])
	require.NoError(t, err)
	for i := len(log) / 2; i < len(log)/2+100; i++ {
		log[i] ^= 0xff
	}
	require.NoError(t, os.WriteFile(segments[0], log, 0o600))

	again := *config
	r = start(t, &again)
	assert.NotEmpty(t, r.logs.FilterMessageSnippet("attempting repair").All())
	r.send(gauge("m", "", 7, nil, begin.Add(2*time.Minute)))
	assert.Equal(t, map[string]string{"m": "7"}, r.query("m", begin.Add(2*time.Minute), "__name__"))
	assert.Len(t, r.query("m", begin.Add(time.Second), "__name__"), 1, "what was before the damage")
}

// TestWrongRules: a rule file with an error is refused at start, by file and line; so is a folder without rules.
func TestWrongRules(t *testing.T) {
	for name, c := range map[string]struct{ rules, says string }{
		"expression": {"groups:\n  - name: a\n    rules:\n      - alert: A\n        expr: sum(((\n", "test.rules.yaml:5:15"},
		"key":        {"groups:\n  - name: a\n    roules: []\n", "line 3: field roules not found"},
		"no yaml":    {"groups: [\n", "test.rules.yaml:"},
	} {
		t.Run(name, func(t *testing.T) {
			config := testConfig(t)
			config.Rules.Directory = rulesDirectory(t, c.rules)
			err := unstarted(t, config).Start(t.Context(), componenttest.NewNopHost())
			require.ErrorContains(t, err, c.says)
			assert.ErrorContains(t, err, "test.rules.yaml")
		})
	}
	config := testConfig(t)
	config.Rules.Directory = t.TempDir()
	err := unstarted(t, config).Start(t.Context(), componenttest.NewNopHost())
	require.ErrorContains(t, err, "has no *.rules.yaml files")
}

// TestPortInUse: the error says what to do.
func TestPortInUse(t *testing.T) {
	r := start(t, testConfig(t))
	config := testConfig(t)
	config.Server.NetAddr.Endpoint = strings.TrimSuffix(strings.TrimPrefix(r.url, "http://"), "/")
	err := unstarted(t, config).Start(t.Context(), componenttest.NewNopHost())
	require.ErrorContains(t, err, "can't be listened on; free it or name another one")
}

const alwaysRules = `
groups:
  - name: always
    interval: 1s
    rules:
      - alert: Always
        expr: vector(1)
        annotations: {summary: It is so.}
`

// alertmanager is one that notes what it is sent.
type alertmanager struct {
	*httptest.Server
	mu     sync.Mutex
	alerts []map[string]any
	header http.Header
}

func newAlertmanager(t *testing.T) *alertmanager {
	a := &alertmanager{}
	a.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		var alerts []map[string]any
		if json.NewDecoder(request.Body).Decode(&alerts) == nil && request.URL.Path == "/am/api/v2/alerts" {
			a.mu.Lock()
			defer a.mu.Unlock()
			a.alerts = append(a.alerts, alerts...)
			a.header = request.Header
		}
	}))
	t.Cleanup(a.Close)
	return a
}

// got says whether an alert of that name has come.
func (a *alertmanager) got(name string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.ContainsFunc(a.alerts, func(alert map[string]any) bool {
		labels, _ := alert["labels"].(map[string]any)
		return labels["alertname"] == name
	})
}

// TestAlertmanager: it gets what fires, by the client that is configured.
func TestAlertmanager(t *testing.T) {
	am := newAlertmanager(t)
	config := testConfig(t)
	config.Rules.Directory = rulesDirectory(t, alwaysRules)
	client := confighttp.NewDefaultClientConfig()
	client.Endpoint = am.URL + "/am/"
	client.Headers.Set("X-Scope", "leeway")
	config.Alertmanagers = []confighttp.ClientConfig{client}
	start(t, config)
	require.Eventually(t, func() bool {
		am.mu.Lock()
		defer am.mu.Unlock()
		return len(am.alerts) > 0
	}, time.Minute, 20*time.Millisecond)
	am.mu.Lock()
	defer am.mu.Unlock()
	assert.Equal(t, map[string]any{"alertname": "Always"}, am.alerts[0]["labels"])
	assert.Equal(t, map[string]any{"summary": "It is so."}, am.alerts[0]["annotations"])
	assert.Equal(t, "leeway", am.header.Get("X-Scope"))
}

// TestAlertmanagerAway: alerts that can't be sent are counted and said once; the pipeline goes on, and so does the end.
func TestAlertmanagerAway(t *testing.T) {
	am := newAlertmanager(t)
	am.Close()
	config := testConfig(t)
	config.Rules.Directory = rulesDirectory(t, alwaysRules)
	client := confighttp.NewDefaultClientConfig()
	client.Endpoint = am.URL
	config.Alertmanagers = []confighttp.ClientConfig{client}
	r := start(t, config)
	require.Eventually(t, func() bool {
		return r.counted("otelcol_local_prometheus_notifications_dropped")[""] > 0
	}, time.Minute, 20*time.Millisecond)
	now := time.Now()
	r.send(gauge("m", "", 1, nil, now))
	assert.Len(t, r.query("m", now, "__name__"), 1)
	require.NoError(t, r.Shutdown(context.WithoutCancel(t.Context())))
	assert.Len(t, r.logs.FilterMessageSnippet("Alertmanager can't be reached").All(), 1)
}

// TestRuleFails: a rule that fails is counted; the pipeline goes on, and so do other rules.
func TestRuleFails(t *testing.T) {
	config := testConfig(t)
	config.Rules.Directory = rulesDirectory(t, `
groups:
  - name: a
    interval: 1s
    rules:
      - record: bad
        expr: m * on () group_left () m
      - record: good
        expr: sum(m)
`)
	r := start(t, config)
	require.Eventually(t, func() bool {
		now := time.Now()
		r.send(gauge("m", "", 1, map[string]any{"x": "a"}, now))
		r.send(gauge("m", "", 1, map[string]any{"x": "b"}, now))
		return r.counted("otelcol_local_prometheus_rule_evaluation_failures")[""] > 0
	}, time.Minute, 50*time.Millisecond)
	require.Eventually(t, func() bool { return len(r.query("good", time.Now(), "__name__")) == 1 }, time.Minute, 50*time.Millisecond)
}
