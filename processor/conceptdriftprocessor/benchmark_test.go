package conceptdriftprocessor

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"golang.org/x/sys/unix"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/semconv"
)

const benchBatch = 1000

// benchLogs is a batch as an SDK sends it.
func benchLogs(name string, more func(int, pcommon.Map)) plog.Logs {
	logs := plog.NewLogs()
	records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	records.EnsureCapacity(benchBatch)
	for i := range benchBatch {
		r := records.AppendEmpty()
		r.SetEventName(name)
		a := r.Attributes()
		a.EnsureCapacity(9)
		a.PutStr(semconv.AttrModelName, "fraud-detection")
		a.PutStr(semconv.AttrModelVersion, "2025-11-25")
		a.PutStr(semconv.AttrPredictionID, fmt.Sprintf("%08x-5b1e-4000-8000-%012x", i*2654435761%(1<<32), i))
		a.PutStr("country", []string{"DE", "FR", "ES", "IT"}[i%4])
		more(i, a)
	}
	return logs
}

func benchOutcomes() plog.Logs {
	return benchLogs(semconv.EventOutcome, func(i int, a pcommon.Map) {
		a.PutStr(semconv.AttrPredictionClass, "1")
		a.PutDouble(semconv.AttrPredictionScore, float64(i%1000)/1000)
		a.PutStr(semconv.AttrGroundTruthClass, []string{"0", "1"}[min(1, i*31%17)])
		a.PutStr(semconv.AttrJoinResult, joined)
	})
}

func benchPredictions() plog.Logs {
	return benchLogs(semconv.EventPrediction, func(i int, a pcommon.Map) {
		a.PutStr(semconv.AttrPredictionClass, "1")
		a.PutDouble(semconv.AttrPredictionScore, float64(i%1000)/1000)
		inputs := a.PutEmptyMap(semconv.AttrInputs)
		for f := range 10 {
			inputs.PutDouble(fmt.Sprint("feature", f), float64(i%97))
		}
	})
}

// at gives the events times, a thousand a second.
func at(logs plog.Logs, batch int) {
	start := epoch.Add(time.Duration(batch) * time.Second)
	for i, r := range logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().All() {
		r.SetTimestamp(pcommon.NewTimestampFromTime(start.Add(time.Duration(i) * time.Millisecond)))
	}
}

// cpu is the time that the process has had on processors: beside others, the clock on the wall says little.
func cpu() time.Duration {
	var usage unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkConsume is one event of a model with a thousand a second, of which 120,000 wait: cpu-ns/op is the processors' time. decode
// is what any component takes to decode the outcome.
func BenchmarkConsume(b *testing.B) {
	all := func(c *Config) {
		c.Detectors = nil
		for _, signal := range []string{"error", "log_loss", "brier"} {
			c.Detectors = append(c.Detectors, DetectorConfig{Signal: signal})
		}
		c.Segments = [][]string{{"country"}}
	}
	for _, c := range []struct {
		name   string
		logs   plog.Logs
		config func(*Config)
	}{
		{"outcomes", benchOutcomes(), nil},
		{"outcomes-3-detectors-1-segment", benchOutcomes(), all},
		{"outcomes-kept", benchOutcomes(), func(c *Config) { c.Storage, c.CheckpointInterval = &storageID, 0 }},
		{"predictions", benchPredictions(), nil},
		{"predictions-score", benchPredictions(), func(c *Config) { c.Detectors = []DetectorConfig{{Signal: "score"}} }},
	} {
		b.Run(c.name, func(b *testing.B) {
			p, err := NewFactory().CreateLogs(context.Background(), settings(), configured(b, c.config), consumertest.NewNop())
			require.NoError(b, err)
			require.NoError(b, p.Start(context.Background(), host{storageID: newPlain()}))
			batch := 0
			consume := func() time.Duration {
				at(c.logs, batch)
				batch++
				start := cpu()
				require.NoError(b, p.ConsumeLogs(context.Background(), c.logs))
				return cpu() - start
			}
			for range 130 {
				consume()
			}
			b.ReportAllocs()
			measured(b, consume)
			require.NoError(b, p.Shutdown(context.Background()))
		})
	}
	b.Run("decode", func(b *testing.B) {
		logs, decoder := benchOutcomes(), event.NewDecoder(nil, nil)
		measured(b, func() time.Duration {
			start := cpu()
			for range decoder.Logs(logs) {
			}
			return cpu() - start
		})
	})
}

// measured counts an event an operation, though it is done by batches.
func measured(b *testing.B, batch func() time.Duration) {
	spent, batches := time.Duration(0), 0
	for n := 0; b.Loop(); n++ {
		if n%benchBatch == 0 {
			spent += batch()
			batches++
		}
	}
	b.ReportMetric(float64(spent.Nanoseconds())/float64(batches*benchBatch), "cpu-ns/op")
}
