package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/leeway-ml/leeway/profile"
)

// costs measures (a), (b) and (c) in turn, again and again, so that all of them meet the same disturbances.
func (b *bench) costs(ctx context.Context) error {
	profiles, err := b.profilesOf(ctx, twenty)
	if err != nil {
		return err
	}
	reference, err := readProfile(filepath.Join(profiles, modelName(0)+".json"))
	if err != nil {
		return err
	}
	requests, err := twenty.requests()
	if err != nil {
		return err
	}
	pipelines := []pipeline{
		passThrough(),
		leewayPipeline(profiles, everySecond),
		signalToMetrics(twenty, func(feature string) []float64 { return reference.Feature(feature).Bounds }),
	}
	l := load{processors: 1, senders: 2, requests: requests, batch: twenty.batchSize(), records: b.records}
	runs, err := b.inTurn(ctx, pipelines, l)
	if err != nil {
		return err
	}
	if b.keep != "" {
		for i, p := range pipelines {
			if err := b.profile(ctx, p, l, filepath.Join(b.keep, fmt.Sprintf("costs-%c-cpu.pb.gz", 'a'+i))); err != nil {
				return err
			}
		}
	}
	t := table{columns: []string{"pipeline", "CPU a record", "of (a)", "own share", "of (c)'s", "allocations a record", "collections a million records", "live heap", "peak RSS"}}
	own := func(i, round int) float64 { return perRecord(runs[i][round]) - perRecord(runs[0][round]) }
	for i, p := range pipelines {
		of, share := "", ""
		if i > 0 {
			of = microseconds(medianOf(b.rounds, func(k int) float64 { return own(i, k) }))
			share = fmt.Sprintf("%.3f", medianOf(b.rounds, func(k int) float64 { return own(i, k) / own(len(runs)-1, k) }))
		}
		t.add(fmt.Sprintf("(%c) %s", 'a'+i, p.name), microseconds(median(runs[i], perRecord)),
			fmt.Sprintf("%.2f", medianOf(b.rounds, func(k int) float64 { return perRecord(runs[i][k]) / perRecord(runs[0][k]) })), of, share,
			fmt.Sprintf("%.2f", median(runs[i], func(r result) float64 { return r.mallocs })),
			fmt.Sprintf("%.0f", median(runs[i], func(r result) float64 { return r.cycles })),
			mebibytes(median(runs[i], func(r result) float64 { return float64(r.live) })),
			mebibytes(median(runs[i], func(r result) float64 { return float64(r.peak) })))
	}
	t.print(os.Stdout, fmt.Sprintf("What a prediction of 20 inputs costs: one processor, %d records a run in requests of %d, medians of %d runs in turn", b.records, batchSize, b.rounds))
	return nil
}

// profilesOf makes the profiles of the shape's models, in a folder of their own.
func (b *bench) profilesOf(ctx context.Context, s shape) (string, error) {
	folder, err := os.MkdirTemp(b.folder, "profiles-")
	if err != nil {
		return "", err
	}
	return folder, s.profiles(ctx, folder)
}

func readProfile(path string) (*profile.Profile, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return profile.Read(file)
}

func microseconds(ns float64) string {
	return fmt.Sprintf("%.2f µs", ns/float64(time.Microsecond))
}

func mebibytes(bytes float64) string { return fmt.Sprintf("%.0f MiB", bytes/(1<<20)) }
