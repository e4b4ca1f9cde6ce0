package modelsummaryconnector

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/semconv"
)

// Whatever comes over the wire is summarised, or refused and counted, without a panic and without an error.
func FuzzConsumeLogs(f *testing.F) {
	seed, err := (&plog.ProtoMarshaler{}).MarshalLogs(batch(f, []anEvent{{
		attributes: map[string]any{semconv.AttrModelName: "known", "device": "phone", semconv.AttrPredictionScore: 0.5, semconv.AttrExperimentName: "e"},
		inputs:     map[string]any{"amount": 0.5, "country": "DE", "member": true, "novel": 3, "nested": []any{1}},
	}}))
	require.NoError(f, err)
	f.Add(seed)
	for _, name := range sortedKeys(outcomeKinds) {
		seed, err := (&plog.ProtoMarshaler{}).MarshalLogs(outcomeKinds[name](2))
		require.NoError(f, err)
		f.Add(seed)
	}
	for _, e := range []anEvent{
		{inputs: map[string]any{"vector": []any{0.5, -1.0, 3.0}, "short": []any{1.0}, "amount": []any{1.0, 2.0}}},
		{name: semconv.EventConceptDrift},
	} {
		e.attributes = map[string]any{
			semconv.AttrModelName: "known", semconv.AttrDetectorName: "error/adwin", semconv.AttrDetectorLevel: "drift", semconv.AttrSegmentPrefix + "tier": "gold",
		}
		seed, err := (&plog.ProtoMarshaler{}).MarshalLogs(batch(f, []anEvent{e}))
		require.NoError(f, err)
		f.Add(seed)
	}
	c := start(f, segmentedConfig(0), serve(withVector(withJoint(knownProfile(), 2), "vector", 3)), consumertest.NewNop())
	f.Fuzz(func(t *testing.T, data []byte) {
		logs, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(data)
		if err != nil {
			return
		}
		require.NoError(t, c.ConsumeLogs(context.Background(), logs))
	})
}
