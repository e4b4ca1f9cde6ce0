package modelsummaryconnector

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	reference "github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/semconv"
)

// compares holds the summaries of live outcomes against what a profile counts of the same rows: the same series, the same
// counts and sums.
func compares(t require.TestingT, s sums, c *reference.Counter) {
	want := c.Series()
	for i := range want {
		w := &want[i]
		n, sum := uint64(w.Sum), 0.0
		switch {
		case w.Histogram != nil:
			n, sum = w.Histogram.Count, w.Histogram.Sum
		case w.Exponential != nil:
			n = w.Exponential.Zero
			for _, counts := range [][]uint64{w.Exponential.Positive, w.Exponential.Negative} {
				for _, c := range counts {
					n += c
				}
			}
		}
		require.Equal(t, n, s.count(w.Metric, w.Attributes, false), "%s %v", w.Metric, w.Attributes)
		if w.Histogram != nil && w.Metric != semconv.MetricGroundTruthValue {
			require.InDelta(t, sum, s.sum(w.Metric, w.Attributes), 1e-9*math.Max(1, math.Abs(sum)), "%s %v", w.Metric, w.Attributes)
		}
	}
	metrics := map[string]int{}
	for _, x := range s {
		if x.metric != semconv.MetricGroundTruthJoins {
			metrics[x.metric]++
		}
	}
	for i := range want {
		metrics[want[i].Metric]--
	}
	for metric, more := range metrics {
		require.Zero(t, more, "series of %s that only one has", metric)
	}
}

func TestLiveOutcomesAreCountedAsThoseOfProfiles(t *testing.T) {
	classes := []string{"cat", "cow", "dog", "emu"}
	rapid.Check(t, func(rt *rapid.T) {
		var all []anEvent
		var c reference.Counter
		task := rapid.SampledFrom([]string{"binary", "multiclass", "regression"}).Draw(rt, "task")
		send := func(attributes map[string]any) {
			attributes[semconv.AttrModelName], attributes[semconv.AttrTaskType] = "known", task
			all = append(all, anEvent{name: semconv.EventOutcome, attributes: attributes})
		}
		for range rapid.IntRange(1, 30).Draw(rt, "n") {
			said := rapid.Bool().Draw(rt, "class is said")
			switch task {
			case "binary":
				truth, predicted := fmt.Sprint(rapid.IntRange(0, 1).Draw(rt, "truth")), ""
				score := dyadic.Draw(rt, "score")
				row := map[string]any{semconv.AttrGroundTruthClass: truth, semconv.AttrPredictionScore: score}
				if said {
					predicted = fmt.Sprint(rapid.IntRange(0, 1).Draw(rt, "predicted"))
					row[semconv.AttrPredictionClass] = predicted
				}
				send(row)
				c.AddBinary("1", "0", predicted, truth, score)
			case "multiclass":
				truth, predicted := rapid.SampledFrom(append(classes, "fox")).Draw(rt, "truth"), ""
				row := map[string]any{semconv.AttrGroundTruthClass: truth}
				if said {
					predicted = rapid.SampledFrom(classes).Draw(rt, "predicted")
					row[semconv.AttrPredictionClass] = predicted
				}
				if said && rapid.Bool().Draw(rt, "only a score") {
					score := dyadic.Draw(rt, "score")
					row[semconv.AttrPredictionScore] = score
					c.AddTop(predicted, truth, score)
				} else {
					probabilities := rapid.SliceOfN(dyadic, len(classes), len(classes)).Draw(rt, "probabilities")
					if slices.Max(probabilities) == 0 {
						probabilities[0] = 1
					}
					for i, class := range classes {
						row[semconv.AttrPredictionProbabilityPrefix+class] = probabilities[i]
					}
					c.AddMulticlass(predicted, truth, classes, probabilities, []int{3})
				}
				send(row)
			default:
				p, y := numbers.Draw(rt, "prediction"), numbers.Draw(rt, "truth")
				send(map[string]any{semconv.AttrPredictionValue: p, semconv.AttrGroundTruthValue: y})
				c.AddRegression(p, y, -1)
			}
		}
		compares(rt, summarise(t, rt, [][]anEvent{all}, time.Hour, false), &c)
	})
}
