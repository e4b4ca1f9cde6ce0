package modelsummaryconnector

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

// anEvent is what a test sends; inputs may hold anything.
type anEvent struct {
	name       string // empty = ml.prediction
	at         time.Duration
	attributes map[string]any
	inputs     map[string]any
}

var (
	numbers  = rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.IntRange(-64, 128).Draw(t, "n")) / 64 })
	anything = rapid.Custom(func(t *rapid.T) any {
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			return math.NaN()
		case 1:
			return math.Inf(1)
		case 2:
			return ""
		case 3:
			return rapid.SampledFrom([]string{"DE", "FR", "PL", "true", "false", "0"}).Draw(t, "text")
		case 4:
			return rapid.Bool().Draw(t, "bool")
		case 5:
			return []any{1}
		case 6:
			return nil
		case 7:
			return int64(rapid.IntRange(0, 3).Draw(t, "int"))
		}
		return numbers.Draw(t, "number")
	})
	anInput = rapid.SampledFrom([]string{"amount", "age", "country", "member", "novel", "rare"})
	events  = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) anEvent {
		e := anEvent{
			at:         time.Duration(rapid.IntRange(0, 400).Draw(t, "second")) * time.Second,
			attributes: map[string]any{semconv.AttrModelName: rapid.SampledFrom([]string{"known", "unknown"}).Draw(t, "model")},
			inputs:     rapid.MapOfN(anInput, anything, 0, 6).Draw(t, "inputs"),
		}
		for key, value := range map[string]any{
			semconv.AttrPredictionScore: float64(rapid.IntRange(0, 64).Draw(t, "score")) / 64,
			semconv.AttrPredictionClass: rapid.SampledFrom([]string{"0", "1"}).Draw(t, "class"),
			semconv.AttrPredictionValue: numbers.Draw(t, "value"),
			"device":                    rapid.SampledFrom([]string{"phone", "tablet"}).Draw(t, "device"),
			"ml.attribution.amount":     numbers.Draw(t, "attribution"),
			semconv.AttrExperimentName:  "e",
			"ml.input.amount":           numbers.Draw(t, "amount"), // perhaps a second one
		} {
			if rapid.Bool().Draw(t, key) {
				e.attributes[key] = value
			}
		}
		return e
	}), 1, 40)
)

func knownProfile() *profile.Profile {
	return &profile.Profile{
		Schema: profile.Schema, Model: "known", Task: profile.Binary, PositiveClass: "1",
		Scores: []*profile.Variable{numeric("1")},
		Features: []*profile.Variable{numeric("amount"), numeric("age"), categorical("country", "DE", "FR"),
			{Name: "member", Type: profile.Boolean, Categories: []string{"false", "true"}, Counts: []uint64{1, 1, 0}, Rollup: []int{0, 1, 2}}},
	}
}

func batch(t require.TestingT, events []anEvent) plog.Logs {
	logs := plog.NewLogs()
	records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	for _, e := range events {
		r := records.AppendEmpty()
		r.SetEventName(cmp.Or(e.name, semconv.EventPrediction))
		r.SetTimestamp(pcommon.Timestamp(benchStart + e.at.Nanoseconds()))
		for _, key := range sortedKeys(e.attributes) { // in an order that is the same each time
			require.NoError(t, r.Attributes().PutEmpty(key).FromRaw(e.attributes[key]))
		}
		require.NoError(t, r.Attributes().PutEmptyMap(semconv.AttrInputs).FromRaw(e.inputs))
	}
	return logs
}

func segmentedConfig(flush time.Duration) *Config {
	return config(func(c *Config) {
		c.FlushInterval = flush
		c.Segments = [][]string{{"device"}, {"country", "device"}}
	})
}

// Every prediction is, for each feature of its profile, in one bin or one category, or invalid for one reason.
func TestEveryFeatureOfEveryEventIsCountedOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		all := events.Draw(rt, "events")
		s := summarise(t, rt, [][]anEvent{all}, time.Hour, false)
		var known uint64
		for _, e := range all {
			if e.attributes[semconv.AttrModelName] == "known" {
				known++
			}
		}
		for _, segmented := range []bool{false, true} {
			model := map[string]string{semconv.AttrModelName: "known"}
			predictions := s.count(semconv.MetricPredictions, model, segmented)
			if !segmented {
				require.Equal(rt, known, predictions)
			}
			for _, f := range knownProfile().Features {
				model[semconv.AttrFeatureName] = f.Name
				n := s.count(semconv.MetricFeatureValue, model, segmented) + s.count(semconv.MetricFeatureCategories, model, segmented)
				for _, reason := range []string{"missing", "type", "non_finite"} {
					model[semconv.AttrInvalidReason] = reason
					n += s.count(semconv.MetricFeatureInvalid, model, segmented)
				}
				delete(model, semconv.AttrInvalidReason)
				require.Equal(rt, predictions, n, "%s, segmented %v", f.Name, segmented)
			}
		}
	})
}

// Neither order nor batches nor senders nor flushes change what the summaries add up to.
func TestSumsDoNotDependOnTheWay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		all := slices.Concat(events.Draw(rt, "events"), outcomes.Draw(rt, "outcomes"), detections.Draw(rt, "detections"))
		want := summarise(t, rt, [][]anEvent{all}, time.Hour, false).lines()

		shuffled := rapid.Permutation(all).Draw(rt, "shuffled")
		var batches [][]anEvent
		for len(shuffled) > 0 {
			n := rapid.IntRange(1, len(shuffled)).Draw(rt, "batch")
			batches, shuffled = append(batches, shuffled[:n]), shuffled[n:]
		}
		flush := rapid.SampledFrom([]time.Duration{0, time.Hour}).Draw(rt, "flush")
		concurrent := rapid.Bool().Draw(rt, "concurrent")
		require.Equal(rt, want, summarise(t, rt, batches, flush, concurrent).lines())
	})
}

// summarise sends the batches and adds up what comes out.
func summarise(t *testing.T, rt *rapid.T, batches [][]anEvent, flush time.Duration, concurrent bool) sums {
	return summariseBy(t, rt, knownProfile(), batches, flush, concurrent)
}

// A searcher finds the bins that the profile does.
func TestSearcherIsBin(t *testing.T) {
	special := rapid.SampledFrom([]float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.MaxFloat64, math.SmallestNonzeroFloat64})
	number := rapid.OneOf(rapid.Float64(), special, numbers)
	rapid.Check(t, func(t *rapid.T) {
		bounds := rapid.SliceOfNDistinct(number, 0, 120, func(x float64) string { return fmt.Sprint(x + 0) }).Draw(t, "bounds")
		sortFloats(bounds)
		v := &profile.Variable{Type: profile.Numeric, Bounds: bounds}
		x := number.Draw(t, "x")
		if len(bounds) > 0 && rapid.Bool().Draw(t, "at a bound") {
			x = rapid.SampledFrom(bounds).Draw(t, "bound")
		}
		require.Equal(t, v.Bin(x), newSearcher(bounds).bin(x))
	})
}

// The bin of a text is the one that the profile says.
func TestCodeIsCategory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := categorical("c", rapid.SliceOfNDistinct(rapid.StringN(1, 3, 8), 0, 20, rapid.ID).Draw(t, "categories")...)
		v.Counts[len(v.Categories)] = uint64(rapid.IntRange(0, 1).Draw(t, "other"))
		f := newPlanFeature(v)
		text := rapid.OneOf(rapid.StringN(1, 3, 8), rapid.SampledFrom(append(v.Categories, profile.Other, profile.Unseen))).Draw(t, "text")
		want, seen := v.Category(text)
		if !seen {
			want = int(f.unseen())
		}
		require.Equal(t, want, int(f.code(textOf(text))))
	})
}
