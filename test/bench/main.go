package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

type part struct {
	name string
	run  func(*bench, context.Context) error
}

// parts in the order in which they run.
var parts = []part{
	{"costs", (*bench).costs},
	{"variants", (*bench).variants},
	{"senders", (*bench).senders},
	{"memory", (*bench).memory},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	var names []string
	for _, p := range parts {
		names = append(names, p.name)
	}
	b := &bench{processors: runtime.NumCPU()}
	only := flag.String("only", strings.Join(names, ","), "parts to run")
	flag.IntVar(&b.rounds, "rounds", 5, "how often each pipeline is measured; medians are told")
	flag.IntVar(&b.records, "records", 500_000, "records of one measurement")
	flag.IntVar(&b.maxEvents, "events", 1_000_000, "up to how many predictions the memory is measured; 100000000 takes half an hour")
	flag.StringVar(&b.keep, "keep", "", "folder to keep profiles of the collectors in, for go tool pprof")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("%q: there are only flags; see -help", flag.Arg(0))
	}
	chosen := strings.Split(*only, ",")
	for _, name := range chosen {
		if !slices.Contains(names, name) {
			return fmt.Errorf("-only %s: there are %s", name, strings.Join(names, ", "))
		}
	}
	var err error
	if b.binary, err = buildCollector(ctx); err != nil {
		return err
	}
	if b.folder, err = os.MkdirTemp("", "leeway-bench-"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(b.folder) }()
	fmt.Printf("%s, %s/%s, %d processors, load %s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, b.processors, loadAverage())
	for _, p := range parts {
		if !slices.Contains(chosen, p.name) {
			continue
		}
		began := time.Now()
		if err := p.run(b, ctx); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		fmt.Printf("\n(%s: %.0f s, load %s)\n", p.name, time.Since(began).Seconds(), loadAverage())
	}
	return nil
}

// loadAverage of the last minute: above the number of processors in use, something else disturbs.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}
