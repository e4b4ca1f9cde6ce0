package e2e

import (
	"fmt"
	"math/rand/v2"
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

// verdicts are predictions, one a minute, and their truths some minutes later; from the change on, the model is wrong more often.
type verdicts struct {
	events []plog.Logs
	start  time.Time
	n      int
}

const verdictDelay = 5 * time.Minute

func makeVerdicts(n, change int, before, after float64) *verdicts {
	v := &verdicts{start: loansStart(), n: n}
	random := rand.New(rand.NewPCG(8, 15))
	for i := range n {
		id, at := fmt.Sprintf("case-%d", i), v.start.Add(time.Duration(i)*time.Minute)
		rate := before
		if i >= change {
			rate = after
		}
		predicted, truth := "yes", "yes"
		if random.IntN(2) == 0 {
			predicted, truth = "no", "no"
		}
		if random.Float64() < rate {
			truth = map[string]string{"yes": "no", "no": "yes"}[truth]
		}
		v.events = append(v.events,
			logEvent(semconv.EventPrediction, id, at, func(m pcommon.Map) {
				m.PutStr(semconv.AttrModelVersion, "1")
				m.PutStr(semconv.AttrPredictionClass, predicted)
				m.PutStr("country", []string{"DE", "FR"}[i%2])
			}),
			logEvent(semconv.EventGroundTruth, id, at.Add(verdictDelay), func(m pcommon.Map) { m.PutStr(semconv.AttrGroundTruthClass, truth) }))
	}
	v.events = byArrival(v.events, timeOf)
	return v
}

// sample is how many truths were known at the time.
func (v *verdicts) sample(at pcommon.Timestamp) int {
	return int(at.AsTime().Sub(v.start.Add(verdictDelay))/time.Minute) + 1
}

// end is so much later that nothing waits for what came before.
func (v *verdicts) end() plog.Logs {
	return logEvent(semconv.EventPrediction, "end", v.start.Add(time.Duration(v.n)*time.Minute+5*24*time.Hour), func(m pcommon.Map) {
		m.PutStr(semconv.AttrModelVersion, "1")
		m.PutStr(semconv.AttrPredictionClass, "yes")
	})
}

// watching joins, watches, writes events to a file, and counts what was found for Prometheus.
func watching(out, lateness string) string {
	return strings.NewReplacer("OUT", out, "LATENESS", lateness).Replace(`
receivers:
  otlp: {protocols: {grpc: {endpoint: "${leewaytest:otlp_grpc}"}}}
processors:
  ground_truth: {time_to_live: 12h, allowed_lateness: LATENESS, idle_timeout: 1h, segments: [[country]]}
  concept_drift:
    allowed_lateness: LATENESS
    idle_timeout: 1h
    segments: [[country]]
    detectors:
      - signal: error
      - {signal: error, method: hddm_a}
      - {signal: error, method: page_hinkley, threshold: 60, direction: increase, name: slow}
  model_rollup: {}
connectors:
  model_summary: {flush_interval: 0s, segments: [[country]]}
exporters:
  file: {path: OUT, append: true}
  prometheus: {endpoint: "${leewaytest:prometheus}", without_scope_info: true}
service:
  pipelines:
    logs: {receivers: [otlp], processors: [ground_truth, concept_drift], exporters: [file, model_summary]}
    metrics: {receivers: [model_summary], processors: [model_rollup], exporters: [prometheus]}
`)
}

// detection is one ml.concept_drift event.
type detection struct {
	sample          int
	detector, slice string
	attributes      map[string]any
}

func (v *verdicts) detections(t *testing.T, path string) []detection {
	t.Helper()
	var all []detection
	for _, logs := range readLogs(t, path) {
		eachRecord(logs, func(r plog.LogRecord) {
			if r.EventName() != semconv.EventConceptDrift {
				return
			}
			d := detection{sample: v.sample(r.Timestamp()), attributes: r.Attributes().AsRaw()}
			d.detector, _ = d.attributes[semconv.AttrDetectorName].(string)
			d.slice, _ = d.attributes[semconv.AttrSegmentPrefix+"country"].(string)
			all = append(all, d)
		})
	}
	return all
}

// drifts are the samples at which a detector over all of the traffic said drift.
func drifts(all []detection, detector string) []int {
	var samples []int
	for _, d := range all {
		if d.slice == "" && d.detector == detector && d.attributes[semconv.AttrDetectorLevel] == "drift" {
			samples = append(samples, d.sample)
		}
	}
	return samples
}

// TestConceptDrift: a model that begins to be wrong three times as often in the middle of a replay is found out within some hundred
// truths, by each detector, in all of the traffic and in each slice; one that stays as good never.
func TestConceptDrift(t *testing.T) {
	const n, change = 6000, 3000
	watch := func(t *testing.T, v *verdicts, lateness string, size int, events []plog.Logs) ([]detection, map[string]float64) {
		t.Helper()
		out := filepath.Join(t.TempDir(), "events.json")
		c := start(t, watching(out, lateness))
		client := connect(t, c.OTLPGRPC)
		send(t, client, batches(events, size)...)
		send(t, client, v.end())
		counted := map[string]float64{}
		for _, m := range c.Scrape(t, c.Prometheus)["ml_concept_drifts_total"].GetMetric() {
			counted[labelsOf(m)] += m.GetCounter().GetValue()
		}
		c.Stop(t)
		return v.detections(t, out), counted
	}

	t.Run("a change", func(t *testing.T) {
		t.Parallel()
		v := makeVerdicts(n, change, 0.1, 0.35)
		want, counted := watch(t, v, "2m", 100, v.events)
		for _, detector := range []string{"error/adwin", "error/hddm_a", "slow"} {
			samples := drifts(want, detector)
			if assert.NotEmpty(t, samples, detector) {
				assert.Greater(t, samples[0], change, detector)
				assert.Less(t, samples[0], change+400, detector)
				t.Logf("%s: drift %d truths after the change", detector, samples[0]-change)
			}
		}
		slices, total := map[string]int{}, 0
		for _, d := range want {
			a := d.attributes
			total++
			assert.Equal(t, loansModel, a[semconv.AttrModelName])
			assert.Equal(t, "1", a[semconv.AttrModelVersion])
			assert.Equal(t, "error", a[semconv.AttrDetectorSignal])
			if a[semconv.AttrDetectorLevel] == "drift" && d.detector == "error/adwin" {
				slices[d.slice]++
				assert.InDelta(t, 0.1, a[semconv.AttrDetectorBefore], 0.05)
				assert.InDelta(t, 0.35, a[semconv.AttrDetectorAfter], 0.12)
			}
		}
		assert.Equal(t, map[string]int{"": 1, "DE": 1, "FR": 1}, slices)
		sum := 0.0
		for _, c := range counted {
			sum += c
		}
		assert.InDelta(t, total, sum, 0, "each is counted once: %v", counted)

		t.Run("in any order within the allowed lateness, in batches of any size", func(t *testing.T) {
			v := makeVerdicts(n, change, 0.1, 0.35)
			got, _ := watch(t, v, "6h", 37, shuffled(v.events, 6*time.Hour))
			assert.ElementsMatch(t, want, got)
		})
	})
	t.Run("no change", func(t *testing.T) {
		t.Parallel()
		v := makeVerdicts(n, n, 0.1, 0.1)
		all, counted := watch(t, v, "2m", 100, v.events)
		for _, d := range all {
			assert.NotEqual(t, "drift", d.attributes[semconv.AttrDetectorLevel], "%v", d)
		}
		for labels := range counted {
			assert.NotContains(t, labels, `"drift"`)
		}
	})
}

// mortalWatch keeps its state in the storage before it acknowledges, and sends what it finds to the keeper.
func mortalWatch(folder, endpoint, keeper string) string {
	if endpoint == "" {
		endpoint = "${leewaytest:otlp_grpc}"
	}
	return strings.NewReplacer("FOLDER", folder, "ENDPOINT", endpoint, "KEEPER", keeper).Replace(`
extensions:
  file_storage: {directory: "FOLDER"}
receivers:
  otlp: {protocols: {grpc: {endpoint: "ENDPOINT"}}}
processors:
  ground_truth: {time_to_live: 12h, allowed_lateness: 6h, idle_timeout: 1h, storage: file_storage, segments: [[country]]}
  concept_drift:
    allowed_lateness: 6h
    idle_timeout: 1h
    storage: file_storage
    checkpoint_interval: 0s
    segments: [[country]]
    detectors:
      - signal: error
      - {signal: error, method: hddm_a}
      - {signal: error, method: page_hinkley, threshold: 60, direction: increase, name: slow}
exporters:
  otlp_grpc:
    endpoint: KEEPER
    tls: {insecure: true}
    sending_queue: {enabled: false}
service:
  extensions: [file_storage]
  pipelines:
    logs: {receivers: [otlp], processors: [ground_truth, concept_drift], exporters: [otlp_grpc]}
`)
}

// TestKilledWatch: kill -9 between requests, at ten moments of a replay that is shuffled, so that values wait for their turn at
// each. What is found is the same, to the last bit, as without.
func TestKilledWatch(t *testing.T) {
	const n, change, kills = 4000, 2000, 10
	v := makeVerdicts(n, change, 0.1, 0.35)
	requests := append(batches(shuffled(v.events, 6*time.Hour), 40), v.end())
	watch := func(t *testing.T, mortal map[int]bool) []detection {
		t.Helper()
		kept := filepath.Join(t.TempDir(), "events.json")
		keeper := start(t, outcomesKeeper(kept))
		folder := t.TempDir()
		c := start(t, mortalWatch(folder, "", keeper.OTLPGRPC))
		endpoint := c.OTLPGRPC
		client := connect(t, endpoint)
		for i, request := range requests {
			if mortal[i] {
				c.Kill(t)
				c = start(t, mortalWatch(folder, endpoint, keeper.OTLPGRPC))
			}
			send(t, client, request)
		}
		c.Stop(t)
		keeper.Stop(t)
		return v.detections(t, kept)
	}
	random := rand.New(rand.NewPCG(1, 9))
	mortal := map[int]bool{len(requests) / 2: true}
	for len(mortal) < kills {
		mortal[1+random.IntN(len(requests)-1)] = true
	}
	want := watch(t, nil)
	require.NotEmpty(t, drifts(want, "error/adwin"))
	assert.ElementsMatch(t, want, watch(t, mortal))
}
