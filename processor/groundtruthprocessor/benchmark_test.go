package groundtruthprocessor

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"
	"golang.org/x/sys/unix"

	"github.com/leeway-ml/leeway/extension/storage/pebblestorage"
	"github.com/leeway-ml/leeway/semconv"
)

const benchBatch = 1000

// uuid is the i-th prediction id, in no order.
func uuid(i int) string {
	x := uint64(i+1) * 0x9e3779b97f4a7c15
	y := x ^ x>>29*0xbf58476d1ce4e5b9
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", x>>32, x>>16&0xffff, x&0xfff, y>>52, y&0xffffffffffff)
}

// benchPredictions and benchTruths are a batch of such events, as an SDK sends them.
func benchPredictions(n int) plog.Logs {
	return benchEvents(semconv.EventPrediction, n, n, func(i int, a pcommon.Map) {
		a.PutStr(semconv.AttrModelVersion, "2025-11-25")
		a.PutStr(semconv.AttrPredictionClass, []string{"legitimate", "fraud"}[i%2])
		a.PutDouble(semconv.AttrPredictionScore, float64(i%1000)/1000)
		a.PutStr("country", []string{"DE", "FR", "ES", "IT"}[i%4])
		inputs := a.PutEmptyMap(semconv.AttrInputs)
		for f := range 10 {
			inputs.PutDouble(fmt.Sprint("feature", f), float64(i%97))
		}
	})
}

func benchTruths(n, at int) plog.Logs {
	return benchEvents(semconv.EventGroundTruth, n, at, func(i int, a pcommon.Map) {
		a.PutStr(semconv.AttrGroundTruthClass, []string{"legitimate", "fraud"}[i/2%2])
	})
}

func benchEvents(name string, n, at int, more func(int, pcommon.Map)) plog.Logs {
	logs := plog.NewLogs()
	records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	records.EnsureCapacity(benchBatch)
	for i := n * benchBatch; i < (n+1)*benchBatch; i++ {
		r := records.AppendEmpty()
		r.SetEventName(name)
		r.SetTimestamp(pcommon.NewTimestampFromTime(epoch.Add(time.Duration(at) * time.Second)))
		a := r.Attributes()
		a.EnsureCapacity(8)
		a.PutStr(semconv.AttrModelName, "fraud-detection")
		a.PutStr(semconv.AttrPredictionID, uuid(i))
		more(i, a)
	}
	return logs
}

func benchPebble(b testing.TB, sync bool) (storage.Extension, string) {
	factory := pebblestorage.NewFactory()
	cfg := factory.CreateDefaultConfig().(*pebblestorage.Config)
	cfg.Directory, cfg.Sync = b.TempDir(), sync
	e, err := factory.Create(context.Background(), extensiontest.NewNopSettings(factory.Type()), cfg)
	require.NoError(b, err)
	require.NoError(b, e.Start(context.Background(), componenttest.NewNopHost()))
	b.Cleanup(func() { require.NoError(b, e.Shutdown(context.Background())) })
	return e.(storage.Extension), cfg.Directory
}

func benchProcessor(b testing.TB, cfg *Config, h host) processor.Logs {
	p, err := NewFactory().CreateLogs(context.Background(), settings(), cfg, consumertest.NewNop())
	require.NoError(b, err)
	require.NoError(b, p.Start(context.Background(), h))
	b.Cleanup(func() { require.NoError(b, p.Shutdown(context.Background())) })
	return p
}

// cpu is the time that the process has had on processors: beside others, the clock on the wall says little.
func cpu() time.Duration {
	var usage unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkJoin is a prediction and, 100 batches later, its truth; cpu-ns/op is the processors' time, with all that goes on in the
// background. BenchmarkJoin/bare is what the same store takes to write, read, and write again as many entries of that size, without
// any join.
func BenchmarkJoin(b *testing.B) {
	const lag = 100
	for _, where := range []string{"memory", "pebble", "pebble-sync"} {
		b.Run(where, func(b *testing.B) {
			cfg := configured(b, func(c *Config) { c.Segments = [][]string{{"country"}} })
			h := host{}
			if where != "memory" {
				cfg.Storage = &storageID
				e, _ := benchPebble(b, where == "pebble-sync")
				h[storageID] = e
			}
			p := benchProcessor(b, cfg, h)
			ctx := context.Background()
			for n := range lag {
				require.NoError(b, p.ConsumeLogs(ctx, benchPredictions(n)))
			}
			b.ReportAllocs()
			spent, made := time.Duration(0), 0
			for n := lag; b.Loop(); made++ {
				if made%benchBatch == 0 {
					b.StopTimer()
					predictions, truths := benchPredictions(n), benchTruths(n-lag, n)
					b.StartTimer()
					start := cpu()
					require.NoError(b, p.ConsumeLogs(ctx, predictions))
					require.NoError(b, p.ConsumeLogs(ctx, truths))
					spent += cpu() - start
					n++
				}
			}
			b.ReportMetric(float64(spent.Nanoseconds())/float64((made+benchBatch-1)/benchBatch*benchBatch), "cpu-ns/op")
		})
	}
	b.Run("bare", func(b *testing.B) {
		e, _ := benchPebble(b, false)
		client, err := e.GetClient(context.Background(), component.KindProcessor, component.MustNewID("bare"), "")
		require.NoError(b, err)
		ctx, value := context.Background(), make([]byte, 100)
		keys := keyer{}
		batch := func(n int, operation func(string) *storage.Operation) {
			operations := make([]*storage.Operation, benchBatch)
			for i := range operations {
				operations[i] = operation(entryKey(keys.key("fraud-detection", uuid(n*benchBatch+i))))
			}
			require.NoError(b, client.Batch(ctx, operations...))
		}
		set := func(key string) *storage.Operation { return storage.SetOperation(key, value) }
		short := func(key string) *storage.Operation { return storage.SetOperation(key, value[:30]) }
		for n := range lag {
			batch(n, set)
		}
		spent, made := time.Duration(0), 0
		for n := lag; b.Loop(); made++ {
			if made%benchBatch == 0 {
				start := cpu()
				batch(n, storage.GetOperation)
				batch(n, set)
				batch(n-lag, storage.GetOperation)
				batch(n-lag, short)
				spent += cpu() - start
				n++
			}
		}
		b.ReportMetric(float64(spent.Nanoseconds())/float64((made+benchBatch-1)/benchBatch*benchBatch), "cpu-ns/op")
	})
}
