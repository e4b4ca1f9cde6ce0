package prometheustest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/test/leewaytest"
)

const readyDeadline = 60 * time.Second

// Config is what a Prometheus is started with. It always has our rules, and evaluates them every second.
type Config struct {
	// Collector is scraped every second: what it says of models, and what it says of itself; nil for nobody.
	Collector *leewaytest.Collector
	// RemoteWrite makes it take what is sent to /api/v1/write.
	RemoteWrite bool
	// Alertmanager is where alerts go, as host:port; "" for nowhere.
	Alertmanager string
	// Rewrite changes the text of a file of rules, as to shorten what an alert waits for; nil leaves it as it is.
	Rewrite func(rules string) string
}

// Server is a running Prometheus.
type Server struct {
	// URL as in http://127.0.0.1:9090.
	URL string

	exited chan struct{}
}

// Start runs the `prometheus` in the PATH, and returns when it answers. It is stopped when the test ends; if the test failed
// by then, its log is printed.
func Start(t testing.TB, config Config) *Server {
	t.Helper()
	binary, err := exec.LookPath("prometheus")
	require.NoError(t, err, "a Prometheus is needed; .ci/install-test-tools brings it, and make test-integration puts it into the PATH")
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "prometheus.yml"), []byte(config.yaml()), 0o600))
	config.writeRules(t, folder)
	address, err := leewaytest.FreeAddress()
	require.NoError(t, err)
	args := []string{"--config.file=prometheus.yml", "--storage.tsdb.path=data", "--web.listen-address=" + address}
	if config.RemoteWrite {
		args = append(args, "--web.enable-remote-write-receiver")
	}

	log, err := os.Create(filepath.Join(folder, "log"))
	require.NoError(t, err)
	command := exec.Command(binary, args...)
	command.Dir, command.Stdout, command.Stderr = folder, log, log
	require.NoError(t, command.Start())
	s := &Server{URL: "http://" + address, exited: make(chan struct{})}
	go func() {
		_ = command.Wait()
		close(s.exited)
	}()
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		<-s.exited
		if text, err := os.ReadFile(log.Name()); t.Failed() && err == nil {
			t.Logf("Prometheus' log:\n%s", text)
		}
		_ = log.Close()
	})
	s.awaitReady(t)
	return s
}

func (s *Server) awaitReady(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), readyDeadline)
	defer cancel()
	for {
		var data any
		err := s.get(ctx, "/api/v1/status/buildinfo", &data)
		if err == nil {
			return
		}
		select {
		case <-s.exited:
			t.Fatal("Prometheus ended while it started")
		case <-ctx.Done():
			t.Fatalf("Prometheus does not answer: %v", err)
		case <-time.After(pollInterval):
		}
	}
}

func (c Config) yaml() string {
	text := "global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [\"*.rules.yaml\"]\n"
	if c.Alertmanager != "" {
		text += fmt.Sprintf("alerting: {alertmanagers: [{static_configs: [{targets: [%q]}]}]}\n", c.Alertmanager)
	}
	if c.RemoteWrite { // a replay's past may come in any order
		text += "storage: {tsdb: {out_of_order_time_window: 100d}}\n"
	}
	if c.Collector != nil {
		text += fmt.Sprintf(`scrape_configs:
  - {job_name: leeway-models, honor_labels: true, static_configs: [{targets: [%q]}]}
  - {job_name: leeway, static_configs: [{targets: [%q]}]}
`, c.Collector.Prometheus, c.Collector.Telemetry)
	}
	return text
}

// writeRules copies our rules, to be evaluated every second.
func (c Config) writeRules(t testing.TB, folder string) {
	t.Helper()
	source := filepath.Join(leewaytest.Repository(t), "rules")
	files, err := filepath.Glob(filepath.Join(source, "*.rules.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		text := everyGroup.ReplaceAllString(string(content), "${1}interval: 1s")
		if c.Rewrite != nil {
			text = c.Rewrite(text)
		}
		require.NoError(t, os.WriteFile(filepath.Join(folder, filepath.Base(file)), []byte(text), 0o600))
	}
}

// Leewayctl runs the tool, as to make a profile or to replay a log.
func Leewayctl(t testing.TB, args ...string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), leewaytest.Build(t).Leewayctl, args...).CombinedOutput()
	require.NoError(t, err, "leewayctl %s\n%s", strings.Join(args, " "), out)
}
