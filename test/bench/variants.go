package main

import (
	"context"
	"fmt"
	"os"
)

// variants measures what else a prediction may cost: other forms of it, other settings of model_summary. Each is compared
// with the pass-through of the same requests.
func (b *bench) variants(ctx context.Context) error {
	asAttributes, mixed, hundred, small := twenty, twenty, twenty, twenty
	asAttributes.attributes = true
	mixed.numeric, mixed.categorical = 16, 4
	hundred.numeric = 100
	small.batch = 50
	t := table{columns: []string{"prediction, settings", "pass-through", "with Leeway", "ratio", "own share"}}
	for _, v := range []struct {
		name      string
		shape     shape
		settings  string
		noProfile bool
		gogc      string
	}{
		{"20 numbers in a map", twenty, everySecond, false, ""},
		{"each input an attribute", asAttributes, everySecond, false, ""},
		{"16 numbers, 4 categories", mixed, everySecond, false, ""},
		{"100 numbers", hundred, everySecond, false, ""},
		{"no profile", twenty, everySecond, true, ""},
		{"a segment (10 countries)", twenty, everySecond + ", segments: [[country]]", false, ""},
		{"requests of 50", small, everySecond, false, ""},
		{"GOGC=400", twenty, everySecond, false, "400"},
		{"`flush_interval: 0s`", twenty, "flush_interval: 0s", false, ""},
		{"`flush_interval: 0s`, requests of 50", small, "flush_interval: 0s", false, ""},
	} {
		of := v.shape
		if v.noProfile {
			of.models = 0
		}
		folder, err := b.profilesOf(ctx, of)
		if err != nil {
			return err
		}
		requests, err := v.shape.requests()
		if err != nil {
			return err
		}
		l := load{processors: 1, senders: 2, requests: requests, batch: v.shape.batchSize(), records: b.records / 2, gogc: v.gogc}
		runs, err := b.inTurn(ctx, []pipeline{passThrough(), leewayPipeline(folder, v.settings)}, l)
		if err != nil {
			return err
		}
		through, with := runs[0], runs[1]
		t.add(v.name,
			microseconds(median(through, perRecord)), microseconds(median(with, perRecord)),
			fmt.Sprintf("%.2f", medianOf(b.rounds, func(k int) float64 { return perRecord(with[k]) / perRecord(through[k]) })),
			microseconds(medianOf(b.rounds, func(k int) float64 { return perRecord(with[k]) - perRecord(through[k]) })))
	}
	t.print(os.Stdout, "CPU a record of other predictions and settings: one processor")
	return nil
}
