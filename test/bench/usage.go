package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of processor time in /proc/PID/stat: USER_HZ is 100 on every architecture that Go runs on.
const tick = 10 * time.Millisecond

// processorTime is what the process has used so far, user and system.
func (c *collector) processorTime() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.command.Process.Pid))
	if err != nil {
		return 0, err
	}
	return parseProcessorTime(string(text))
}

// parseProcessorTime reads utime and stime, fields 14 and 15 of proc_pid_stat(5). Field 2, in brackets, may hold anything.
func parseProcessorTime(stat string) (time.Duration, error) {
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/PID/stat is not as expected: %q", stat)
	}
	var ticks int64
	for _, field := range fields[11:13] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("/proc/PID/stat is not as expected: %w", err)
		}
		ticks += n
	}
	return time.Duration(ticks) * tick, nil
}

// resident is the memory of the process that is in RAM, in bytes: now, and at most so far.
func (c *collector) resident() (now, peak int64, err error) {
	file, err := os.Open(fmt.Sprintf("/proc/%d/status", c.command.Process.Pid))
	if err != nil {
		return 0, 0, err
	}
	defer file.Close()
	values, err := readNumbers(file, "VmRSS:", "VmHWM:")
	return values["VmRSS:"] << 10, values["VmHWM:"] << 10, err
}

// heap is what the Go runtime says of the process.
type heap struct {
	Mallocs int64 // objects allocated so far
	Live    int64 // bytes of live objects, and of dead ones that are not collected yet
	Cycles  int64 // of the garbage collector
}

// readHeap asks the pprof extension; collect has the garbage collected first.
func (c *collector) readHeap(ctx context.Context, collect bool) (heap, error) {
	url := "http://" + c.pprof + "/debug/pprof/heap?debug=1"
	if collect {
		url += "&gc=1"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return heap{}, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return heap{}, err
	}
	defer response.Body.Close()
	values, err := readNumbers(response.Body, "# Mallocs =", "# HeapAlloc =", "# NumGC =")
	return heap{Mallocs: values["# Mallocs ="], Live: values["# HeapAlloc ="], Cycles: values["# NumGC ="]}, err
}

// readNumbers reads the lines that begin with one of the names.
func readNumbers(r io.Reader, names ...string) (map[string]int64, error) {
	values := map[string]int64{}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		for _, name := range names {
			if rest, ok := strings.CutPrefix(lines.Text(), name); ok {
				n, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", name, err)
				}
				values[name] = n
			}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(values) < len(names) {
		return nil, fmt.Errorf("only %v found of %q", values, names)
	}
	return values, nil
}

// saveProfile stores what the pprof extension says, as in "heap?gc=1" or "profile?seconds=10", for `go tool pprof`.
func (c *collector) saveProfile(ctx context.Context, what, path string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.pprof+"/debug/pprof/"+what, http.NoBody)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := io.Copy(file, response.Body); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}
