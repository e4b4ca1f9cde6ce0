package calibrateprocessor

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"

	"github.com/leeway-ml/leeway/processor/calibrateprocessor/internal/metadata"
	"github.com/leeway-ml/leeway/semconv"
)

// batchOf are predictions of twenty inputs each.
func batchOf(n int) plog.Logs {
	logs := plog.NewLogs()
	records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	for i := range n {
		record := records.AppendEmpty()
		record.SetEventName(semconv.EventPrediction)
		attributes := record.Attributes()
		attributes.EnsureCapacity(6)
		attributes.PutStr(semconv.AttrModelName, "fraud")
		attributes.PutStr(semconv.AttrModelVersion, "1")
		attributes.PutDouble(semconv.AttrPredictionScore, float64(i)/float64(n))
		inputs := attributes.PutEmptyMap(semconv.AttrInputs)
		for k := range 20 {
			inputs.PutDouble(string(rune('a'+k)), float64(k))
		}
	}
	return logs
}

// A batch of a thousand predictions; one has its calibrated score already from the second pass on, unless it is taken away, which is timed too.
func BenchmarkConsumeLogs(b *testing.B) {
	set := processor.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: componenttest.NewNopTelemetrySettings()}
	made, err := NewFactory().CreateLogs(context.Background(), set, createDefaultConfig(), consumertest.NewNop())
	require.NoError(b, err)
	require.NoError(b, made.Start(context.Background(), host{profilesID: halved()}))
	batch := batchOf(1000)
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		for _, record := range batch.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().All() {
			record.Attributes().Remove(semconv.AttrPredictionCalibratedScore)
		}
		if err := made.ConsumeLogs(ctx, batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/event")
}

// What the processor itself does for an event allocates nothing.
func TestNoAllocation(t *testing.T) {
	set := processor.Settings{ID: component.NewID(metadata.Type), TelemetrySettings: componenttest.NewNopTelemetrySettings()}
	made, err := NewFactory().CreateLogs(context.Background(), set, createDefaultConfig(), consumertest.NewNop())
	require.NoError(t, err)
	require.NoError(t, made.Start(context.Background(), host{profilesID: halved()}))
	batch := batchOf(1000)
	ctx := context.Background()
	require.NoError(t, made.ConsumeLogs(ctx, batch)) // grows the maps
	again := testing.AllocsPerRun(10, func() {       // all have a calibrated score
		require.NoError(t, made.ConsumeLogs(ctx, batch))
	})
	calibrates := testing.AllocsPerRun(10, func() {
		for _, record := range batch.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().All() {
			record.Attributes().Remove(semconv.AttrPredictionCalibratedScore)
		}
		require.NoError(t, made.ConsumeLogs(ctx, batch))
	})
	t.Logf("%.0f allocations for 1000 events that pass, %.0f for 1000 that are calibrated", again, calibrates)
	require.Less(t, again, 50.0)
	require.Less(t, calibrates, 1050.0, "one an event at most: pdata's own, for the number")
}
