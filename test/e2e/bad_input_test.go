package e2e

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/semconv"
)

// attack is one kind of bad input, sent before each hour of good traffic.
type attack struct {
	name string
	// prepare changes the folder of profiles before the start.
	prepare func(t *testing.T, profiles string)
	send    func(t *testing.T, b *besieged, hour int, at time.Time)
	// logged are parts of lines of the log; all parts of one entry stand in one line.
	logged [][]string
	// counted is how much the counters of the collector's own telemetry must show, by name and labels; a negative number
	// stands for at least so much.
	counted []count
	// own is what to expect of the bad model itself.
	own func(t *testing.T, b *besieged)
	// memory in MiB, series exposed, and series of the collector's own telemetry, that the attack may cost.
	memory, series, telemetry int
}

type count struct {
	value  float64
	name   string
	labels []string
}

var attacks = []attack{
	{
		name: "a feature changes its type",
		send: func(t *testing.T, b *besieged, _ int, at time.Time) {
			b.send(t, predictions(at, 10, func(i int, r plog.LogRecord) {
				if i < 3 {
					r.Attributes().PutStr(semconv.AttrInputPrefix+"amount", "12,50 EUR")
				}
				r.Attributes().PutEmptySlice(semconv.AttrInputPrefix + "list").AppendEmpty().SetInt(1)
				if i == 5 {
					r.Attributes().PutEmptySlice(semconv.AttrInputPrefix + "mixed").AppendEmpty().SetStr("a")
				}
			}))
		},
		logged: [][]string{
			{"warn", "another type than in the profile", `"model": "bad"`, `"feature": "amount"`, "number", "text"},
			{"warn", "an array of numbers that is no vector", `"feature": "list"`, "Make the profile of data that has the array"},
			{"warn", "Send scalars", `"feature": "mixed"`},
		},
		counted: []count{{14 * hours, "otelcol_model_summary_inputs_invalid", []string{`reason="type"`}}},
	},
	{
		name: "NaN and infinity",
		send: func(t *testing.T, b *besieged, _ int, at time.Time) {
			b.send(t, predictions(at, 3, func(i int, r plog.LogRecord) {
				x := []float64{math.NaN(), math.Inf(1), math.Inf(-1)}[i]
				r.Attributes().PutDouble(semconv.AttrInputPrefix+"amount", x)
				r.Attributes().PutDouble(semconv.AttrPredictionScore, x)
			}))
		},
		logged: [][]string{
			{"warn", "NaN or infinite", `"model": "bad"`, `"feature": "amount"`, "Leave out"},
			{"warn", "A value of a prediction is not counted", `"value": "score"`, "found"},
		},
		counted: []count{
			{3 * hours, "otelcol_model_summary_inputs_invalid", []string{`reason="non_finite"`}},
			{3 * hours, "otelcol_model_summary_values_refused", []string{`field="score"`}},
		},
	},
	{
		name: "100000 invented features",
		send: func(t *testing.T, b *besieged, hour int, at time.Time) {
			if hour%14 != 0 {
				return
			}
			for batch := range 20 {
				b.send(t, predictions(at, 10, func(i int, r plog.LogRecord) {
					inputs := r.Attributes().PutEmptyMap(semconv.AttrInputs)
					for j := range 100 {
						inputs.PutDouble(fmt.Sprintf("invented_%d_%d_%d_%d", hour, batch, i, j), 1)
					}
				}))
			}
		},
		logged: [][]string{
			{"warn", "A limit is reached", `"model": "bad"`, "limits::max_features"},
			{"warn", "limits::max_series", `"model": "bad"`},
		},
		counted: []count{
			{-50_000, "otelcol_model_summary_overflowed", []string{`limit="max_features"`}},
			{-10_000, "otelcol_model_statistics_points_refused", []string{`reason="series_limit"`, `model="bad"`}},
		},
		memory: 400, series: 60_000,
	},
	{
		name: "10000 invented models",
		send: func(t *testing.T, b *besieged, hour int, at time.Time) {
			n := 180
			if hour == 0 {
				n = 1000 // every place is taken when the good model comes
			}
			b.send(t, predictions(at, n, func(i int, r plog.LogRecord) {
				r.Attributes().PutStr(semconv.AttrModelName, fmt.Sprintf("invented-%d-%d", hour, i))
			}))
		},
		logged: [][]string{
			{"warn", "A limit is reached", "limits::max_models"},
		},
		counted: []count{
			{-9000, "otelcol_model_summary_overflowed", []string{`limit="max_models"`}},
			{-50, "otelcol_model_statistics_points_refused", []string{`reason="model_limit"`, `model="__overflow__"`}},
		},
		memory: 100, series: 10_000, telemetry: 600, // some of its counters are by model
	},
	{
		name: "1970 and 2100 of the good model as well",
		send: func(t *testing.T, b *besieged, hour int, _ time.Time) {
			for _, year := range []int{1970, 2100} {
				at := time.Date(year, 1, 1, 0, hour, 1, 0, time.UTC)
				b.send(t, predictions(at, 2, func(i int, r plog.LogRecord) {
					if i == 1 && hour > 0 { // a stream that begins in 1970 is a replay
						r.Attributes().PutStr(semconv.AttrModelName, goodModel)
						r.Attributes().PutStr(semconv.AttrModelVersion, "1")
					}
				}))
			}
		},
		logged: [][]string{
			{"warn", `"model": "flight-delay"`, "clock is ahead by more than max_future", "2100"},
			{"warn", `"model": "flight-delay"`, "in no window that is yet to be judged", "1970"},
		},
		counted: []count{
			{-50, "otelcol_model_statistics_points_refused", []string{`model="flight-delay"`, `reason="future"`}},
			{-50, "otelcol_model_statistics_points_refused", []string{`model="flight-delay"`, `reason="too_old"`}},
		},
	},
	{
		name: "a profile for another model",
		prepare: func(t *testing.T, profiles string) {
			require.NoError(t, os.Rename(filepath.Join(profiles, "bad.json"), filepath.Join(profiles, "bed.json")))
			text, err := os.ReadFile(filepath.Join(profiles, "bed.json"))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(profiles, "bed.json"), bytes.Replace(text, []byte(`"bad"`), []byte(`"bed"`), 1), 0o600))
		},
		send:   func(t *testing.T, b *besieged, _ int, at time.Time) { b.send(t, predictions(at, 10, nil)) },
		logged: [][]string{{"warn", "a model has no reference profile", `"model": "bad"`, "leewayctl profile"}},
		counted: []count{
			{1, "otelcol_model_statistics_models_unprofiled", nil},
			{2, "otelcol_profiles_in_force", []string{`origin="directory"`}},
		},
		own: func(t *testing.T, b *besieged) {
			all := readStatistics(t, b.out, func(metric string) bool { return metric == semconv.MetricModelInfo })
			assert.Contains(t, all, semconv.MetricModelInfo+"{ml.model.name=bad,ml.model.version=unknown,ml.profile.id=none,ml.profile.rhythm=none}")
		},
	},
	{
		name: "a profile of other features",
		send: func(t *testing.T, b *besieged, _ int, at time.Time) {
			b.send(t, predictions(at, 10, func(_ int, r plog.LogRecord) {
				r.Attributes().RemoveIf(func(key string, _ pcommon.Value) bool { return strings.HasPrefix(key, semconv.AttrInputPrefix) })
				r.Attributes().PutDouble(semconv.AttrInputPrefix+"height", 1)
			}))
		},
		logged:  [][]string{{"warn", "not in the model's profile", `"model": "bad"`, `"feature": "height"`, "leewayctl profile"}},
		counted: []count{{10 * hours, "otelcol_model_summary_inputs_unprofiled", nil}},
		own: func(t *testing.T, b *besieged) {
			all := readStatistics(t, b.out, func(metric string) bool { return metric == "ml.feature.drift.detected" })
			missing := all["ml.feature.drift.detected"+"{ml.drift.statistic=missing_share,ml.feature.name=amount,ml.model.name=bad,ml.model.version=unknown,ml.window=24h}"]
			require.NotEmpty(t, missing)
			for at, detected := range missing {
				assert.InDelta(t, 1, detected, 0, at.String())
			}
		},
	},
	{
		name: "corrupt profiles",
		prepare: func(t *testing.T, profiles string) {
			require.NoError(t, os.WriteFile(filepath.Join(profiles, "bad.json"), []byte("{\"schema\": \"leeway.profile/v1\",\n\"model\": \"bad\", oops"), 0o600))
		},
		send: func(t *testing.T, b *besieged, hour int, at time.Time) {
			b.send(t, predictions(at, 10, nil))
			if hour != hours/3 {
				return
			}
			// The good model's profile is damaged while it is in use: its last good copy stays.
			file := filepath.Join(b.profiles, "flight-delay.json")
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(file, text[:len(text)/2], 0o600))
			require.Eventually(t, func() bool { return b.counter(t, "otelcol_profiles_rejected", `reason="invalid"`) >= 2 }, 30*time.Second, 50*time.Millisecond)
		},
		logged: [][]string{
			{"error", "Profile file refused; no profile of this file is in force", "bad.json", "line 2", "leewayctl profile validate"},
			{"error", "Profile file refused; the last good copy stays in force", "flight-delay.json"},
		},
		counted: []count{{-2, "otelcol_profiles_rejected", []string{`origin="directory"`, `reason="invalid"`}}},
	},
	{
		name: "times that are none",
		send: func(t *testing.T, b *besieged, _ int, at time.Time) {
			b.send(t, predictions(at, 2, func(i int, r plog.LogRecord) {
				r.SetTimestamp([]pcommon.Timestamp{0, math.MaxUint64}[i])
			}))
		},
		logged: [][]string{
			{"warn", "A prediction is not counted", `"model": "bad"`, "it has no time"},
			{"warn", "A prediction is not counted", `"model": "bad"`, "2262"},
		},
		counted: []count{
			{hours, "otelcol_model_summary_events_refused", []string{`reason="no_time"`}},
			{hours, "otelcol_model_summary_events_refused", []string{`reason="time"`}},
		},
	},
	{
		name: "a clock that is a day ahead in the good model as well",
		send: func(t *testing.T, b *besieged, _ int, at time.Time) {
			b.send(t, predictions(at, 10, nil))
			b.send(t, predictions(time.Now().Add(24*time.Hour), 2, func(i int, r plog.LogRecord) {
				if i == 1 {
					r.Attributes().PutStr(semconv.AttrModelName, goodModel)
					r.Attributes().PutStr(semconv.AttrModelVersion, "1")
				}
			}))
		},
		logged:  [][]string{{"warn", `"model": "flight-delay"`, "clock is ahead by more than max_future", `"time"`}},
		counted: []count{{-hours, "otelcol_model_statistics_points_refused", []string{`model="flight-delay"`, `reason="future"`}}},
		own:     judged,
	},
	{
		name: "a clock that is a day behind",
		send: func(t *testing.T, b *besieged, _ int, at time.Time) {
			b.send(t, predictions(at, 10, nil))
			b.send(t, predictions(at.Add(-24*time.Hour), 1, nil))
		},
		logged:  [][]string{{"warn", `"model": "bad"`, "came after windows that it belongs to were judged", "allowed_lateness"}},
		counted: []count{{-hours, "otelcol_model_statistics_points_late", []string{`model="bad"`}}},
		own:     judged,
	},
	{
		name: "empty batches",
		send: func(t *testing.T, b *besieged, _ int, _ time.Time) {
			b.send(t, plog.NewLogs())
			empty := plog.NewLogs()
			empty.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
			b.send(t, empty)
		},
		own: func(t *testing.T, b *besieged) {
			assert.InDelta(t, len(goodEvents(t))+1, b.counter(t, "otelcol_model_summary_events"), 0, "the good ones, and nothing else")
		},
	},
	{
		name: "lost attributes",
		send: func(t *testing.T, b *besieged, _ int, at time.Time) {
			b.send(t, predictions(at, 5, func(_ int, r plog.LogRecord) { r.SetDroppedAttributesCount(17) }))
		},
		logged:  [][]string{{"warn", `"model": "bad"`, "without some of their attributes", "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", `"dropped_attributes_count": 17`}},
		counted: []count{{5 * hours, "otelcol_model_summary_attributes_dropped", nil}},
	},
	{
		name: "names of a megabyte",
		send: func(t *testing.T, b *besieged, hour int, at time.Time) {
			long := strings.Repeat("x", 1<<20) + strconv.Itoa(hour)
			b.send(t, predictions(at, 1, func(_ int, r plog.LogRecord) {
				r.Attributes().PutStr(semconv.AttrInputPrefix+long, "a")
				r.Attributes().PutStr(semconv.AttrInputPrefix+"country", long)
			}))
			b.send(t, predictions(at, 1, func(_ int, r plog.LogRecord) { r.Attributes().PutStr(semconv.AttrModelName, long) }))
			b.sendSummary(t, at, func(_ pmetric.Metric, dp pmetric.HistogramDataPoint) {
				dp.Attributes().PutStr(semconv.AttrModelName, long)
			})
		},
		logged: [][]string{
			{"warn", "A limit is reached", `"model": "bad"`, "limits::max_features"},
			{"warn", "A limit is reached", `"model": "__overflow__"`, "limits::max_models"},
			{"warn", "a data point is not counted", "256 bytes", `"reason": "too_long"`},
		},
		counted: []count{
			{hours, "otelcol_model_summary_overflowed", []string{`limit="max_models"`}},
			{hours, "otelcol_model_statistics_points_refused", []string{`reason="too_long"`}},
		},
	},
	{
		name: "summaries that are none",
		send: func(t *testing.T, b *besieged, _ int, at time.Time) {
			for _, spoil := range spoils {
				b.sendSummary(t, at, spoil)
			}
			b.sendSummary(t, at, nil)
		},
		logged: [][]string{
			{"warn", "a data point is not counted", `"model": "bad"`, "ml.feature.value", `"reason": "not_delta"`, "cumulativetodelta"},
			{"warn", "a data point is not counted", `"model": "bad"`, "ml.feature.value", `"reason": "broken"`, "bounds must ascend"},
			{"warn", "a data point is not counted", `"model": "bad"`, "ml.feature.value", `"reason": "no_time"`},
			{"warn", "a data point is not counted", `"model": ""`, "ml.feature.value", `"reason": "no_model"`, "ml.model.name"},
		},
		counted: []count{
			{2 * hours, "otelcol_model_statistics_points_refused", []string{`reason="not_delta"`, `model="bad"`}},
			{4 * hours, "otelcol_model_statistics_points_refused", []string{`reason="broken"`, `model="bad"`}},
			{hours, "otelcol_model_statistics_points_refused", []string{`reason="no_time"`, `model="bad"`}},
			{hours, "otelcol_model_statistics_points_refused", []string{`reason="no_model"`}},
		},
		own: func(t *testing.T, b *besieged) {
			all := readStatistics(t, b.out, func(metric string) bool { return metric == semconv.MetricStatisticsSamples })
			samples := all[semconv.MetricStatisticsSamples+"{ml.model.name=bad,ml.model.version=unknown,ml.subject=feature,ml.window=7d}"]
			require.NotEmpty(t, samples)
			for at, n := range samples {
				assert.Zero(t, math.Mod(n, 10), "only the good ones, of ten observations each, count: %s", at)
			}
		},
	},
	{
		name: "no model",
		send: func(t *testing.T, b *besieged, _ int, at time.Time) {
			b.send(t, predictions(at, 5, func(_ int, r plog.LogRecord) { r.Attributes().Remove(semconv.AttrModelName) }))
		},
		logged:  [][]string{{"warn", "A prediction is not counted", "no model name", "ml.model.name"}},
		counted: []count{{5 * hours, "otelcol_model_summary_events_refused", []string{`reason="no_model"`}}},
	},
}

// spoils are ways to break a summary, one a line.
var spoils = []func(m pmetric.Metric, dp pmetric.HistogramDataPoint){
	func(m pmetric.Metric, _ pmetric.HistogramDataPoint) {
		m.Histogram().SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	},
	func(m pmetric.Metric, dp pmetric.HistogramDataPoint) {
		attributes := dp.Attributes()
		gauge := pmetric.NewNumberDataPoint()
		attributes.CopyTo(gauge.Attributes())
		gauge.SetTimestamp(dp.Timestamp())
		gauge.CopyTo(m.SetEmptyGauge().DataPoints().AppendEmpty())
	},
	func(_ pmetric.Metric, dp pmetric.HistogramDataPoint) { dp.ExplicitBounds().FromRaw([]float64{2, 1}) },
	func(_ pmetric.Metric, dp pmetric.HistogramDataPoint) {
		dp.ExplicitBounds().FromRaw([]float64{1, math.NaN()})
	},
	func(_ pmetric.Metric, dp pmetric.HistogramDataPoint) { dp.BucketCounts().FromRaw([]uint64{1, 2}) },
	func(_ pmetric.Metric, dp pmetric.HistogramDataPoint) { dp.SetCount(11) },
	func(_ pmetric.Metric, dp pmetric.HistogramDataPoint) { dp.SetTimestamp(0) },
	func(_ pmetric.Metric, dp pmetric.HistogramDataPoint) { dp.Attributes().Remove(semconv.AttrModelName) },
}

// hours of good traffic.
const hours = 57

// judged: windows of the bad model are judged as its traffic goes on.
func judged(t *testing.T, b *besieged) {
	t.Helper()
	all := readStatistics(t, b.out, func(metric string) bool { return metric == semconv.MetricStatisticsSamples })
	ends := all[semconv.MetricStatisticsSamples+"{ml.model.name=bad,ml.model.version=unknown,ml.subject=feature,ml.window=24h}"]
	assert.Greater(t, len(ends), 60, "judged once an hour")
}

// TestBadInput: whatever one sender does, the statistics of a model whose traffic is good do not change in a bit; the log and
// the collector's own telemetry say what happened; nothing grows.
func TestBadInput(t *testing.T) {
	profiles := flightProfile(t)
	badProfile(t, profiles, badModel)
	drift := "drift: {min_samples: 10}"
	quiet := besiege(t, options{profiles: profiles, statistics: drift})
	want := quiet.goodStatistics(t, nil)
	require.Greater(t, len(want), 100, "series")
	memory := quiet.memory(t)
	exposed, own := quiet.exposed(t, quiet.Prometheus), quiet.exposed(t, quiet.Telemetry)
	quiet.Stop(t)
	require.Equal(t, hours, len(byHour(goodEvents(t))))
	t.Logf("undisturbed: %d MiB, %d series, %d of its own", memory, exposed, own)

	for _, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			folder := copyOf(t, profiles)
			if a.prepare != nil {
				a.prepare(t, folder)
			}
			b := besiege(t, options{profiles: folder, statistics: drift})
			var before int
			got := b.goodStatistics(t, func(hour int, at time.Time) {
				a.send(t, b, hour, at)
				if hour == hours/2 {
					before = b.memory(t)
				}
			})
			assert.Empty(t, differences(want, got))
			for _, parts := range a.logged {
				b.assertLogged(t, parts...)
			}
			for _, c := range a.counted {
				if is := b.counter(t, c.name, c.labels...); c.value < 0 {
					assert.GreaterOrEqual(t, is, -c.value, "%s%v", c.name, c.labels)
				} else {
					assert.InDelta(t, c.value, is, 0, "%s%v", c.name, c.labels)
				}
			}
			if a.own != nil {
				a.own(t, b)
			}
			after, series := b.memory(t), b.exposed(t, b.Prometheus)
			t.Logf("%d MiB, half way %d; %d series, %d of its own; %d KiB of log", after, before, series, b.exposed(t, b.Telemetry), len(b.Logs())>>10)
			assert.Less(t, after, memory+max(a.memory, 50), "MiB")
			assert.Less(t, after, before+50, "MiB: growth in the second half")
			assert.Less(t, series, exposed+max(a.series, 300))
			assert.Less(t, b.exposed(t, b.Telemetry), own+max(a.telemetry, 50))
			b.Stop(t)
		})
	}
}
