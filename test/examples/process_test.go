//go:build integration

package examples

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/test/leewaytest"
)

// pythonEnv names a Python that has the packages of examples/python-model-server/requirements.txt.
const pythonEnv = "LEEWAY_PYTHON"

func python(t *testing.T) string {
	t.Helper()
	path := os.Getenv(pythonEnv)
	if path == "" {
		t.Skipf("%s is not set: run make test-integration, or name a Python that has the packages of examples/python-model-server/requirements.txt", pythonEnv)
	}
	return path
}

// run runs a program to its end, and returns what it wrote to standard output.
func run(t *testing.T, environment []string, program string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, args...)
	command.Env = append(os.Environ(), environment...)
	var errors bytes.Buffer
	command.Stderr = &errors
	output, err := command.Output()
	require.NoError(t, err, "%s\n%s%s", command, output, &errors)
	return string(output)
}

// profile makes a profile of a CSV file in a new folder, and returns the folder.
func profile(t *testing.T, csv, model, version, positive string) string {
	t.Helper()
	folder := t.TempDir()
	run(t, nil, leewaytest.Build(t).Leewayctl, "profile", csv, "--model", model, "--version", version, "--positive-class", positive,
		"--output", filepath.Join(folder, model+".json"))
	return folder
}

// modelServer is a running server.
type modelServer struct {
	URL     string
	command *exec.Cmd
	exited  chan error
	errors  bytes.Buffer // read it after exited only
}

var listening = regexp.MustCompile(`listening on (http://\S+)`)

// startServer returns when the server says where it listens. It is stopped when the test ends.
func startServer(t *testing.T, environment []string, program string, args ...string) *modelServer {
	t.Helper()
	s := &modelServer{command: exec.Command(program, args...), exited: make(chan error, 1)}
	s.command.Env = append(os.Environ(), environment...)
	s.command.Stderr = &s.errors
	output, err := s.command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, s.command.Start())
	addresses := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(output); lines.Scan(); {
			if m := listening.FindStringSubmatch(lines.Text()); m != nil {
				addresses <- m[1]
			}
		}
		s.exited <- s.command.Wait()
		close(s.exited)
	}()
	t.Cleanup(func() { _ = s.command.Process.Kill(); <-s.exited })
	select {
	case s.URL = <-addresses:
	case err := <-s.exited:
		t.Fatalf("%s ended: %v\n%s", s.command, err, &s.errors)
	case <-time.After(deadline):
		_ = s.command.Process.Kill()
		<-s.exited
		t.Fatalf("%s does not listen after %v\n%s", s.command, deadline, &s.errors)
	}
	return s
}

// stop asks the server to end, which must send what is left in its queue.
func (s *modelServer) stop(t *testing.T) {
	t.Helper()
	require.NoError(t, s.command.Process.Signal(syscall.SIGTERM))
	select {
	case err := <-s.exited:
		require.NoError(t, err, &s.errors)
	case <-time.After(deadline):
		t.Fatalf("the server did not end within %v of SIGTERM", deadline)
	}
}

// classesIn reads "500 predictions in 0.6 s: 346 benign, 154 malignant".
func classesIn(t *testing.T, summary string) map[string]float64 {
	t.Helper()
	_, list, found := strings.Cut(strings.TrimSpace(summary), ": ")
	require.True(t, found, summary)
	classes := map[string]float64{}
	for part := range strings.SplitSeq(list, ", ") {
		number, class, _ := strings.Cut(part, " ")
		n, err := strconv.ParseFloat(number, 64)
		require.NoError(t, err, summary)
		classes[class] = n
	}
	return classes
}
