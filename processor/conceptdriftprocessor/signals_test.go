package conceptdriftprocessor

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

// What predictions and feedback give, value by value.
func TestSignals(t *testing.T) {
	p := semconv.AttrPredictionProbabilityPrefix
	for _, c := range []struct {
		signal     string
		event      string
		attributes []any
		want       float64 // NaN: none
	}{
		{"score", semconv.EventPrediction, []any{semconv.AttrPredictionScore, 0.25}, 0.25},
		{"score", semconv.EventPrediction, []any{semconv.AttrPredictionScore, 1.25}, math.NaN()},
		{"score", semconv.EventPrediction, nil, math.NaN()},
		{"score", semconv.EventPrediction, []any{p + "yes", 0.75, p + "no", 0.25, semconv.AttrPredictionClass, "no"}, 0.75},
		{"score", semconv.EventPrediction, []any{p + "a", 0.75, p + "b", 0.25}, math.NaN()},
		{"score", semconv.EventPrediction, []any{p + "a", 0.5, p + "b", 0.2, p + "c", 0.3, semconv.AttrPredictionClass, "c"}, 0.3},
		{"score", semconv.EventPrediction, []any{p + "a", 0.2, p + "b", 0.5, p + "c", 0.3}, 0.5},
		{"score", semconv.EventPrediction, []any{p + "a", 0.2, p + "b", 0.5, p + "c", 0.3, semconv.AttrPredictionClass, "d"}, math.NaN()},
		{"value", semconv.EventPrediction, []any{semconv.AttrPredictionValue, -3}, -3},
		{"value", semconv.EventPrediction, []any{semconv.AttrPredictionValue, "3"}, math.NaN()},
		{"value", semconv.EventPrediction, []any{semconv.AttrPredictionValue, 1e101}, math.NaN()},
		{"input/x", semconv.EventPrediction, []any{"ml.input.x", 1.5, "ml.input.y", 2}, 1.5},
		{"input/x", semconv.EventPrediction, []any{semconv.AttrInputs, map[string]any{"x": 7}}, 7},
		{"input/x", semconv.EventPrediction, []any{"ml.input.x", true}, 1},
		{"input/x", semconv.EventPrediction, []any{"ml.input.y", 2}, math.NaN()},
		{"input/x", semconv.EventPrediction, []any{"ml.input.x", "text"}, math.NaN()},
		{"input/x", semconv.EventPrediction, []any{"ml.input.x", math.Inf(-1)}, math.NaN()},
		{"feedback/x", semconv.EventFeedback, []any{semconv.AttrFeedbackName, "x", semconv.AttrFeedbackScoreValue, 4}, 4},
		{"feedback/x", semconv.EventFeedback, []any{semconv.AttrFeedbackName, "x", semconv.AttrFeedbackScoreValue, false}, 0},
		{"feedback/x", semconv.EventFeedback, []any{semconv.AttrFeedbackName, "y", semconv.AttrFeedbackScoreValue, 4}, math.NaN()},
		{"feedback/x", semconv.EventFeedback, []any{semconv.AttrFeedbackName, "x", semconv.AttrFeedbackScoreLabel, "good"}, math.NaN()},
		{"feedback/x", semconv.EventFeedback, []any{semconv.AttrFeedbackName, "x", semconv.AttrFeedbackScoreValue, 4, semconv.AttrJoinResult, "duplicate"}, math.NaN()},
		{"value", semconv.EventOutcome, []any{semconv.AttrPredictionValue, 3}, math.NaN()},
	} {
		cfg := configured(t, func(cfg *Config) { cfg.Detectors = []DetectorConfig{{Signal: c.signal}} })
		w, err := newWatcher(settings(), cfg)
		require.NoError(t, err)
		got, ok := valuesOf(w, logsOf(record(c.event, second(1), "a", c.attributes...)))[c.signal]
		require.Equal(t, c.want == c.want, ok, "%+v", c)
		if ok {
			require.Equal(t, [2]float64{1, c.want}, got, "%+v", c)
		}
	}
}

// The profile says what is the positive class: of the score, and of the outcome without a predicted class.
func TestProfiles(t *testing.T) {
	kept := &profiles{profile: &profile.Profile{PositiveClass: "bad"}}
	cfg := configured(t, func(c *Config) {
		c.Detectors = []DetectorConfig{{Signal: "error"}, {Signal: "log_loss"}}
		c.Profiles = &profilesID
	})
	r := run(t, cfg, host{profilesID: kept})
	defer r.end(t)
	got := valuesOf(r.watcher(), logsOf(
		record(semconv.EventOutcome, second(1), "a", semconv.AttrPredictionScore, 0.75, semconv.AttrGroundTruthClass, "bad"),
		record(semconv.EventOutcome, second(1), "b", semconv.AttrPredictionScore, 0.75, semconv.AttrGroundTruthClass, "good"),
	))
	require.Equal(t, [2]float64{2, 1}, got["error"])
	require.InDelta(t, -math.Log(0.75)-math.Log(0.25), got["log_loss"][1], 1e-12)

	p, err := NewFactory().CreateLogs(context.Background(), settings(), configured(t, func(c *Config) { c.Profiles = &profilesID }), &sink{})
	require.NoError(t, err)
	require.ErrorContains(t, p.Start(context.Background(), host{}), `profiles: no extension "profiles" is running`)
}

// Telemetry that is not by our names is read by expressions.
func TestFields(t *testing.T) {
	r := run(t, configured(t, func(c *Config) {
		c.Segments = [][]string{{semconv.AttrExperimentVariant}}
		c.Fields = event.FieldsConfig{Logs: map[string]string{
			"event_name": `"ml.outcome"`, "model_name": `log.body["model"]`, "class": `log.body["said"]`, "ground_truth_class": `log.body["was"]`,
			"experiment_variant": `log.body["arm"]`,
		}}
	}), nil)
	defer r.end(t)
	logs := plog.NewLogs()
	for i := range 10 {
		record := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
		record.SetTimestamp(1)
		require.NoError(t, record.Body().FromRaw(map[string]any{"model": "m", "said": i % 2, "was": 1, "arm": "b"}))
	}
	require.Equal(t, map[string][2]float64{"error": {10, 5}}, valuesOf(r.watcher(), logs))
	r.send(t, logs)
	m := r.watcher().models.all()[0]
	require.Equal(t, "m", m.name)
	for _, g := range m.lanes[ofOutcome].slices {
		require.Equal(t, []pair{{semconv.AttrExperimentVariant, "b"}}, g.pairs)
		return
	}
	t.Fatal("no slice")
}

// An expression that can't be read is said once; the event counts without it.
func TestBadFields(t *testing.T) {
	r := run(t, configured(t, func(c *Config) {
		c.Fields = event.FieldsConfig{Logs: map[string]string{"prediction_time": `log.attributes["when"]`}}
	}), nil)
	defer r.end(t)
	r.send(t, logsOf(outcome(second(1), "a", false, "when", "yesterday"), outcome(second(1), "b", false, "when", "yesterday")))
	require.Equal(t, 1, r.log.FilterMessageSnippet("correct its expression under fields").Len())
	require.EqualValues(t, 2, r.watcher().buffered.Load())
}
