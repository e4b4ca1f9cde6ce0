package event

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// What comes over the wire is decoded without a panic, and what it yields is an event.
func FuzzLogs(f *testing.F) {
	fields, err := FieldsConfig{Logs: map[string]string{"model_name": `log.body["m"]`, "inputs": `log.attributes["ml.inputs"]`}}.Compile(componenttest.NewNopTelemetrySettings())
	require.NoError(f, err)
	logs, resource, scope, r := record()
	resource.PutStr("ml.model.name", "m")
	scope.PutDouble("ml.input.s", 1)
	r.SetTimestamp(5)
	r.Attributes().PutStr("country", "DE")
	r.Attributes().PutStr("ml.prediction.class", "1")
	r.Attributes().PutDouble("ml.prediction.score", 0.5)
	r.Attributes().PutStr("ml.prediction.time", "2025-11-24T16:00:00Z")
	r.Attributes().PutEmptySlice("ml.prediction.items").AppendEmpty().SetInt(7)
	r.Attributes().PutEmptyMap("ml.ground_truth.relevances").PutInt("7", 1)
	r.Attributes().PutEmptyMap("ml.inputs").PutEmptySlice("array").AppendEmpty().SetEmptyMap().PutInt("x", 1)
	vector := r.Attributes().PutEmptySlice("ml.input.vector")
	vector.AppendEmpty().SetDouble(0.5)
	vector.AppendEmpty().SetInt(-3)
	scope.PutEmptySlice("ml.input.vector").AppendEmpty().SetInt(1)
	r.Body().SetEmptyMap().PutBool("m", true)
	seed, err := (&plog.ProtoMarshaler{}).MarshalLogs(logs)
	require.NoError(f, err)
	f.Add(seed)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		logs, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(data)
		if err != nil {
			return
		}
		for _, d := range []*Decoder{NewDecoder([]string{"country", "ml.model.name"}, nil), NewDecoder(nil, fields)} {
			for e := range d.Logs(logs) {
				require.True(t, strings.HasPrefix(e.Name, "ml."))
				require.Len(t, e.Segments, len(d.segments))
				require.LessOrEqual(t, len(d.spellings), maxSpellings)
				require.Less(t, e.PredictionTime, uint64(maxTime))
				for i := range e.Inputs {
					require.Equal(t, e.Inputs[i].Kind == Numbers, len(e.Inputs[i].Numbers) > 0)
				}
			}
		}
	})
}

func FuzzSpans(f *testing.F) {
	traces := ptrace.NewTraces()
	s := traces.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	s.SetStartTimestamp(1)
	s.SetEndTimestamp(2)
	s.Attributes().PutStr("ml.model.name", "m")
	s.Attributes().PutDouble("ml.input.a", 1)
	seed, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(traces)
	require.NoError(f, err)
	f.Add(seed)
	f.Fuzz(func(t *testing.T, data []byte) {
		traces, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(data)
		if err != nil {
			return
		}
		for e := range NewDecoder([]string{"a"}, nil).Spans(traces) {
			require.NotEmpty(t, e.Model)
			require.Equal(t, "ml.prediction", e.Name)
		}
	})
}
