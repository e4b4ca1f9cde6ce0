package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// large is what the memory is measured with: 50 models of 100 features, in 10 segments. A prediction carries 20 of the
// features, so that it costs what the others do.
var large = shape{models: 50, numeric: 100, inputs: 20}

// formula is what DESIGN says of the windows: 64 panes x models x features x (100 + 20 x segments) bins of 4 bytes.
func (s shape) formula() int64 {
	return 64 * int64(s.models) * int64(s.features()) * int64(100+20*len(countries)) * 4
}

// memory fills the windows of an hour, a day and a week, and then sends ever more predictions of the present.
func (b *bench) memory(ctx context.Context) error {
	profiles, err := b.profilesOf(ctx, large)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp(b.folder, "memory-")
	if err != nil {
		return err
	}
	p := leewayPipeline(profiles, "segments: [[country]]")
	p.logs = "error" // moments makes late points, which are warned of
	fmt.Printf("\nMemory of %d models x %d features x %d segments, windows of 1h, 24h and 7d. The formula says %s.\n\n",
		large.models, large.features(), len(countries), mebibytes(float64(large.formula())))
	c, err := startCollector(b.binary, folder, p, "GOMAXPROCS=2")
	if err != nil {
		return err
	}
	if err := b.fill(ctx, c); err != nil {
		c.kill()
		return fmt.Errorf("%w\n%s", err, c.logged())
	}
	return c.stop()
}

// fill sends, and measures from time to time.
func (b *bench) fill(ctx context.Context, c *collector) error {
	fmt.Print("| after | live heap | RSS | peak RSS | CPU |\n|---|---|---|---|---|\n")
	if err := b.note(ctx, c, "start, with the profiles"); err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(3, 3))
	for _, at := range moments(time.Now()) {
		request, err := large.everything(random, at)
		if err != nil {
			return err
		}
		if err := send(ctx, c.otlp, [][]byte{request}, 1, 1); err != nil {
			return err
		}
	}
	if err := b.note(ctx, c, "something of each series in each pane"); err != nil {
		return err
	}
	sent := 0
	for _, target := range b.events() {
		for sent < target {
			// Anew each time: their times are the present.
			requests, err := large.requests()
			if err != nil {
				return err
			}
			n := min(target-sent, 500_000) / batchSize
			if err := send(ctx, c.otlp, requests, n, 2); err != nil {
				return err
			}
			sent += n * batchSize
		}
		if err := b.note(ctx, c, fmt.Sprintf("%d predictions", sent)); err != nil {
			return err
		}
	}
	if b.keep == "" {
		return nil
	}
	return c.saveProfile(ctx, "heap?gc=1", filepath.Join(b.keep, "memory-heap.pb.gz"))
}

// settle is how long the collector has to send what it holds: one flush interval, and what a flush takes.
const settle = 15 * time.Second

// note measures between two flushes, after the last one's garbage has been collected.
func (b *bench) note(ctx context.Context, c *collector, after string) error {
	select {
	case <-time.After(settle):
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	h, err := c.readHeap(ctx, true)
	if err != nil {
		return err
	}
	now, peak, err := c.resident()
	if err != nil {
		return err
	}
	used, err := c.processorTime()
	if err != nil {
		return err
	}
	fmt.Printf("| %s | %s | %s | %s | %.0f s |\n", after, mebibytes(float64(h.Live)), mebibytes(float64(now)), mebibytes(float64(peak)), used.Seconds())
	return nil
}

// moments lie in every pane of the default windows. The first is of six hours ago, then come all earlier ones, which count
// although they are late, then the later ones: so that the last six hours are judged, and not the whole week.
func moments(now time.Time) []time.Time {
	var earlier, later []time.Time
	for _, window := range []struct{ length, every time.Duration }{
		{7 * 24 * time.Hour, 6 * time.Hour}, {24 * time.Hour, time.Hour}, {time.Hour, 5 * time.Minute},
	} {
		for back := window.length; back > 0; back -= window.every {
			if at := now.Add(-back); back > 6*time.Hour {
				earlier = append(earlier, at)
			} else {
				later = append(later, at)
			}
		}
	}
	slices.SortFunc(later, time.Time.Compare)
	return slices.Concat(later[:1], earlier, later[1:], []time.Time{now})
}

// events are powers of ten up to the flag.
func (b *bench) events() []int {
	var all []int
	for n := 1_000_000; n <= b.maxEvents; n *= 10 {
		all = append(all, n)
	}
	return all
}
