package e2e

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/semconv"
)

// watchingOutcomes watches outcomes that are joined already. One of its detectors waits for an input that never comes.
func watchingOutcomes(out string) string {
	return strings.ReplaceAll(`
receivers:
  otlp: {protocols: {grpc: {endpoint: "${leewaytest:otlp_grpc}"}}}
processors:
  concept_drift:
    allowed_lateness: 10m
    idle_timeout: 1h
    limits: {max_models: 50}
    detectors:
      - signal: error
      - signal: log_loss
      - {signal: input/amuont, name: amounts}
exporters:
  file: {path: OUT, append: true}
service:
  pipelines:
    logs: {receivers: [otlp], processors: [concept_drift], exporters: [file]}
`, "OUT", out)
}

// outcomesOf are the outcomes of the verdicts, with a score that is a probability.
func (v *verdicts) outcomes() []plog.Logs {
	var all []plog.Logs
	predicted := map[string]string{}
	for _, e := range v.events {
		eachRecord(e, func(r plog.LogRecord) {
			id := idsOf(e)[0]
			if r.EventName() == semconv.EventPrediction {
				class, _ := r.Attributes().Get(semconv.AttrPredictionClass)
				predicted[id] = class.Str()
				return
			}
			truth, _ := r.Attributes().Get(semconv.AttrGroundTruthClass)
			all = append(all, logEvent(semconv.EventOutcome, id, r.Timestamp().AsTime(), func(m pcommon.Map) {
				m.PutStr(semconv.AttrModelVersion, "1")
				m.PutStr(semconv.AttrPredictionClass, predicted[id])
				m.PutDouble(semconv.AttrPredictionScore, map[string]float64{"yes": 0.8, "no": 0.2}[predicted[id]])
				m.PutStr(semconv.AttrGroundTruthClass, truth.Str())
			}))
		})
	}
	return all
}

// TestConceptDriftAbuse: among good outcomes come such as are not finite, out of range, without truth, days too late, of a year to come,
// twice, and of a hundred thousand models, and a detector waits for what never comes. What detectors say of the good ones stays the same; each kind of bad one has a counter and a
// line in the log that says what would be right.
func TestConceptDriftAbuse(t *testing.T) {
	v := makeVerdicts(4000, 2000, 0.1, 0.35)
	good := v.outcomes()
	watch := func(t *testing.T, between func(b *besieged, i int, at time.Time)) (b *besieged, out string) {
		t.Helper()
		out = filepath.Join(t.TempDir(), "events.json")
		b = &besieged{Collector: start(t, watchingOutcomes(out))}
		b.good = connect(t, b.OTLPGRPC)
		for i, request := range batches(good, 100) {
			send(t, b.good, request)
			if between != nil {
				between(b, i, timeOf(request))
			}
		}
		send(t, b.good, v.end(), logEvent(semconv.EventOutcome, "last", v.start.Add(30*24*time.Hour), func(m pcommon.Map) {
			m.PutStr(semconv.AttrModelVersion, "1")
			m.PutStr(semconv.AttrPredictionClass, "no")
			m.PutStr(semconv.AttrGroundTruthClass, "no")
		}))
		return b, out
	}
	calm, out := watch(t, nil)
	calm.Stop(t)
	want := v.detections(t, out)
	require.NotEmpty(t, drifts(want, "error/adwin"))

	bad := func(id string, at time.Time, fill func(m pcommon.Map)) plog.Logs {
		return logEvent(semconv.EventOutcome, id, at, func(m pcommon.Map) {
			m.PutStr(semconv.AttrModelVersion, "1")
			m.PutStr(semconv.AttrGroundTruthClass, "yes")
			fill(m)
		})
	}
	invented := 0
	b, out := watch(t, func(b *besieged, i int, at time.Time) {
		send(t, b.good,
			bad(fmt.Sprint("nan-", i), at, func(m pcommon.Map) { m.PutDouble(semconv.AttrPredictionScore, math.NaN()) }),
			bad(fmt.Sprint("beyond-", i), at, func(m pcommon.Map) { m.PutDouble(semconv.AttrPredictionScore, 1.7) }),
			bad(fmt.Sprint("nothing-", i), at, func(pcommon.Map) {}),
			bad(fmt.Sprint("future-", i), time.Now().Add(400*24*time.Hour), func(m pcommon.Map) { m.PutStr(semconv.AttrPredictionClass, "no") }))
		if i > 0 {
			send(t, b.good, bad(fmt.Sprint("late-", i), at.Add(-100*24*time.Hour), func(m pcommon.Map) { m.PutStr(semconv.AttrPredictionClass, "no") }))
			send(t, b.good, batches(good, 100)[i]) // once more
		}
		var others []plog.Logs
		for k := range 30 { // of which none has the input that a detector waits for
			others = append(others, logEvent(semconv.EventPrediction, fmt.Sprint("other-", i, "-", k), at, func(m pcommon.Map) {
				m.PutStr(semconv.AttrModelVersion, "1")
				m.PutEmptyMap(semconv.AttrInputs).PutDouble("amount", 7)
			}))
		}
		send(t, b.good, batch(others))
		var models []plog.Logs
		for range 2500 {
			invented++
			e := bad("", at, func(m pcommon.Map) { m.PutStr(semconv.AttrPredictionClass, "no") })
			eachRecord(e, func(r plog.LogRecord) {
				r.Attributes().PutStr(semconv.AttrModelName, fmt.Sprint("invented-", invented))
			})
			models = append(models, e)
		}
		send(t, b.good, batch(models))
	})
	requests := float64(len(good)) / 100
	assert.Equal(t, 100_000, invented)
	assert.InDelta(t, 100_000-49, b.counter(t, "otelcol_concept_drift_events_refused", `reason="model_limit"`), 1)
	assert.Equal(t, requests, b.counter(t, "otelcol_concept_drift_events_refused", `reason="future"`))
	for reason, n := range map[string]float64{"non_finite": requests, "out_of_range": requests, "missing": requests} {
		assert.GreaterOrEqual(t, b.counter(t, "otelcol_concept_drift_values_refused", fmt.Sprintf("reason=%q", reason)), n, reason)
	}
	assert.GreaterOrEqual(t, b.counter(t, "otelcol_concept_drift_values_late"), requests-1)
	assert.Positive(t, b.counter(t, "otelcol_concept_drift_values_repeated"))
	assert.LessOrEqual(t, b.counter(t, "otelcol_concept_drift_models"), 50.0)
	b.assertLogged(t, "warn", "NaN or infinite", "log_loss")
	b.assertLogged(t, "warn", "a score is from 0 to 1")
	b.assertLogged(t, "warn", "limits::max_models")
	b.assertLogged(t, "warn", "max_future")
	b.assertLogged(t, "warn", "allowed_lateness", "loans")
	b.assertLogged(t, "warn", "is it spelled as in the events?", "input/amuont")
	b.Stop(t)
	assert.Equal(t, want, v.detections(t, out))
}
