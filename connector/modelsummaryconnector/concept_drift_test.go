package modelsummaryconnector

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/semconv"
)

var detections = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) anEvent {
	e := anEvent{
		name: semconv.EventConceptDrift,
		at:   time.Duration(rapid.IntRange(0, 400).Draw(t, "second")) * time.Second,
		attributes: map[string]any{
			semconv.AttrModelName:      rapid.SampledFrom([]string{"known", "unknown"}).Draw(t, "model"),
			semconv.AttrDetectorName:   rapid.SampledFrom([]string{"error/adwin", "error/ddm", ""}).Draw(t, "detector"),
			semconv.AttrDetectorSignal: "error",
			semconv.AttrDetectorLevel:  rapid.SampledFrom([]string{"warning", "drift", "?"}).Draw(t, "level"),
		},
	}
	for _, key := range []string{"device", "country", "tier"} {
		if rapid.Bool().Draw(t, key) {
			e.attributes[semconv.AttrSegmentPrefix+key] = "x"
		}
	}
	return e
}), 0, 10)

// Every detection that names detector and level is counted once, in the whole traffic or in a segment.
func TestEveryDetectionIsCountedOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		all := detections.Draw(rt, "detections")
		want := map[bool]uint64{}
		for _, e := range all {
			if e.attributes[semconv.AttrDetectorName] != "" && e.attributes[semconv.AttrDetectorLevel] != "?" {
				want[len(e.attributes) > 4]++
			}
		}
		s := summarise(t, rt, [][]anEvent{all}, time.Hour, false)
		for _, segmented := range []bool{false, true} {
			require.Equal(rt, want[segmented], s.count(semconv.MetricConceptDrifts, nil, segmented), "segmented %v", segmented)
		}
	})
}

// Whatever names are invented, there are only so many series, and every detection is in one.
func TestInventedDetectorsAndSlices(t *testing.T) {
	const n, limit = 400, 10
	sink := &consumertest.MetricsSink{}
	c := start(t, config(func(c *Config) { c.Limits.MaxCategories, c.Limits.MaxSegments = limit, limit }), serve(), sink)
	var all []anEvent
	for i := range n {
		e := anEvent{name: semconv.EventConceptDrift, attributes: map[string]any{
			semconv.AttrModelName: "m", semconv.AttrDetectorName: fmt.Sprint("d", i), semconv.AttrDetectorLevel: "drift",
		}}
		switch i % 4 {
		case 1:
			e.attributes[semconv.AttrSegmentPrefix+fmt.Sprint("k", i)] = "x"
		case 2:
			e.attributes[semconv.AttrSegmentPrefix+"k"] = fmt.Sprint("x", i)
		case 3:
			for k := range 20 {
				e.attributes[semconv.AttrSegmentPrefix+fmt.Sprint("k", k)] = "x"
			}
		}
		all = append(all, e)
	}
	for range 2 { // two shards' worth: merged in what is held
		shard := newShard(c.shared.catalog, c.shared.cfg, c.shared.notices, &c.shared.bytes)
		for e := range event.NewDecoder(nil, nil).Logs(batch(t, all)) {
			shard.add(e)
		}
		c.shared.held.add(shard.take())
	}
	require.NoError(t, c.shared.flush(context.Background()))
	s := sumUp(sink.AllMetrics()...)
	require.Equal(t, uint64(2*n), s.count(semconv.MetricConceptDrifts, nil, false)+s.count(semconv.MetricConceptDrifts, nil, true))
	require.LessOrEqual(t, len(s), (limit+2)*(limit+1))
}

// Detections that the next component refuses for good are lost once, and counted so.
func TestLostDetections(t *testing.T) {
	c := start(t, config(nil), serve(), consumertest.NewErr(consumererror.NewPermanent(context.Canceled)))
	require.NoError(t, c.ConsumeLogs(context.Background(), batch(t, []anEvent{
		{name: semconv.EventConceptDrift, attributes: map[string]any{semconv.AttrModelName: "m", semconv.AttrDetectorName: "d", semconv.AttrDetectorLevel: "drift"}},
		{name: semconv.EventConceptDrift, attributes: map[string]any{semconv.AttrModelName: "m", semconv.AttrDetectorName: "d", semconv.AttrDetectorLevel: "drift", "ml.segment.k": "x"}},
	})))
	require.Error(t, c.shared.flush(context.Background()))
	require.Contains(t, describeTelemetry(t, c.telemetry), "otelcol_model_summary_events_lost{}: 2")
}
