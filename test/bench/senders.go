package main

import (
	"context"
	"fmt"
	"os"
)

// senders measures how many records a second go through, by how many senders and with how many processors. The senders
// use the same machine: where they leave the collector no processor, CPU a record says more than records a second.
func (b *bench) senders(ctx context.Context) error {
	profiles, err := b.profilesOf(ctx, twenty)
	if err != nil {
		return err
	}
	requests, err := twenty.requests()
	if err != nil {
		return err
	}
	pipelines := []pipeline{passThrough(), leewayPipeline(profiles, everySecond)}
	t := table{columns: []string{"pipeline", "processors", "senders", "records a second", "CPU a record"}}
	for _, processors := range []int{1, 2} {
		if processors > b.processors {
			break
		}
		for _, senders := range []int{1, 8} {
			l := load{processors: processors, senders: senders, requests: requests, batch: twenty.batchSize(), records: b.records}
			runs, err := b.inTurn(ctx, pipelines, l)
			if err != nil {
				return err
			}
			for i, p := range pipelines {
				t.add(p.name, fmt.Sprint(processors), fmt.Sprint(senders),
					fmt.Sprintf("%.0f", median(runs[i], func(r result) float64 { return r.throughput })), microseconds(median(runs[i], perRecord)))
			}
		}
	}
	t.print(os.Stdout, fmt.Sprintf("Throughput, by processors of the collector; the senders share the machine's %d", b.processors))
	return nil
}
