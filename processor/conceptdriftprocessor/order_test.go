package conceptdriftprocessor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/conceptdrift"
)

// watched are detectors that say something all the time.
func watched(c *Config) {
	recent, window := 5, 10
	c.Detectors = []DetectorConfig{
		{Signal: "error", Method: "stepd", Window: &recent},
		{Signal: "log_loss", Method: "kswin", Window: &window, Recent: &recent},
	}
	c.Segments = [][]string{{"country"}}
}

// happened is an outcome, at a second.
type happened struct {
	at      int
	id      string
	wrong   bool
	score   float64
	country string
}

func (h *happened) record() func(plog.LogRecord) {
	return outcome(second(h.at), h.id, h.wrong, semconv.AttrPredictionScore, h.score, "country", h.country)
}

// expected is what detectors say that take the outcomes one by one: by time, then by id.
func expected(t require.TestingT, all []happened) []string {
	cfg := createDefaultConfig().(*Config)
	watched(cfg)
	plan, err := cfg.plan()
	require.NoError(t, err)
	detectors := map[string][]conceptdrift.Detector{}
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b happened) int {
		if a.at != b.at {
			return a.at - b.at
		}
		return strings.Compare(a.id, b.id)
	})
	var said []string
	for _, h := range sorted {
		for _, country := range []string{"", h.country} {
			if detectors[country] == nil {
				for _, d := range plan.lanes[ofOutcome].detections {
					detectors[country] = append(detectors[country], d.new())
				}
			}
			truth := 1.0
			if h.wrong {
				truth = 0
			}
			loss := lossOf(h.score, truth == 1)
			for i, x := range []float64{1 - truth, loss} {
				d := detectors[country][i]
				before := d.Level()
				level, err := d.Update(x)
				require.NoError(t, err)
				if level == conceptdrift.Drift || level == conceptdrift.Warning && before != conceptdrift.Warning {
					e := d.Estimate()
					e.Mean = 0 // events do not carry it
					said = append(said, fmt.Sprint(h.at, " ", country, " ", d.Method(), " ", level, " ", e))
				}
			}
		}
	}
	slices.Sort(said)
	return said
}

// heard is what the events of the processor say, in the same words.
func heard(batches []plog.Logs) []string {
	var said []string
	for _, logs := range batches {
		for _, rl := range logs.ResourceLogs().All() {
			for _, r := range rl.ScopeLogs().At(0).LogRecords().All() {
				if r.EventName() != semconv.EventConceptDrift {
					continue
				}
				a := r.Attributes().AsRaw()
				country, _ := a["ml.segment.country"].(string)
				e := conceptdrift.Estimate{
					Count: uint64(a[semconv.AttrDetectorSamples].(int64)), Since: uint64(a[semconv.AttrDetectorSamplesSince].(int64)),
					Before: a[semconv.AttrDetectorBefore].(float64), After: a[semconv.AttrDetectorAfter].(float64),
				}
				said = append(said, fmt.Sprint(r.Timestamp().AsTime().Sub(epoch).Seconds(), " ", country, " ", a[semconv.AttrDetectorMethod], " ",
					a[semconv.AttrDetectorLevel], " ", e))
			}
		}
	}
	slices.Sort(said)
	return said
}

// TestAnyOrder: whatever the order in which outcomes arrive, no later than the lateness that is allowed, in whatever batches, by which of
// two pipelines, refused by the next component or not, some of them delivered twice, with the process killed between two batches that were
// acknowledged: the events are those of detectors that take all of them in their order, each once.
func TestAnyOrder(t *testing.T) {
	const lateness = 120
	fired := 0
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 150).Draw(t, "outcomes")
		all := make([]happened, n)
		at := 0
		arrivals := make([]int, n)
		for i := range all {
			at += rapid.SampledFrom([]int{0, 0, 1, 1, 5, 40}).Draw(t, "pause")
			bad := i/20%2 == 1
			all[i] = happened{
				at: at, id: fmt.Sprint("id", i), wrong: rapid.IntRange(0, 9).Draw(t, "wrong") < map[bool]int{false: 1, true: 6}[bad],
				score: float64(rapid.IntRange(1, 99).Draw(t, "score")) / 100, country: rapid.SampledFrom([]string{"DE", "FR"}).Draw(t, "country"),
			}
			arrivals[i] = at + rapid.IntRange(0, lateness).Draw(t, "delay")
		}
		want := expected(t, all)
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int { return arrivals[a] - arrivals[b] })

		kept := newPlain()
		var got []plog.Logs
		refusals, again := rapid.Bool().Draw(t, "refusals"), rapid.Bool().Draw(t, "delivered twice")
		p := startTwins(t, kept, func(logs plog.Logs) error {
			if refusals && rapid.IntRange(0, 4).Draw(t, "refuse") == 0 {
				return errors.New("no")
			}
			got = append(got, logs)
			return nil
		})
		send := func(logs plog.Logs) {
			for {
				again := plog.NewLogs()
				logs.CopyTo(again)
				if p.send(rapid.IntRange(0, 1).Draw(t, "pipeline"), again) == nil {
					return
				}
			}
		}
		for len(order) > 0 {
			size := min(len(order), rapid.IntRange(1, 40).Draw(t, "batch"))
			var events []func(plog.LogRecord)
			for _, i := range order[:size] {
				events = append(events, all[i].record())
			}
			order = order[size:]
			send(logsOf(events...))
			if again && rapid.IntRange(0, 2).Draw(t, "again") == 0 { // the sender never heard that it was taken
				send(logsOf(events...))
			}
			if rapid.IntRange(0, 3).Draw(t, "kill") == 0 {
				p = p.killed(t)
			}
		}
		refusals = false
		send(logsOf(outcome(second(at+10_000), "last", false)))
		p.watcher().goOn(context.Background(), p.watcher().models.all(), second(0)) // what was refused is passed on again
		p.end(t)
		require.Equal(t, want, heard(got))
		fired += len(want)
	})
	require.Greater(t, fired, 20, "nothing was tested")
}
