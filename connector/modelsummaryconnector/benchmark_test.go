package modelsummaryconnector

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
)

const benchBatch = 1000

// BenchmarkRecord is the cost of one prediction with 20 inputs.
func BenchmarkRecord(b *testing.B) {
	segmented := func(c *Config) { c.Segments = [][]string{{"country"}} }
	for _, bench := range []struct {
		name    string
		profile bool
		change  func(*Config)
		logs    plog.Logs
	}{
		{"attributes", true, nil, predictions(benchBatch, false)},
		{"map", true, nil, predictions(benchBatch, true)},
		{"segments", true, segmented, predictions(benchBatch, true)},
		{"no_profile", false, nil, predictions(benchBatch, true)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			c := benchConnector(b, bench.profile, bench.change)
			b.ReportAllocs()
			for n := 0; n < b.N; n += benchBatch {
				require.NoError(b, c.ConsumeLogs(context.Background(), bench.logs))
			}
		})
	}
	b.Run("spans", func(b *testing.B) {
		traces := spans(benchBatch)
		c := benchConnector(b, true, nil)
		b.ReportAllocs()
		for n := 0; n < b.N; n += benchBatch {
			require.NoError(b, c.ConsumeTraces(context.Background(), traces))
		}
	})
}

// outcomeKinds by the model's task.
var outcomeKinds = map[string]func(int) plog.Logs{
	"binary": binaryOutcomes, "multiclass": multiclassOutcomes, "regression": regressionOutcomes, "ranking": rankingOutcomes,
}

// BenchmarkOutcome is the cost of one outcome. Those of the multiclass model have ten classes, those of the ranking 20 items.
func BenchmarkOutcome(b *testing.B) {
	bench := func(name string, logs plog.Logs, change func(*Config)) {
		b.Run(name, func(b *testing.B) {
			c := benchConnector(b, name == "binary", change)
			require.NoError(b, c.ConsumeLogs(context.Background(), logs))
			b.ReportAllocs()
			b.ResetTimer()
			for n := 0; n < b.N; n += benchBatch {
				require.NoError(b, c.ConsumeLogs(context.Background(), logs))
			}
		})
	}
	for _, name := range sortedKeys(outcomeKinds) {
		bench(name, outcomeKinds[name](benchBatch), nil)
	}
	bench("binary_segments", binaryOutcomes(benchBatch), func(c *Config) { c.Segments = [][]string{{"country"}} })
}

// BenchmarkParallel is BenchmarkRecord/map by as many senders as there are processors.
func BenchmarkParallel(b *testing.B) {
	c := benchConnector(b, true, nil)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		logs := predictions(benchBatch, true)
		for n := 1; pb.Next(); n++ {
			if n%benchBatch == 0 {
				require.NoError(b, c.ConsumeLogs(context.Background(), logs))
			}
		}
	})
}

// BenchmarkFlush is the cost of sending one pane of 20 features.
func BenchmarkFlush(b *testing.B) {
	c := benchConnector(b, true, nil)
	shard := c.shared.acquire()
	all := shard.take()
	shard.mu.Unlock()
	b.ReportAllocs()
	for b.Loop() {
		_ = c.shared.emitter.metrics(all)
	}
}

// A batch may cost a few allocations, a record none.
func TestNoAllocationPerRecord(t *testing.T) {
	for name, change := range map[string]func(*Config){"whole": nil, "segments": func(c *Config) { c.Segments = [][]string{{"country"}} }} {
		for _, withProfile := range []bool{true, false} {
			c := benchConnector(t, withProfile, change)
			logs := predictions(benchBatch, true)
			perBatch := testing.AllocsPerRun(20, func() { _ = c.ConsumeLogs(context.Background(), logs) })
			require.Less(t, perBatch, benchBatch/20.0, "%s, profile %v", name, withProfile)
		}
	}
}

func TestNoAllocationPerOutcome(t *testing.T) {
	for name, outcomes := range outcomeKinds {
		c := benchConnector(t, name == "binary", func(c *Config) { c.Segments = [][]string{{"country"}} })
		logs := outcomes(benchBatch)
		perBatch := testing.AllocsPerRun(20, func() { _ = c.ConsumeLogs(context.Background(), logs) })
		require.Less(t, perBatch, benchBatch/20.0, name)
	}
}

func benchConnector(b testing.TB, withProfile bool, change func(*Config)) *running {
	cfg := config(change)
	cfg.FlushInterval = time.Hour
	p := serve()
	if withProfile {
		p = serve(twentyFeatures())
	}
	c := start(b, cfg, p, consumertest.NewNop())
	require.NoError(b, c.ConsumeLogs(context.Background(), predictions(benchBatch, true)))
	if b, ok := b.(*testing.B); ok {
		b.ResetTimer()
	}
	return c
}
