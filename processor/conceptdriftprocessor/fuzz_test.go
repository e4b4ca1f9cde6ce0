package conceptdriftprocessor

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/semconv"
)

// FuzzRestore puts an entry of the storage in the place of a good one: the processor starts, and goes on.
func FuzzRestore(f *testing.F) {
	kept := newPlain()
	r := run(f, configured(f, keep), host{storageID: kept})
	r.sink.setRefuse(func(logs plog.Logs) error {
		if logs.LogRecordCount() < 100 {
			return context.Canceled // so that something waits to be said
		}
		return nil
	})
	r.send(f, rowOf(0, 1000, 3, semconv.AttrPredictionScore, 0.5, "country", "DE"))
	r.end(f)
	keys := slices.Sorted(maps.Keys(kept.entries))
	for i, key := range keys {
		entry := kept.entries[key]
		f.Add(entry, uint8(0))
		if key != indexKey {
			f.Add(entry[1:len(entry)-4], uint8(i))
		}
	}
	seed, err := json.Marshal([]string{"a", "b"})
	require.NoError(f, err)
	f.Add(seed, uint8(0))
	// Each is tried as it is, and as the inside of an entry whose checksum is right.
	f.Fuzz(func(t *testing.T, entry []byte, which uint8) {
		sealed := newEncoder()
		sealed.buf = append(sealed.buf, entry...)
		for _, data := range [][]byte{entry, sealed.seal()} {
			for i := range keys {
				if i%8 != int(which)%8 {
					continue
				}
				damaged := kept.copyOf()
				damaged.entries[keys[i]] = data
				r := run(t, configured(t, keep), host{storageID: damaged})
				r.send(t, rowOf(1000, 500, 1, semconv.AttrPredictionScore, 0.5, "country", "DE"))
				r.end(t)
				again := run(t, configured(t, keep), host{storageID: damaged})
				again.end(t)
			}
			if s, err := decodeModel(data); err == nil {
				back, err := decodeModel(s.encode())
				require.NoError(t, err)
				require.Equal(t, s.lanes, back.lanes)
			}
			_, _ = decodeGroup(data)
			_, _ = decodeItems(data)
		}
	})
}

// FuzzConsume: whatever comes over the wire is passed on.
func FuzzConsume(f *testing.F) {
	marshal := func(logs plog.Logs) []byte {
		data, err := (&plog.ProtoMarshaler{}).MarshalLogs(logs)
		require.NoError(f, err)
		return data
	}
	f.Add(marshal(rowOf(0, 3, 1, semconv.AttrPredictionScore, 0.5)))
	f.Add(marshal(logsOf(
		record(semconv.EventPrediction, second(1), "a", "ml.input.x", 1.5, semconv.AttrPredictionScore, 2),
		record(semconv.EventFeedback, second(1), "a", semconv.AttrFeedbackName, "x", semconv.AttrFeedbackScoreValue, true),
		record(semconv.EventOutcome, second(2), "a", semconv.AttrPredictionValue, 1, semconv.AttrGroundTruthValue, 2),
		record(semconv.EventOutcome, second(3), "a", "ml.prediction.probability.a", 0.5, "ml.prediction.probability.b", 0.25, "ml.prediction.probability.c", 0.25, semconv.AttrGroundTruthClass, "b"),
	)))
	r := run(f, configured(f, func(c *Config) {
		c.Detectors = nil
		for _, signal := range []string{"error", "absolute_error", "squared_error", "log_loss", "brier", "score", "value", "input/x", "feedback/x"} {
			c.Detectors = append(c.Detectors, DetectorConfig{Signal: signal})
		}
		c.Segments = [][]string{{"x"}}
		c.Limits = Limits{MaxModels: 3, MaxSegments: 3, MaxBuffered: 100, MaxBufferMiB: 1}
	}), nil)
	f.Cleanup(func() { r.end(f) })
	f.Fuzz(func(t *testing.T, data []byte) {
		logs, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(data)
		if err != nil {
			return
		}
		n := logs.LogRecordCount()
		r.send(t, logs)
		require.Equal(t, n, r.sink.take()[0].LogRecordCount())
		require.LessOrEqual(t, r.watcher().models.count(), int64(3))
		require.LessOrEqual(t, r.watcher().buffered.Load(), int64(100))
		require.GreaterOrEqual(t, r.watcher().buffered.Load(), int64(0))
	})
}
