package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	startDeadline = time.Minute
	stopDeadline  = 2 * time.Minute
	pollInterval  = 20 * time.Millisecond
)

// buildCollector compiles the measured collector. It must run in the repository's root.
func buildCollector(ctx context.Context) (string, error) {
	path := filepath.Join("build", "bench", "collector")
	command := exec.CommandContext(ctx, "go", "build", "-o", path, "./test/bench/collector")
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", command, err, output)
	}
	return filepath.Abs(path)
}

// collector is a running process.
type collector struct {
	otlp, pprof string
	command     *exec.Cmd
	log         bytes.Buffer // to be read only after exited is closed
	exited      chan struct{}
}

// startCollector runs a pipeline in that environment, and returns when it accepts connections. folder is its own.
func startCollector(binary, folder string, p pipeline, environment ...string) (*collector, error) {
	c := &collector{exited: make(chan struct{})}
	free, err := freeAddresses(3)
	if err != nil {
		return nil, err
	}
	c.otlp, c.pprof = free[0].String(), free[1].String()
	file := filepath.Join(folder, "config.yaml")
	if err := os.WriteFile(file, []byte(p.config(free[0], free[1], free[2])), 0o600); err != nil {
		return nil, err
	}
	c.command = exec.Command(binary, "--config", file)
	c.command.Env = append(os.Environ(), environment...)
	c.command.Stdout, c.command.Stderr = &c.log, &c.log
	if err := c.command.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = c.command.Wait()
		close(c.exited)
	}()
	if err := c.awaitReady(); err != nil {
		c.kill()
		return nil, fmt.Errorf("%s: %w\n%s", p.name, err, c.logged())
	}
	return c, nil
}

// freeAddresses are addresses on loopback that nobody listens on.
func freeAddresses(n int) ([]address, error) {
	var free []address
	for range n {
		listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			return nil, err
		}
		defer func() { _ = listener.Close() }() // only then, so that no address is given twice
		free = append(free, listener.Addr().(address))
	}
	return free, nil
}

// awaitReady waits for the receiver, which starts last.
func (c *collector) awaitReady() error {
	for deadline := time.Now().Add(startDeadline); time.Now().Before(deadline); time.Sleep(pollInterval) {
		select {
		case <-c.exited:
			return errors.New("the collector ended while it started")
		default:
		}
		if connection, err := net.DialTimeout("tcp", c.otlp, time.Second); err == nil {
			return connection.Close()
		}
	}
	return fmt.Errorf("the collector did not listen on %s within %v", c.otlp, startDeadline)
}

// stop ends the collector. What it logged is an error: nothing is to go wrong in what is measured.
func (c *collector) stop() error {
	_ = c.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.exited:
	case <-time.After(stopDeadline):
		c.kill()
		return fmt.Errorf("the collector did not end within %v of SIGTERM:\n%s", stopDeadline, c.logged())
	}
	if !c.command.ProcessState.Success() || c.log.Len() > 0 {
		return fmt.Errorf("the collector ended with %v, and logged:\n%s", c.command.ProcessState, c.logged())
	}
	return nil
}

func (c *collector) kill() {
	_ = c.command.Process.Kill()
	<-c.exited
}

// logged is the end of the log of a collector that has ended.
func (c *collector) logged() string {
	lines := strings.Split(strings.TrimSpace(c.log.String()), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}
