package modelsummaryconnector

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/profile"
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

// BenchmarkSketch is the cost of one prediction of 20 and of 100 inputs, with a joint reference and without, and of one whose only
// input is a vector.
func BenchmarkSketch(b *testing.B) {
	bench := func(name string, p *profile.Profile, logs plog.Logs) {
		b.Run(name, func(b *testing.B) {
			c := start(b, config(func(c *Config) { c.FlushInterval = time.Hour }), serve(p), consumertest.NewNop())
			require.NoError(b, c.ConsumeLogs(context.Background(), logs))
			b.ReportAllocs()
			b.ResetTimer()
			for n := 0; n < b.N; n += benchBatch {
				require.NoError(b, c.ConsumeLogs(context.Background(), logs))
			}
		})
	}
	for _, n := range []int{20, 100} {
		logs := predictionsOf(benchBatch, n, true)
		bench(fmt.Sprintf("%d_features", n), manyFeatures(n), logs)
		bench(fmt.Sprintf("%d_features_joint", n), withJoint(manyFeatures(n), n/2), logs)
	}
	for _, dims := range []int{384, 768} {
		logs := predictionsOf(benchBatch, 0, true)
		putVectors(logs, "text", dims)
		bench(fmt.Sprintf("vector_of_%d_unread", dims), manyFeatures(20), logs)
		bench(fmt.Sprintf("vector_of_%d", dims), withVector(manyFeatures(0), "text", dims), logs)
	}
}

// BenchmarkFlushSketch is the cost of sending one pane of 20 features with a joint reference, and of a vector of 768 numbers.
func BenchmarkFlushSketch(b *testing.B) {
	joint, vector := predictions(1, true), predictionsOf(1, 0, true)
	putVectors(vector, "text", 768)
	for _, bench := range []struct {
		name string
		p    *profile.Profile
		logs plog.Logs
	}{
		{"joint", withJoint(twentyFeatures(), 10), joint},
		{"vector", withVector(manyFeatures(0), "text", 768), vector},
	} {
		b.Run(bench.name, func(b *testing.B) {
			c := start(b, config(func(c *Config) { c.FlushInterval = time.Hour }), serve(bench.p), consumertest.NewNop())
			require.NoError(b, c.ConsumeLogs(context.Background(), bench.logs))
			shard := c.shared.acquire()
			all := shard.take()
			shard.mu.Unlock()
			sent, err := (&pmetric.ProtoMarshaler{}).MarshalMetrics(c.shared.emitter.metrics(all))
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				_ = c.shared.emitter.metrics(all)
			}
			b.ReportMetric(float64(len(sent)), "B/pane")
			b.ReportMetric(float64(c.shared.emitter.metrics(all).DataPointCount()), "points/pane")
		})
	}
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
