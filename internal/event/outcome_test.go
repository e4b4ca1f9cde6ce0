package event

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func TestOutcome(t *testing.T) {
	logs, _, _, r := record()
	r.SetEventName("ml.outcome")
	r.SetTimestamp(9)
	a := r.Attributes()
	a.PutStr("ml.prediction.class", "yes")
	a.PutDouble("ml.prediction.calibrated_score", 0.75)
	a.PutInt("ml.prediction.time", 1764000000123456789)
	a.PutBool("ml.ground_truth.class", false)
	a.PutInt("ml.ground_truth.value", 3)
	a.PutStr("ml.join.result", "joined")
	a.PutStr("ml.feedback.name", "helpful")
	a.PutDouble("ml.feedback.score.value", 0.5)
	a.PutStr("ml.feedback.score.label", "so so")
	items := a.PutEmptySlice("ml.prediction.items")
	items.AppendEmpty().SetStr("a")
	items.AppendEmpty().SetInt(7)
	items.AppendEmpty().SetEmptyMap()
	a.PutEmptyMap("ml.ground_truth.relevances").PutInt("a", 2)
	require.Equal(t, []Event{{
		Name: "ml.outcome", Time: 9, Class: "yes", CalibratedScore: number("", 0.75).Value, PredictionTime: 1764000000123456789,
		GroundTruthClass: "false", GroundTruthValue: number("", 3).Value, JoinResult: "joined",
		FeedbackName: "helpful", FeedbackScore: number("", 0.5).Value, FeedbackLabel: "so so",
		Items: []string{"a", "7", ""}, Relevances: []Field{number("a", 2)},
	}}, decode(NewDecoder(nil, nil), logs))
}

// A class that is sent as a number or as a boolean reads as the predicted one does.
func TestTrueClassesAreSpelledAsPredictedOnes(t *testing.T) {
	for want, put := range map[string]func(m pcommon.Map, key string){
		"1":    func(m pcommon.Map, key string) { m.PutDouble(key, 1) },
		"-3":   func(m pcommon.Map, key string) { m.PutInt(key, -3) },
		"true": func(m pcommon.Map, key string) { m.PutBool(key, true) },
		"yes":  func(m pcommon.Map, key string) { m.PutStr(key, "yes") },
		"":     func(m pcommon.Map, key string) { m.PutEmptySlice(key) },
	} {
		logs, _, _, r := record()
		put(r.Attributes(), "ml.prediction.class")
		put(r.Attributes(), "ml.ground_truth.class")
		e := decode(NewDecoder(nil, nil), logs)[0]
		require.Equal(t, []string{want, want}, []string{e.Class, e.GroundTruthClass})
	}
}

func TestTimesOfPredictions(t *testing.T) {
	for _, c := range []struct {
		raw  any
		want uint64
		bad  bool
	}{
		{int64(1764000000123456789), 1764000000123456789, false},
		{int64(0), 0, false},
		{1.5e18, 1500000000000000000, false},
		{"2025-11-24T16:00:00Z", 1764000000000000000, false},
		{"2025-11-24T17:00:00.25+01:00", 1764000000250000000, false},
		{"", 0, false},
		{nil, 0, false},
		{int64(-1), 0, true},
		{-1.5, 0, true},
		{1e300, 0, true},
		{"yesterday", 0, true},
		{"1764000000123456789", 0, true},
		{"1960-01-01T00:00:00Z", 0, true},
		{"3000-01-01T00:00:00Z", 0, true},
		{true, 0, true},
		{[]any{}, 0, true},
	} {
		logs, _, _, r := record()
		require.NoError(t, r.Attributes().FromRaw(map[string]any{"ml.prediction.time": c.raw}))
		e := decode(NewDecoder(nil, nil), logs)[0]
		require.Equal(t, c.want, e.PredictionTime, "%v", c.raw)
		require.Equal(t, c.bad, e.BadPredictionTime, "%v", c.raw)
	}
}

// The ranking of a record takes the place of its scope's; relevances add up, as inputs do. Neither is heard in the next record.
func TestRankings(t *testing.T) {
	logs, resource, scope, r := record()
	resource.PutEmptySlice("ml.prediction.items").AppendEmpty().SetStr("resource")
	resource.PutEmptyMap("ml.ground_truth.relevances").PutInt("resource", 1)
	scope.PutEmptySlice("ml.prediction.items").AppendEmpty().SetStr("scope")
	r.Attributes().PutEmptySlice("ml.prediction.items").AppendEmpty().SetStr("record")
	r.Attributes().PutEmptyMap("ml.ground_truth.relevances").PutInt("record", 2)
	logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().AppendEmpty().SetEventName("ml.prediction")
	logs.ResourceLogs().At(0).ScopeLogs().AppendEmpty().LogRecords().AppendEmpty().SetEventName("ml.prediction")
	all := decode(NewDecoder(nil, nil), logs)
	require.Equal(t, []string{"record"}, all[0].Items)
	require.Equal(t, []Field{number("record", 2), number("resource", 1)}, all[0].Relevances)
	require.Equal(t, []string{"scope"}, all[1].Items)
	require.Equal(t, []Field{number("resource", 1)}, all[1].Relevances)
	require.Equal(t, []string{"resource"}, all[2].Items)
}

func TestRankingsThatAreNone(t *testing.T) {
	logs, _, _, r := record()
	r.Attributes().PutStr("ml.prediction.items", "a,b")
	r.Attributes().PutStr("ml.ground_truth.relevances", "a")
	e := decode(NewDecoder(nil, nil), logs)[0]
	require.True(t, e.BadItems)
	require.True(t, e.BadRelevances)
	require.Empty(t, e.Items)
	require.Empty(t, e.Relevances)
}

// A span that carries the truth already is a prediction all the same.
func TestSpanWithItsTruth(t *testing.T) {
	traces := ptrace.NewTraces()
	s := traces.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	s.SetEndTimestamp(5)
	s.Attributes().PutStr("ml.model.name", "m")
	s.Attributes().PutStr("ml.ground_truth.class", "yes")
	for e := range NewDecoder(nil, nil).Spans(traces) {
		require.Equal(t, "ml.prediction", e.Name)
		require.Equal(t, "yes", e.GroundTruthClass)
		return
	}
	t.Fatal("no event")
}

func TestFieldsOfOutcomes(t *testing.T) {
	fields, err := FieldsConfig{Logs: map[string]string{
		"event_name":         `"ml.outcome"`,
		"ground_truth_class": `log.body["label"]`,
		"ground_truth_value": `log.body["actual"]`,
		"calibrated_score":   `log.body["p"]`,
		"prediction_time":    `Time(log.body["at"], "%Y-%m-%d %H:%M:%S")`,
		"join_result":        `"joined"`,
		"feedback_name":      `log.body["question"]`,
		"feedback_score":     `log.body["stars"]`,
		"feedback_label":     `log.body["word"]`,
		"items":              `Split(log.body["ranking"], ",")`,
		"relevances":         `log.body["gains"]`,
	}}.Compile(componenttest.NewNopTelemetrySettings())
	require.NoError(t, err)
	logs := plog.NewLogs()
	r := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	require.NoError(t, r.Body().SetEmptyMap().FromRaw(map[string]any{
		"label": 1, "actual": 2.5, "p": 0.25, "at": "2025-11-24 16:00:00", "question": "q", "stars": 4, "word": "good",
		"ranking": "b,a", "gains": map[string]any{"a": 1},
	}))
	e := decode(NewDecoder(nil, fields), logs)[0]
	require.NoError(t, e.Err)
	e.Inputs = nil
	require.Equal(t, Event{
		Name: "ml.outcome", GroundTruthClass: "1", GroundTruthValue: number("", 2.5).Value, CalibratedScore: number("", 0.25).Value,
		PredictionTime: 1764000000000000000, JoinResult: "joined", FeedbackName: "q", FeedbackScore: number("", 4).Value, FeedbackLabel: "good",
		Items: []string{"b", "a"}, Relevances: []Field{number("a", 1)},
	}, e)
}

func TestFieldsOfOutcomesThatAreWrong(t *testing.T) {
	for field, raw := range map[string]any{"prediction_time": "yesterday", "items": "a,b", "relevances": 1} {
		fields, err := FieldsConfig{Logs: map[string]string{field: `log.body["x"]`}}.Compile(componenttest.NewNopTelemetrySettings())
		require.NoError(t, err)
		logs, _, _, r := record()
		require.NoError(t, r.Body().SetEmptyMap().FromRaw(map[string]any{"x": raw}))
		e := decode(NewDecoder(nil, fields), logs)[0]
		require.ErrorContains(t, e.Err, "field "+field+": it yields")
		require.False(t, e.BadPredictionTime || e.BadItems || e.BadRelevances, "it is said once")
	}
}
