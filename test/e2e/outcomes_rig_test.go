package e2e

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
	"github.com/leeway-ml/leeway/test/leewaytest"
)

// loans are predictions of a binary model over three days, and their truths, up to ten hours later; a fifth never comes.
type loans struct {
	predictions, truths []plog.Logs
	// joined and expired count predictions by what must become of them.
	joined, expired int
}

const (
	loansModel      = "loans"
	loansTimeToLive = 12 * time.Hour
)

func loansStart() time.Time { return time.Date(2024, 3, 4, 0, 0, 0, 0, time.UTC) }

// logEvent is one event of the loans' model.
func logEvent(name, id string, at time.Time, fill func(pcommon.Map)) plog.Logs {
	logs := plog.NewLogs()
	r := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	r.SetEventName(name)
	r.SetTimestamp(pcommon.NewTimestampFromTime(at))
	r.Attributes().PutStr(semconv.AttrModelName, loansModel)
	r.Attributes().PutStr(semconv.AttrPredictionID, id)
	fill(r.Attributes())
	return logs
}

func loanOf(id string, at time.Time, score float64, country string) plog.Logs {
	return logEvent(semconv.EventPrediction, id, at, func(m pcommon.Map) {
		m.PutStr(semconv.AttrModelVersion, "1")
		m.PutDouble(semconv.AttrPredictionScore, score)
		m.PutStr(semconv.AttrPredictionClass, map[bool]string{true: "yes", false: "no"}[score > 0.5])
		m.PutStr("country", country)
	})
}

func makeLoans(n int) *loans {
	l := &loans{}
	random := rand.New(rand.NewPCG(20, 24))
	for i := range n {
		id := fmt.Sprintf("loan-%d", i)
		at := loansStart().Add(time.Duration(i) * 72 * time.Hour / time.Duration(n))
		score := 1 / (1 + math.Exp(-2*random.NormFloat64()))
		l.predictions = append(l.predictions, loanOf(id, at, score, []string{"DE", "FR", "IT"}[random.IntN(3)]))
		truth := map[bool]string{true: "yes", false: "no"}[random.Float64() < score]
		delay := time.Duration(random.Int64N(int64(10 * time.Hour)))
		if random.IntN(5) == 0 {
			l.expired++
			continue
		}
		l.joined++
		l.truths = append(l.truths, logEvent(semconv.EventGroundTruth, id, at.Add(delay), func(m pcommon.Map) { m.PutStr(semconv.AttrGroundTruthClass, truth) }))
	}
	return l
}

// ordered are predictions and truths, each at the time at which it happened.
func (l *loans) ordered() []plog.Logs {
	return byArrival(slices.Concat(l.predictions, l.truths), func(e plog.Logs) time.Time { return timeOf(e) })
}

func byArrival(events []plog.Logs, at func(plog.Logs) time.Time) []plog.Logs {
	type arrival struct {
		at    time.Time
		event plog.Logs
	}
	arrivals := make([]arrival, len(events))
	for i, e := range events {
		arrivals[i] = arrival{at(e), e}
	}
	slices.SortStableFunc(arrivals, func(a, b arrival) int { return a.at.Compare(b.at) })
	out := make([]plog.Logs, len(events))
	for i, a := range arrivals {
		out[i] = a.event
	}
	return out
}

// disordered are the same, each truth up to the time to live before or after its time, and a third of them twice; and how many came twice.
func (l *loans) disordered() (events []plog.Logs, duplicates int) {
	random := rand.New(rand.NewPCG(4, 2))
	truths := slices.Clone(l.truths)
	for _, e := range l.truths {
		if random.IntN(3) == 0 {
			truths = append(truths, e)
			duplicates++
		}
	}
	return byArrival(slices.Concat(l.predictions, truths), func(e plog.Logs) time.Time {
		if e.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).EventName() == semconv.EventPrediction {
			return timeOf(e)
		}
		return timeOf(e).Add(time.Duration(random.Int64N(int64(2*loansTimeToLive))) - loansTimeToLive)
	}), duplicates
}

// flush are predictions of so much later that all before them have expired, but not of so much that what expired would come too late for the
// statistics.
func (l *loans) flush() plog.Logs {
	return loanOf("flush", loansStart().Add(72*time.Hour+50*time.Hour), 0.5, "DE")
}

// end pushes the watermark of the statistics past every window that is compared.
func (l *loans) end() plog.Logs {
	return loanOf("end", loansStart().Add(60*24*time.Hour), 0.5, "DE")
}

// loansProfile is a folder with a profile of the loans' model, with outcomes of its reference.
func loansProfile(t *testing.T) string {
	t.Helper()
	p := &profile.Profile{Schema: profile.Schema, Model: loansModel, Task: profile.Binary, PositiveClass: "yes", Created: loansStart(),
		Rhythm: profile.Rhythm{Cycle: profile.Steady}}
	score := &profile.Variable{Name: "yes", Type: profile.Numeric, Max: 1, Mean: 0.5, StdDev: 0.3, Bounds: []float64{0.25, 0.5, 0.75},
		Counts: []uint64{1000, 1000, 1000, 1000}, Rollup: []int{0, 1, 2, 3}, Deciles: []int{0, 1, 2, 3}}
	p.Scores = []*profile.Variable{score}
	const scale, reach = 2, 20 // buckets on either side of even odds
	for _, predicted := range []string{"yes", "__other__"} {
		for _, truth := range []string{"yes", "__other__"} {
			e := &profile.OutcomeExponential{Scale: scale, PositiveOffset: -reach, Positive: make([]uint64, 2*reach)}
			for i := range e.Positive {
				odds := math.Sqrt(summary.BucketBound(scale, int32(i-reach)) * summary.BucketBound(scale, int32(i-reach+1)))
				share := odds / (1 + odds)
				if truth != "yes" {
					share = 1 - share
				}
				if (i >= reach) == (predicted == "yes") {
					e.Positive[i] = uint64(math.Round(100 * share))
				}
			}
			p.Outcomes = append(p.Outcomes, profile.OutcomeSeries{Metric: semconv.MetricOutcomeOdds, Exponential: e, Attributes: map[string]string{
				semconv.AttrClass: "yes", semconv.AttrPredictionClass: predicted, semconv.AttrGroundTruthClass: truth}})
		}
	}
	folder := t.TempDir()
	require.NoError(t, writeProfile(filepath.Join(folder, "loans.json"), p))
	return folder
}

func writeProfile(path string, p *profile.Profile) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(p.Write(file), file.Close())
}

// joining puts ground_truth before model_summary. Truths may come the time to live before or after their time, and so what it makes
// of them is late: the statistics must be more patient than it is.
func joining(config, more string) string {
	processor := fmt.Sprintf("\nprocessors:\n  ground_truth:\n    time_to_live: %v\n    allowed_lateness: 30h\n    idle_timeout: 1h\n    segments: [[country]]\n%s", loansTimeToLive, more)
	config = strings.Replace(config, "logs: {receivers: [otlp], exporters: [model_summary]}",
		"logs: {receivers: [otlp], processors: [ground_truth], exporters: [model_summary]}", 1)
	if strings.Contains(config, "\nprocessors:\n") {
		return strings.Replace(config, "\nprocessors:\n", processor, 1)
	}
	return strings.Replace(config, "\nexporters:\n", processor+"exporters:\n", 1)
}

const (
	loansLateness = "100h"
	loansWindows  = "windows: [{name: 1h, every: 1h}, {name: 24h, every: 6h}]"
)

// awaitExpired waits until so many predictions have been given up: that is done beside the batches, not in them.
func awaitExpired(t *testing.T, c *leewaytest.Collector, want int) {
	t.Helper()
	require.Eventually(t, func() bool {
		expired := 0.0
		for _, m := range c.Scrape(t, c.Prometheus)["ml_ground_truth_joins_total"].GetMetric() {
			whole, counted := true, false
			for _, l := range m.GetLabel() {
				whole = whole && l.GetName() != "ml_segment_country"
				counted = counted || l.GetName() == "ml_join_result" && l.GetValue() == "expired"
			}
			if whole && counted {
				expired += m.GetCounter().GetValue()
			}
		}
		return expired >= float64(want)
	}, time.Minute, 50*time.Millisecond, "%d predictions without a truth", want)
}

// totals are the running totals of a sum over all of the traffic, by the given attribute.
func totals(t *testing.T, path, metric, attribute string) map[string]float64 {
	t.Helper()
	last := make(map[string]float64) // of each series; they only grow
	by := make(map[string]string)
	for _, m := range readMetrics(t, path) {
		if m.Name() != metric || m.Type() != pmetric.MetricTypeSum {
			continue
		}
		for _, p := range m.Sum().DataPoints().All() {
			if _, slice := p.Attributes().Get(semconv.AttrSegmentPrefix + "country"); slice {
				continue
			}
			value, key := p.DoubleValue(), attributes(p.Attributes())
			if p.ValueType() == pmetric.NumberDataPointValueTypeInt {
				value = float64(p.IntValue())
			}
			last[key] = max(last[key], value)
			of, _ := p.Attributes().Get(attribute)
			by[key] = of.AsString()
		}
	}
	sums := make(map[string]float64)
	for key, value := range last {
		sums[by[key]] += value
	}
	return sums
}
