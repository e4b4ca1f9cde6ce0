package conceptdriftprocessor

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/connector/modelsummaryconnector"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

// profiles is an extension with one profile for all models.
type profiles struct {
	component.StartFunc
	component.ShutdownFunc
	profile *profile.Profile
}

func (p *profiles) Profile(string, string) *profile.Profile { return p.profile }
func (*profiles) Generation() uint64                        { return 0 }
func (*profiles) Learner() profile.Learner                  { return nil }

var profilesID = component.MustNewID("profiles")

// lossSignals are those of outcomes.
func lossSignals(c *Config) {
	c.Detectors = nil
	for _, signal := range []string{"error", "absolute_error", "squared_error", "log_loss", "brier"} {
		c.Detectors = append(c.Detectors, DetectorConfig{Signal: signal})
	}
}

// valuesOf are the values that a batch gives: how many, and their sum, by signal.
func valuesOf(w *watcher, logs plog.Logs) map[string][2]float64 {
	r := w.readers.Get().(*reader)
	b := r.read(logs)
	b.settle(w.plan)
	sums := map[string][2]float64{}
	for i := range b.items {
		for at, x := range b.items[i].values {
			if x == x {
				name := w.plan.lanes[b.origins[i].kind].signals[at].name
				sums[name] = [2]float64{sums[name][0] + 1, sums[name][1] + x}
			}
		}
	}
	return sums
}

// summarised are the same, as model_summary counts them.
func summarised(t require.TestingT, p *profiles, logs plog.Logs) map[string][2]float64 {
	factory := modelsummaryconnector.NewFactory()
	cfg := factory.CreateDefaultConfig().(*modelsummaryconnector.Config)
	cfg.FlushInterval = 0
	sink := &consumertest.MetricsSink{}
	c, err := factory.CreateLogsToMetrics(context.Background(), connectortest.NewNopSettings(factory.Type()), cfg, sink)
	require.NoError(t, err)
	h := host{}
	if p.profile != nil {
		h[profilesID] = p
	}
	require.NoError(t, c.Start(context.Background(), h))
	require.NoError(t, c.ConsumeLogs(context.Background(), logs))
	require.NoError(t, c.Shutdown(context.Background()))
	sums := map[string][2]float64{}
	add := func(name string, count uint64, sum float64) {
		sums[name] = [2]float64{sums[name][0] + float64(count), sums[name][1] + sum}
	}
	names := map[string]string{"absolute": "absolute_error", "squared": "squared_error", "log": "log_loss", "brier": "brier"}
	for _, metrics := range sink.AllMetrics() {
		for _, rm := range metrics.ResourceMetrics().All() {
			for _, m := range rm.ScopeMetrics().At(0).Metrics().All() {
				switch m.Name() {
				case semconv.MetricOutcomes:
					for _, p := range m.Sum().DataPoints().All() {
						predicted, _ := p.Attributes().Get(semconv.AttrPredictionClass)
						truth, _ := p.Attributes().Get(semconv.AttrGroundTruthClass)
						wrong := 0.0
						if predicted.Str() != truth.Str() {
							wrong = float64(p.IntValue())
						}
						add("error", uint64(p.IntValue()), wrong)
					}
				case semconv.MetricOutcomeLoss:
					for _, p := range m.Histogram().DataPoints().All() {
						name, _ := p.Attributes().Get(semconv.AttrLossName)
						if signal, ok := names[name.Str()]; ok {
							add(signal, p.Count(), p.Sum())
						}
					}
				}
			}
		}
	}
	return sums
}

// TestAsModelSummary: errors and losses are those that model_summary counts, of outcomes of any kind, good and bad, with a profile and
// without.
func TestAsModelSummary(t *testing.T) {
	both := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		p := &profiles{}
		if rapid.Bool().Draw(t, "has a profile") {
			p.profile = &profile.Profile{
				Task:          rapid.SampledFrom([]profile.Task{"", profile.Binary, profile.Multiclass, profile.Regression}).Draw(t, "profile's task"),
				PositiveClass: rapid.SampledFrom([]string{"", "a", "1"}).Draw(t, "positive class"),
			}
		}
		cfg := createDefaultConfig().(*Config)
		lossSignals(cfg)
		w, err := newWatcher(settings(), cfg)
		require.NoError(t, err)
		if p.profile != nil {
			w.profiles = p
		}
		number := rapid.SampledFrom([]any{nil, nil, 0.0, 0.25, 0.5, 0.75, 1.0, 1.5, -1.0, math.NaN(), math.Inf(1), 1e30, "x", true})
		class := rapid.SampledFrom([]any{nil, "a", "b", "c", "1", "0", "true", "false", "yes", 1, true})
		for range rapid.IntRange(1, 5).Draw(t, "outcomes") {
			var attributes []any
			put := func(name string, v any) {
				if v != nil {
					attributes = append(attributes, name, v)
				}
			}
			put(semconv.AttrTaskType, rapid.SampledFrom([]any{nil, nil, nil, "binary", "multiclass", "regression", "ranking", "other"}).Draw(t, "task"))
			put(semconv.AttrPredictionClass, class.Draw(t, "class"))
			put(semconv.AttrGroundTruthClass, class.Draw(t, "true class"))
			put(semconv.AttrPredictionScore, number.Draw(t, "score"))
			put(semconv.AttrPredictionValue, number.Draw(t, "value"))
			put(semconv.AttrGroundTruthValue, number.Draw(t, "true value"))
			put(semconv.AttrJoinResult, rapid.SampledFrom([]any{nil, "joined", "expired", "duplicate", "x"}).Draw(t, "result"))
			for i, name := range []string{"a", "b", "1", "0"} {
				if rapid.IntRange(0, 2).Draw(t, fmt.Sprint("has probability ", i)) == 0 {
					put(semconv.AttrPredictionProbabilityPrefix+name, number.Draw(t, "probability"))
				}
			}
			logs := logsOf(record(semconv.EventOutcome, second(1), "", attributes...))
			got, want := valuesOf(w, logs), summarised(t, p, logs)
			require.Equal(t, len(want), len(got), "%v: %v %v", attributes, got, want)
			for name, sum := range want {
				both[name]++
				require.Equal(t, sum[0], got[name][0], "%s of %v", name, attributes)
				require.InEpsilon(t, 1+sum[1], 1+got[name][1], 1e-12, "%s of %v", name, attributes)
			}
		}
	})
	for _, name := range []string{"error", "absolute_error", "squared_error", "log_loss", "brier"} {
		require.Positive(t, both[name], name)
	}
}
