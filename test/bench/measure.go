package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// bench is what all parts share.
type bench struct {
	binary     string
	folder     string // for what is needed while it runs
	rounds     int
	records    int
	maxEvents  int
	keep       string // folder for profiles of the collectors; none where empty
	processors int    // of this machine
}

// load is how a pipeline is measured.
type load struct {
	processors, senders int
	requests            [][]byte
	batch               int // records a request
	records             int
	gogc                string // of the collector; 100, Go's default, where empty
}

// result is what one run came to.
type result struct {
	perRecord  time.Duration // processor time of the collector, user and system
	throughput float64       // records a second by the wall clock
	mallocs    float64       // objects allocated for a record
	cycles     float64       // of the garbage collector, a million records
	live       int64         // bytes of the heap after a collection
	peak       int64         // greatest resident memory in bytes
}

// warmUp is how many requests go before those that are measured.
const warmUp = 50

// inTurn measures the pipelines one after the other, again and again, so that all of them meet the same disturbances. It
// returns a list of results for each.
func (b *bench) inTurn(ctx context.Context, pipelines []pipeline, l load) ([][]result, error) {
	runs := make([][]result, len(pipelines))
	for range b.rounds {
		for i, p := range pipelines {
			r, err := b.run(ctx, p, l)
			if err != nil {
				return nil, err
			}
			runs[i] = append(runs[i], r)
		}
	}
	return runs, nil
}

// run starts a collector, measures it and stops it.
func (b *bench) run(ctx context.Context, p pipeline, l load) (result, error) {
	folder, err := os.MkdirTemp(b.folder, "run-")
	if err != nil {
		return result{}, err
	}
	c, err := startCollector(b.binary, folder, p, fmt.Sprintf("GOMAXPROCS=%d", l.processors), "GOGC="+cmp.Or(l.gogc, "100"))
	if err != nil {
		return result{}, err
	}
	r, err := c.measure(ctx, l)
	if err != nil {
		c.kill()
		return result{}, fmt.Errorf("%s: %w\n%s", p.name, err, c.logged())
	}
	if err := c.stop(); err != nil {
		return result{}, fmt.Errorf("%s: %w", p.name, err)
	}
	return r, nil
}

func (c *collector) measure(ctx context.Context, l load) (result, error) {
	if err := send(ctx, c.otlp, l.requests, warmUp, l.senders); err != nil {
		return result{}, err
	}
	// Twice, to know what the reading itself allocates.
	first, err := c.readHeap(ctx, true)
	if err != nil {
		return result{}, err
	}
	before, err := c.readHeap(ctx, true)
	if err != nil {
		return result{}, err
	}
	used, err := c.processorTime()
	if err != nil {
		return result{}, err
	}
	began := time.Now()
	if err := send(ctx, c.otlp, l.requests, l.records/l.batch, l.senders); err != nil {
		return result{}, err
	}
	took := time.Since(began)
	usedNow, err := c.processorTime()
	if err != nil {
		return result{}, err
	}
	after, err := c.readHeap(ctx, false)
	if err != nil {
		return result{}, err
	}
	_, peak, err := c.resident()
	if err != nil {
		return result{}, err
	}
	collected, err := c.readHeap(ctx, true)
	if err != nil {
		return result{}, err
	}
	n := float64(l.records / l.batch * l.batch)
	return result{
		perRecord:  time.Duration(float64(usedNow-used) / n),
		throughput: n / took.Seconds(),
		mallocs:    float64(after.Mallocs-before.Mallocs-(before.Mallocs-first.Mallocs)) / n,
		cycles:     float64(after.Cycles-before.Cycles) / n * 1e6,
		live:       collected.Live,
		peak:       peak,
	}, nil
}

// profile stores the CPU profile of the collector under the load.
func (b *bench) profile(ctx context.Context, p pipeline, l load, path string) error {
	folder, err := os.MkdirTemp(b.folder, "run-")
	if err != nil {
		return err
	}
	c, err := startCollector(b.binary, folder, p, fmt.Sprintf("GOMAXPROCS=%d", l.processors), "GOGC="+cmp.Or(l.gogc, "100"))
	if err != nil {
		return err
	}
	profiled := make(chan error, 1)
	go func() { profiled <- c.saveProfile(ctx, "profile?seconds=5", path) }()
	for running := true; running && err == nil; {
		select {
		case err = <-profiled:
			running = false
		default:
			err = send(ctx, c.otlp, l.requests, 100, l.senders)
		}
	}
	return errors.Join(err, c.stop())
}
