package leewaytest

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	startDeadline = 60 * time.Second
	stopDeadline  = 60 * time.Second
	pollInterval  = 20 * time.Millisecond
	// signalDelay is given to a collector that says it is ready: only after that does it ask for signals (otelcol's Run), and
	// SIGTERM in between ends it at once.
	signalDelay = 100 * time.Millisecond
	readyLine   = "Everything is ready"
	inUse       = "address already in use"
)

// Collector is a running collector.
type Collector struct {
	// Where it can be reached, as host:port; "" is what its configuration does not have.
	OTLPGRPC, OTLPHTTP, Prometheus, Telemetry, Profiles, LocalPrometheus string

	command *exec.Cmd
	logs    *logs
	// exited is closed when the process has ended; exit is valid from then on.
	exited chan struct{}
	exit   error
}

// Start runs the collector with a configuration in YAML, and returns when it is ready. It is stopped when the test ends; if the
// test failed by then, the end of its log is printed. ${leewaytest:NAME} in the configuration stands for a free address, as in
//
//	receivers: {otlp: {protocols: {grpc: {endpoint: "${leewaytest:otlp_grpc}"}}}}
//
// A configuration that does not say where its own metrics are served gets an address for them.
func Start(t testing.TB, config string) *Collector {
	t.Helper()
	return StartBinary(t, Build(t).Leeway, config)
}

// StartBinary is Start for another collector than ours.
func StartBinary(t testing.TB, binary, config string) *Collector {
	t.Helper()
	for attempt := 1; ; attempt++ {
		c := launch(t, binary, config)
		if c.awaitReady(t) {
			return c
		}
		if attempt < 3 && strings.Contains(config, "${leewaytest:") && strings.Contains(c.Logs(), inUse) {
			continue // somebody was quicker; other free addresses are found
		}
		t.Fatalf("the collector ended while it started: %v\n%s", c.exit, c.logs.last())
	}
}

func launch(t testing.TB, binary, config string) *Collector {
	t.Helper()
	filled, err := fillAddresses(config)
	if err != nil {
		t.Fatal(err)
	}
	s, err := readSettings(filled)
	if err != nil {
		t.Fatal(err)
	}
	at := s.addresses()
	folder := t.TempDir()
	args := []string{"--config", writeFile(t, folder, "config.yaml", filled)}
	if s.Service.Telemetry.Metrics == nil {
		if at.telemetry, err = FreeAddress(); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--config", writeFile(t, folder, "telemetry.yaml", ownMetrics(at.telemetry)))
	}
	c := &Collector{
		OTLPGRPC: at.otlpGRPC, OTLPHTTP: at.otlpHTTP, Prometheus: at.prometheus, Telemetry: at.telemetry, Profiles: at.profiles,
		LocalPrometheus: at.localPrometheus,
		command:         exec.Command(binary, args...), logs: &logs{}, exited: make(chan struct{}),
	}
	c.command.Dir = folder
	c.command.Stdout, c.command.Stderr = c.logs, c.logs
	if err := c.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		c.exit = c.command.Wait()
		close(c.exited)
	}()
	t.Cleanup(func() {
		c.end()
		if t.Failed() {
			t.Logf("the end of the collector's log:\n%s", c.logs.last())
		}
	})
	return c
}

func writeFile(t testing.TB, folder, name, text string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// awaitReady is false when the process ended instead.
func (c *Collector) awaitReady(t testing.TB) bool {
	t.Helper()
	deadline := time.After(startDeadline)
	poll := time.NewTicker(pollInterval)
	defer poll.Stop()
	var since time.Time
	for {
		select {
		case <-c.exited:
			return false
		case <-deadline:
			t.Fatalf("the collector was not ready after %v:\n%s", startDeadline, c.logs.last())
		case <-poll.C:
			switch {
			case !c.logs.contain(readyLine) && !c.listens():
			case since.IsZero():
				since = time.Now()
			case time.Since(since) >= signalDelay:
				return true
			}
		}
	}
}

// listens tells whether the process is ready where its log level hides that it says so: receivers start last.
func (c *Collector) listens() bool {
	quiet := len(c.Logs()) == 0
	for _, address := range []string{c.OTLPGRPC, c.OTLPHTTP} {
		if !quiet || address == "" {
			continue
		}
		connection, err := net.DialTimeout("tcp", address, time.Second)
		if err != nil {
			return false
		}
		_ = connection.Close()
	}
	return quiet && c.OTLPGRPC+c.OTLPHTTP != ""
}

// Stop asks the collector to end, as a service manager does, and fails the test if it does not end well.
func (c *Collector) Stop(t testing.TB) {
	t.Helper()
	_ = c.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.exited:
		if c.exit != nil {
			t.Errorf("the collector ended badly: %v\n%s", c.exit, c.logs.last())
		}
	case <-time.After(stopDeadline):
		_ = c.command.Process.Kill()
		t.Errorf("the collector did not end within %v of SIGTERM:\n%s", stopDeadline, c.logs.last())
		<-c.exited
	}
}

// Kill ends the collector without a chance to save anything.
func (c *Collector) Kill(t testing.TB) {
	t.Helper()
	_ = c.command.Process.Kill()
	<-c.exited
}

// Exited is closed when the process has ended.
func (c *Collector) Exited() <-chan struct{} { return c.exited }

// PID of the process.
func (c *Collector) PID() int { return c.command.Process.Pid }

// Logs is what the collector has written so far.
func (c *Collector) Logs() string { return c.logs.String() }

func (c *Collector) end() {
	_ = c.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.exited:
	case <-time.After(stopDeadline):
		_ = c.command.Process.Kill()
		<-c.exited
	}
}
