package modelsummaryconnector

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/semconv"
)

var (
	// dyadic scores add up without rounding, and so do their squares.
	dyadic   = rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.IntRange(0, 64).Draw(t, "n")) / 64 })
	aClass   = rapid.SampledFrom([]string{"0", "1", "yes", "cat", "dog"})
	outcomes = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) anEvent {
		e := anEvent{
			name:       rapid.SampledFrom([]string{semconv.EventOutcome, semconv.EventOutcome, semconv.EventOutcome, semconv.EventGroundTruth, semconv.EventFeedback}).Draw(t, "name"),
			at:         time.Duration(rapid.IntRange(0, 400).Draw(t, "second")) * time.Second,
			attributes: map[string]any{semconv.AttrModelName: rapid.SampledFrom([]string{"known", "unknown"}).Draw(t, "model")},
		}
		for key, value := range map[string]any{
			semconv.AttrTaskType:                            rapid.SampledFrom([]string{"binary", "multiclass", "regression", "ranking"}).Draw(t, "task"),
			semconv.AttrPredictionClass:                     aClass.Draw(t, "class"),
			semconv.AttrPredictionScore:                     dyadic.Draw(t, "score"),
			semconv.AttrPredictionProbabilityPrefix + "cat": dyadic.Draw(t, "cat"),
			semconv.AttrPredictionProbabilityPrefix + "dog": dyadic.Draw(t, "dog"),
			semconv.AttrPredictionProbabilityPrefix + "cow": dyadic.Draw(t, "cow"),
			semconv.AttrPredictionProbabilityPrefix + "0":   dyadic.Draw(t, "zero"),
			semconv.AttrPredictionValue:                     numbers.Draw(t, "value"),
			semconv.AttrGroundTruthClass:                    aClass.Draw(t, "truth"),
			semconv.AttrGroundTruthValue:                    anything.Draw(t, "true value"),
			semconv.AttrPredictionItems:                     []any{"a", "b", "c"},
			semconv.AttrGroundTruthRelevances:               map[string]any{"b": numbers.Draw(t, "gain"), "z": 1},
			semconv.AttrPredictionTime:                      benchStart - int64(rapid.IntRange(-500, 10_000_000).Draw(t, "delay"))*1e9,
			semconv.AttrJoinResult:                          rapid.SampledFrom([]string{"joined", "expired", "duplicate", "orphan", "?"}).Draw(t, "join"),
			semconv.AttrFeedbackName:                        rapid.SampledFrom([]string{"helpful", "polite"}).Draw(t, "question"),
			semconv.AttrFeedbackScoreValue:                  anything.Draw(t, "verdict"),
			semconv.AttrExperimentName:                      "e",
			"device":                                        rapid.SampledFrom([]string{"phone", "tablet"}).Draw(t, "device"),
		} {
			if rapid.IntRange(0, 3).Draw(t, key) > 0 && (key != semconv.AttrJoinResult || rapid.Bool().Draw(t, "said")) {
				e.attributes[key] = value
			}
		}
		return e
	}), 0, 40)
)

// What outcomes add up to, held against each other: every outcome with both classes is in one cell of the confusion matrix;
// each score is in one bucket of the odds and in one bin of the calibration; each loss of a task is there as often as the
// others; joins are counted whatever else is wrong.
func TestOutcomesAddUp(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		all := outcomes.Draw(rt, "outcomes")
		s := summarise(t, rt, [][]anEvent{all}, time.Hour, false)
		for _, segmented := range []bool{false, true} {
			for _, class := range []string{"0", "1", "yes", "cat", "dog", "cow"} {
				for _, truth := range []string{class, "__other__"} {
					of := map[string]string{semconv.AttrClass: class, semconv.AttrGroundTruthClass: truth}
					require.Equal(rt, s.count(semconv.MetricOutcomeOdds, of, segmented), s.count(semconv.MetricOutcomeCalibration, of, segmented), "%s %s", class, truth)
				}
			}
			loss := func(name string) uint64 {
				return s.count(semconv.MetricOutcomeLoss, map[string]string{semconv.AttrLossName: name}, segmented)
			}
			for _, family := range [][]string{
				{"squared", "absolute", "over", "under", "absolute_percentage", "symmetric_percentage", "ground_truth_squared"},
				{"log", "brier"}, {"ndcg_10", "hit_10", "reciprocal_rank"},
			} {
				for _, name := range family {
					require.Equal(rt, loss(family[0]), loss(name), name)
				}
			}
			require.Equal(rt, loss("squared"), s.count(semconv.MetricOutcomeError, nil, segmented))
			require.LessOrEqual(rt, loss("squared"), s.count(semconv.MetricGroundTruthValue, nil, segmented))
			require.LessOrEqual(rt, s.count(semconv.MetricOutcomes, nil, segmented)+loss("squared")+loss("ndcg_10"),
				s.count(semconv.MetricGroundTruthJoins, map[string]string{semconv.AttrJoinResult: "joined"}, segmented))
		}
		require.Zero(rt, s.count(semconv.MetricPredictions, nil, false), "outcomes are no predictions")

		joins := map[string]uint64{}
		for _, e := range all {
			joins[wantedJoin(e)]++
		}
		delete(joins, "")
		for _, result := range []string{"joined", "expired", "duplicate", "orphan"} {
			require.Equal(rt, joins[result], s.count(semconv.MetricGroundTruthJoins, map[string]string{semconv.AttrJoinResult: result}, false), result)
		}
	})
}

// wantedJoin is what an event counts as among the joins, by the words of the conventions.
func wantedJoin(e anEvent) string {
	result, said := e.attributes[semconv.AttrJoinResult].(string)
	switch {
	case e.name == semconv.EventGroundTruth && (result == "duplicate" || result == "orphan"):
		return result
	case e.name != semconv.EventOutcome:
		return ""
	case result == "expired":
		return result
	case said && result != "joined":
		return ""
	}
	_, class := e.attributes[semconv.AttrGroundTruthClass]
	_, relevances := e.attributes[semconv.AttrGroundTruthRelevances]
	value := e.attributes[semconv.AttrGroundTruthValue]
	if class || relevances || value != nil && value != "" {
		return "joined"
	}
	return ""
}

// The matrix is that of the pairs, whatever the limits: what is right stays right, and each predicted class that is kept by
// name keeps its count.
func TestConfusionBeyondLimits(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := Limits{MaxCategories: rapid.IntRange(1, 6).Draw(rt, "classes"), MaxConfusions: rapid.IntRange(0, 12).Draw(rt, "pairs")}
		name := rapid.Custom(func(t *rapid.T) string { return fmt.Sprint("c", rapid.IntRange(0, 7).Draw(t, "class")) })
		parts := make([]confusion, 3)
		right, predictions := uint64(0), map[string]uint64{}
		n := rapid.IntRange(1, 100).Draw(rt, "n")
		for range n {
			key := pair{name.Draw(rt, "predicted"), name.Draw(rt, "truth")}
			if key.predicted == key.truth {
				right++
			}
			predictions[key.predicted]++
			c := &parts[rapid.IntRange(0, 2).Draw(rt, "part")]
			cell, _ := c.admit(key, &l)
			c.add(cell, 1)
		}
		h := &held{limits: l}
		var whole confusion
		for i := range parts {
			whole.merge(&parts[i], h)
		}
		var gotRight, total uint64
		got, wrong := map[string]uint64{}, 0
		for cell, count := range whole.cells {
			total += count
			if cell.predicted == cell.truth {
				gotRight += count
			} else if cell.truth != overflow {
				wrong++
			}
			got[cell.predicted] += count
		}
		require.EqualValues(rt, n, total)
		require.Equal(rt, right, gotRight)
		require.LessOrEqual(rt, len(whole.classes), l.MaxCategories)
		require.LessOrEqual(rt, wrong, l.MaxConfusions)
		if len(predictions) <= l.MaxCategories && len(whole.classes) < l.MaxCategories { // no class was refused
			require.Equal(rt, predictions, got)
		}
	})
}

// Binary losses add up to what the scores say, exactly: dyadic numbers are not rounded.
func TestSumsOfBinaryOutcomesAreExact(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var all []anEvent
		brier, scores := 0.0, 0.0
		n := rapid.IntRange(1, 50).Draw(rt, "n")
		for range n {
			score, truth := dyadic.Draw(rt, "score"), rapid.IntRange(0, 1).Draw(rt, "truth")
			all = append(all, anEvent{name: semconv.EventOutcome, attributes: map[string]any{
				semconv.AttrModelName: "known", semconv.AttrPredictionScore: score, semconv.AttrGroundTruthClass: int64(truth),
			}})
			brier += math.Pow(score-float64(truth), 2)
			scores += score
		}
		s := summarise(t, rt, [][]anEvent{all[:n/2], all[n/2:]}, time.Hour, false)
		require.InDelta(rt, brier, s.sum(semconv.MetricOutcomeLoss, map[string]string{semconv.AttrLossName: "brier"}), 0)
		require.InDelta(rt, scores, s.sum(semconv.MetricOutcomeCalibration, map[string]string{semconv.AttrClass: "1"}), 0)
		require.EqualValues(rt, n, s.count(semconv.MetricOutcomes, nil, false))
	})
}
