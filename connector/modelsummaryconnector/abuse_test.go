package modelsummaryconnector

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/semconv"
)

// send makes one batch of n predictions and returns what comes out of it, with the good model's prediction at the end.
func send(t *testing.T, cfg *Config, n int, fill func(i int, r plog.LogRecord)) (*running, sums) {
	sink := &consumertest.MetricsSink{}
	c := start(t, cfg, serve(knownProfile()), sink)
	logs := plog.NewLogs()
	records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	for i := range n {
		r := records.AppendEmpty()
		r.SetEventName(semconv.EventPrediction)
		r.SetTimestamp(benchStart)
		fill(i, r)
	}
	good := records.AppendEmpty()
	good.SetEventName(semconv.EventPrediction)
	good.SetTimestamp(benchStart)
	good.Attributes().PutStr(semconv.AttrModelName, "known")
	good.Attributes().PutDouble(semconv.AttrInputPrefix+"amount", 0.5)
	require.NoError(t, c.ConsumeLogs(context.Background(), logs))
	require.NoError(t, c.shared.flush(context.Background()))
	s := sumUp(sink.AllMetrics()...)
	require.EqualValues(t, 1, s.count(semconv.MetricFeatureValue, map[string]string{semconv.AttrModelName: "known", semconv.AttrFeatureName: "amount"}, false), "the good model's")
	return c, s
}

func TestInventedFeatures(t *testing.T) {
	c, s := send(t, config(nil), 1000, func(i int, r plog.LogRecord) {
		r.Attributes().PutStr(semconv.AttrModelName, "m")
		inputs := r.Attributes().PutEmptyMap(semconv.AttrInputs)
		for j := range 100 {
			inputs.PutInt(fmt.Sprintf("f%d", i*100+j), 1)
		}
	})
	m := map[string]string{semconv.AttrModelName: "m"}
	require.EqualValues(t, 100_000, s.count(semconv.MetricFeatureValue, m, false))
	m[semconv.AttrFeatureName], m[overflowAttribute] = overflow, "true"
	require.EqualValues(t, 99_500, s.count(semconv.MetricFeatureValue, m, false))
	require.Less(t, len(s), 600)
	require.Contains(t, describeTelemetry(t, c.telemetry), "otelcol_model_summary_overflowed{limit=max_features}: 99500")
	require.Equal(t, 1, c.logs.Len())
}

func TestInventedModels(t *testing.T) {
	c, s := send(t, config(nil), 10_000, func(i int, r plog.LogRecord) {
		r.Attributes().PutStr(semconv.AttrModelName, fmt.Sprint("m", i))
		r.Attributes().PutInt(semconv.AttrInputPrefix+"a", 1)
	})
	require.EqualValues(t, 10_001, s.count(semconv.MetricPredictions, nil, false))
	require.EqualValues(t, 9_500, s.count(semconv.MetricPredictions, map[string]string{semconv.AttrModelName: overflow, overflowAttribute: "true"}, false))
	require.Less(t, len(s), 1100)
	require.Contains(t, describeTelemetry(t, c.telemetry), "otelcol_model_summary_overflowed{limit=max_models}: 9500")
	require.Equal(t, 1, c.logs.Len())

	// After a flush the room is free again: what is not in use is forgotten at the second one.
	require.NoError(t, c.shared.flush(context.Background()))
	require.Empty(t, c.shared.catalog.plans)
}

// Each event in a pane of its own, from 1970 to 2100: what is held stays within the limit.
func TestTimesAllOver(t *testing.T) {
	const n = 20_000
	first, last := uint64(1), uint64(time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano())
	cfg := config(func(c *Config) { c.Limits.MaxMemoryMiB = 4 })
	c, s := send(t, cfg, n, func(i int, r plog.LogRecord) {
		r.Attributes().PutStr(semconv.AttrModelName, "known")
		r.SetTimestamp(pcommon.Timestamp(first + uint64(i)*((last-first)/n)))
	})
	require.EqualValues(t, n+1, s.count(semconv.MetricPredictions, nil, false))
	_, after, found := strings.Cut(describeTelemetry(t, c.telemetry), "otelcol_model_summary_early_flushes{}: ")
	require.True(t, found)
	flushes, err := strconv.Atoi(strings.SplitN(after, "\n", 2)[0])
	require.NoError(t, err)
	require.Greater(t, flushes, 10, "about 3 KiB a pane")
	require.Zero(t, c.shared.bytes.Load(), "all was sent")
	require.Equal(t, 1, c.logs.Len())
}

func TestTimesThatAreNone(t *testing.T) {
	c, _ := send(t, config(nil), 3, func(i int, r plog.LogRecord) {
		r.Attributes().PutStr(semconv.AttrModelName, "m")
		r.SetTimestamp([]pcommon.Timestamp{0, 1 << 63, math.MaxUint64}[i])
	})
	telemetry := describeTelemetry(t, c.telemetry)
	require.Contains(t, telemetry, "otelcol_model_summary_events_refused{reason=no_time}: 1")
	require.Contains(t, telemetry, "otelcol_model_summary_events_refused{reason=time}: 2")
}

func TestLongAndBrokenTexts(t *testing.T) {
	long := strings.Repeat("x", 1<<16)
	c, s := send(t, config(func(c *Config) { c.Segments = [][]string{{"country"}} }), 3, func(_ int, r plog.LogRecord) {
		a := r.Attributes()
		a.PutStr(semconv.AttrModelName, "m")
		a.PutStr(semconv.AttrPredictionClass, long)
		a.PutStr("country", long)
		a.PutStr(semconv.AttrInputPrefix+"text", long)
		a.PutStr(semconv.AttrInputPrefix+long, "a")
		a.PutStr(semconv.AttrInputPrefix+"utf", "\xff")
	})
	for _, want := range []map[string]string{
		{semconv.AttrFeatureName: "text", semconv.AttrFeatureCategory: "__other__"},
		{semconv.AttrFeatureName: overflow, semconv.AttrFeatureCategory: "__other__"},
		{semconv.AttrFeatureName: "utf", semconv.AttrFeatureCategory: "\uFFFD"},
	} {
		require.EqualValues(t, 3, s.count(semconv.MetricFeatureCategories, want, false), want)
	}
	require.EqualValues(t, 3, s.count(semconv.MetricPredictions, map[string]string{"ml.segment.country": overflow}, true))
	require.Contains(t, describeTelemetry(t, c.telemetry), "limit=max_segments}: 3")
}

func TestNoticesAreBounded(t *testing.T) {
	c, _ := send(t, config(nil), 3000, func(i int, r plog.LogRecord) {
		r.Attributes().PutStr(semconv.AttrModelName, "m")
		r.Attributes().PutDouble(fmt.Sprint(semconv.AttrInputPrefix, i), math.NaN())
	})
	require.Equal(t, maxNotices+1, c.logs.Len())
	require.Contains(t, describeTelemetry(t, c.telemetry), "reason=non_finite}: 3000")
}

// A class for each outcome: what is held and sent stays within the limits, and accuracy is right.
func TestInventedClasses(t *testing.T) {
	const n = 5000
	c, s := send(t, config(nil), n, func(i int, r plog.LogRecord) {
		r.SetEventName(semconv.EventOutcome)
		a := r.Attributes()
		a.PutStr(semconv.AttrModelName, "m")
		a.PutStr(semconv.AttrTaskType, "multiclass")
		a.PutStr(semconv.AttrPredictionClass, fmt.Sprint("c", i))
		a.PutStr(semconv.AttrGroundTruthClass, fmt.Sprint("c", i+i%2))
		a.PutDouble(fmt.Sprint(semconv.AttrPredictionProbabilityPrefix, "c", i), 0.5)
		a.PutStr(semconv.AttrFeedbackName, fmt.Sprint("f", i))
	})
	var right uint64
	for _, x := range s {
		if x.metric == semconv.MetricOutcomes && x.attributes[semconv.AttrPredictionClass] == x.attributes[semconv.AttrGroundTruthClass] {
			right += x.count
		}
	}
	require.EqualValues(t, n/2, right)
	require.EqualValues(t, n, s.count(semconv.MetricOutcomes, nil, false))
	require.EqualValues(t, n, s.count(semconv.MetricOutcomeCalibration, map[string]string{semconv.AttrClass: predictedLabel}, false))
	require.Less(t, len(s), 1500)
	require.Less(t, c.logs.Len(), 4)
}

// Different pairs of 100 classes: at most max_confusions of them are told apart.
func TestInventedConfusions(t *testing.T) {
	const n = 100 * 100
	_, s := send(t, config(nil), n, func(i int, r plog.LogRecord) {
		r.SetEventName(semconv.EventOutcome)
		a := r.Attributes()
		a.PutStr(semconv.AttrModelName, "m")
		a.PutStr(semconv.AttrPredictionClass, fmt.Sprint("c", i/100))
		a.PutStr(semconv.AttrGroundTruthClass, fmt.Sprint("c", i%100))
	})
	cells := 0
	for _, x := range s {
		if x.metric == semconv.MetricOutcomes {
			cells++
		}
	}
	require.LessOrEqual(t, cells, 1000+100+100)
	for class := range 100 {
		require.EqualValues(t, 100, s.count(semconv.MetricOutcomes, map[string]string{semconv.AttrPredictionClass: fmt.Sprint("c", class)}, false), "how often a class was predicted is exact")
	}
}

// Outcomes of models beyond the limit: that they were joined is counted, together.
func TestOutcomesOfInventedModels(t *testing.T) {
	const n = 3000
	c, s := send(t, config(nil), n, func(i int, r plog.LogRecord) {
		r.SetEventName([]string{semconv.EventOutcome, semconv.EventFeedback}[i%2])
		a := r.Attributes()
		a.PutStr(semconv.AttrModelName, fmt.Sprint("m", i/2))
		a.PutStr(semconv.AttrPredictionClass, "a")
		a.PutStr(semconv.AttrGroundTruthClass, "a")
		a.PutDouble(semconv.AttrFeedbackScoreValue, 1)
	})
	require.EqualValues(t, n/2, s.count(semconv.MetricGroundTruthJoins, nil, false))
	require.EqualValues(t, n/2-500, s.count(semconv.MetricGroundTruthJoins, map[string]string{semconv.AttrModelName: overflow}, false))
	require.EqualValues(t, 500, s.count(semconv.MetricOutcomes, nil, false))
	require.EqualValues(t, 500, s.count(semconv.MetricFeedbackScore, nil, false))
	require.Contains(t, describeTelemetry(t, c.telemetry), "otelcol_model_summary_overflowed{limit=max_models}: 2000")
}

// Ground truths that nobody joins are no fault of theirs, but whoever reads the log should know; once, and not where some are
// joined.
func TestGroundTruthsWithoutOutcomes(t *testing.T) {
	for _, outcomes := range []int{0, 1} {
		c, _ := send(t, config(nil), enoughTruths+outcomes, func(i int, r plog.LogRecord) {
			r.SetEventName(semconv.EventGroundTruth)
			if i >= enoughTruths {
				r.SetEventName(semconv.EventOutcome)
			}
			r.Attributes().PutStr(semconv.AttrModelName, "m")
			r.Attributes().PutStr(semconv.AttrPredictionClass, "1")
			r.Attributes().PutStr(semconv.AttrGroundTruthClass, "1")
		})
		require.Equal(t, 1-outcomes, c.logs.FilterMessageSnippet("Put the processor ground_truth before").Len())
	}
}

// Outcomes of many panes: what is held stays within the limit, nothing is lost.
func TestOutcomesAllOver(t *testing.T) {
	const n = 2000
	c, s := send(t, config(func(c *Config) { c.Limits.MaxMemoryMiB = 4 }), n, func(i int, r plog.LogRecord) {
		r.SetEventName(semconv.EventOutcome)
		r.SetTimestamp(benchStart + pcommon.Timestamp(i)*60e9)
		a := r.Attributes()
		a.PutStr(semconv.AttrModelName, "known")
		a.PutStr(semconv.AttrGroundTruthClass, "1")
		a.PutDouble(semconv.AttrPredictionScore, float64(i)/n)
	})
	require.EqualValues(t, n, s.count(semconv.MetricOutcomes, nil, false))
	require.Contains(t, describeTelemetry(t, c.telemetry), "otelcol_model_summary_early_flushes")
	require.Zero(t, c.shared.bytes.Load(), "all was sent")
}

func TestEmptyBatch(t *testing.T) {
	sink := &consumertest.MetricsSink{}
	c := start(t, config(nil), serve(), sink)
	require.NoError(t, c.ConsumeLogs(context.Background(), plog.NewLogs()))
	require.NoError(t, c.shared.flush(context.Background()))
	require.Empty(t, sink.AllMetrics())
}

// A profile that is another model's: its features are missing, the inputs are not in it.
func TestInputsThatTheProfileLacks(t *testing.T) {
	c, s := send(t, config(nil), 5, func(i int, r plog.LogRecord) {
		r.Attributes().PutStr(semconv.AttrModelName, "known")
		r.Attributes().PutDouble(semconv.AttrInputPrefix+"height", 1)
		r.Attributes().PutDouble(semconv.AttrInputPrefix+"weight", 1)
	})
	require.EqualValues(t, 5, s.count(semconv.MetricFeatureValue, map[string]string{semconv.AttrFeatureName: "height"}, false), "counted all the same")
	require.Contains(t, describeTelemetry(t, c.telemetry), "otelcol_model_summary_inputs_unprofiled{}: 10")
	require.Equal(t, 1, c.logs.FilterMessageSnippet("not in the model's profile").Len(), "said once a model")
}

// What is logged, and kept so that it is not logged again, does not grow with what senders write.
func TestNoticesOfLongTexts(t *testing.T) {
	c, _ := send(t, config(nil), 2, func(i int, r plog.LogRecord) {
		long := strings.Repeat("ä", 1<<16) + fmt.Sprint(i)
		r.Attributes().PutStr(semconv.AttrModelName, "m")
		r.Attributes().PutEmptyMap(semconv.AttrInputPrefix + long)
		r.Attributes().PutDouble(semconv.AttrInputPrefix+"n"+long, math.NaN())
		r.Attributes().PutStr(semconv.AttrPredictionScore, long)
		if i == 1 {
			r.SetTimestamp(0)
			r.Attributes().PutStr(semconv.AttrModelName, long)
		}
	})
	require.Greater(t, c.logs.Len(), 3)
	for _, line := range c.logs.All() {
		for key, value := range line.ContextMap() {
			require.Less(t, len(fmt.Sprint(value)), 2*maxText, key)
		}
	}
	for key := range c.shared.notices.said {
		require.Less(t, len(key.model)+len(key.name), 2*maxText)
	}
}
