package e2e

import (
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
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

// Orders: amount and items go together, age and country and channel stand for themselves. From the flip on, amount and items go against
// each other; each by itself is as ever.
const (
	ordersModel = "orders"
	orderDays   = 40 // of the reference
	ordersADay  = 600
	flipDay     = 4 // of the replay
	replayDays  = 8
)

type order struct {
	at                 time.Time
	amount, items, age float64
	country, channel   string
	score              float64
}

func ordersStart() time.Time { return time.Date(2024, 6, 3, 0, 0, 0, 0, time.UTC) }

// makeOrders gives the orders of some days, the first of which is day from.
func makeOrders(seed uint64, from, days int, flipped func(day int) bool) []order {
	random := rand.New(rand.NewPCG(seed, 77))
	var all []order
	for i := range days * ordersADay {
		day := i / ordersADay
		correlation := 0.8
		if flipped(day) {
			correlation = -0.8
		}
		a := random.NormFloat64()
		b := correlation*a + math.Sqrt(1-correlation*correlation)*random.NormFloat64()
		all = append(all, order{
			at:     ordersStart().AddDate(0, 0, from).Add(time.Duration(i) * 24 * time.Hour / ordersADay),
			amount: math.Exp(3 + a), items: 10 + 3*b, age: 40 + 12*random.NormFloat64(),
			country: []string{"DE", "FR", "IT", "ES"}[random.IntN(4)], channel: []string{"web", "shop"}[random.IntN(2)],
			score: random.Float64(),
		})
		if random.IntN(20) == 0 {
			all[i].age = math.NaN() // missing
		}
	}
	return all
}

func ordersProfile(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	file, err := os.Create(filepath.Join(t.TempDir(), "orders.csv"))
	require.NoError(t, err)
	w := csv.NewWriter(file)
	require.NoError(t, w.Write([]string{"timestamp", "amount", "items", "age", "country", "channel", "score"}))
	for _, o := range makeOrders(1, -orderDays, orderDays, func(int) bool { return false }) {
		age := ""
		if o.age == o.age {
			age = fmt.Sprint(o.age)
		}
		require.NoError(t, w.Write([]string{o.at.Format(time.RFC3339Nano), fmt.Sprint(o.amount), fmt.Sprint(o.items), age, o.country, o.channel, fmt.Sprint(o.score)}))
	}
	w.Flush()
	require.NoError(t, w.Error())
	require.NoError(t, file.Close())
	ctl(t, "profile", file.Name(), "--model", ordersModel, "--time-column", "timestamp", "--score-column", "score", "--positive-class", "yes",
		"--quiet", "--output", filepath.Join(folder, "orders.json"))
	return folder
}

func (o order) event() plog.Logs {
	logs := plog.NewLogs()
	r := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	r.SetEventName(semconv.EventPrediction)
	r.SetTimestamp(pcommon.NewTimestampFromTime(o.at))
	a := r.Attributes()
	a.PutStr(semconv.AttrModelName, ordersModel)
	a.PutStr(semconv.AttrModelVersion, "1")
	a.PutDouble(semconv.AttrPredictionScore, o.score)
	inputs := a.PutEmptyMap(semconv.AttrInputs)
	inputs.PutDouble("amount", o.amount)
	inputs.PutDouble("items", o.items)
	if o.age == o.age {
		inputs.PutDouble("age", o.age)
	}
	inputs.PutStr("country", o.country)
	inputs.PutStr("channel", o.channel)
	return logs
}

const jointWindows = "windows: [{name: 24h, every: 6h}]"

// TestJointDrift: two features whose own distributions stay, and whose correlation turns round. All three statistics of the inputs together find it
// in every window that it fills, and name the two; none of the windows before it, and no statistic of a single feature.
func TestJointDrift(t *testing.T) {
	profiles := ordersProfile(t)
	orders := makeOrders(2, 0, replayDays, func(day int) bool { return day >= flipDay })
	var events []plog.Logs
	for _, o := range orders {
		events = append(events, o.event())
	}
	end := orders[len(orders)-1]
	end.at = end.at.Add(2 * 24 * time.Hour)

	out := filepath.Join(t.TempDir(), "statistics.json")
	c := start(t, single(options{profiles: profiles, out: out, statistics: jointWindows}))
	send(t, connect(t, c.OTLPGRPC), batches(events, 500)...)
	send(t, connect(t, c.OTLPGRPC), end.event())
	rolledUp := c.Scrape(t, c.Prometheus)
	c.Stop(t)
	want := statisticsUntil(t, out, events)

	group := "ml.model.name=orders,ml.model.version=1,ml.window=24h}"
	flip := ordersStart().AddDate(0, 0, flipDay)
	for _, statistic := range []string{"correlation_shift", "mmd", "reconstruction_shift"} {
		detected := want["ml.joint.drift.detected{ml.drift.statistic="+statistic+","+group]
		require.NotEmpty(t, detected, statistic)
		quiet, loud := 0, 0
		for at, value := range detected {
			switch {
			case !at.After(flip):
				assert.Zero(t, value, "%s at %v", statistic, at)
				quiet++
			case !at.Before(flip.Add(24 * time.Hour)):
				assert.Equal(t, 1.0, value, "%s at %v: %v, limit %v", statistic, at, want["ml.joint.drift."+statistic+"{"+group][at],
					want["ml.joint.drift."+statistic+"_threshold{"+group][at])
				loud++
			}
		}
		assert.Greater(t, quiet, 10)
		assert.Greater(t, loud, 10)
	}
	judged := 0
	for key, points := range want {
		if strings.HasPrefix(key, "ml.feature.drift.detected{") {
			judged++
			for at, value := range points {
				assert.Zero(t, value, "%s at %v", key, at)
			}
		}
	}
	assert.GreaterOrEqual(t, judged, 5, "every feature")

	for at := range want["ml.joint.drift.detected{ml.drift.statistic=mmd,"+group] {
		if at.Before(flip.Add(24 * time.Hour)) {
			continue
		}
		blame := func(feature string) float64 {
			return want["ml.joint.drift.contribution{ml.feature.name="+feature+","+group][at]
		}
		for _, innocent := range []string{"age", "country", "channel"} {
			assert.Less(t, blame(innocent), 0.1, "%s at %v", innocent, at)
		}
		assert.Greater(t, blame("amount"), 0.3, at)
		assert.Greater(t, blame("items"), 0.3, at)
		pair := want["ml.joint.drift.pair_shift{ml.feature.name=amount,ml.feature.other=items,"+group]
		assert.InDelta(t, -1.6, pair[at], 0.1, at)
	}
	for name := range rolledUp {
		assert.NotContains(t, name, "ml_joint_phase", "what a metrics store has no use for is not sent there")
		assert.NotContains(t, name, "ml_joint_product")
	}

	t.Run("three agents and a gateway", func(t *testing.T) {
		t.Parallel()
		f := startFleet(t, fleetOptions{profiles: profiles, lateness: "400h", agents: 3, flush: "500ms", statistics: jointWindows})
		f.deal(t, events)
		end := end
		end.at = end.at.Add(400 * time.Hour) // all of the replay may pass between two flushes of an agent
		f.finish(t, end.event())
		assert.Empty(t, differences(want, statisticsUntil(t, f.out, events)))
	})
	t.Run("the sums that agents send", func(t *testing.T) {
		t.Parallel()
		out := filepath.Join(t.TempDir(), "summaries.json")
		keeper := start(t, options{out: out}.fill(`
receivers:
  otlp: {protocols: {grpc: {endpoint: "${leewaytest:otlp_grpc}"}}}
exporters:
  file: {path: OUT, append: true}
service:
  pipelines:
    metrics: {receivers: [otlp], exporters: [file]}
`))
		agent := start(t, agentConfig(options{profiles: profiles}, keeper.OTLPGRPC))
		send(t, connect(t, agent.OTLPGRPC), batches(events[:1000], 50)...)
		agent.Stop(t)
		keeper.Stop(t)
		phases, products := uint64(0), map[string]float64{}
		for _, m := range readMetrics(t, out) {
			switch {
			case m.Name() == semconv.MetricJointPhase && m.Type() == pmetric.MetricTypeHistogram:
				for _, p := range m.Histogram().DataPoints().All() {
					phases += p.Count()
				}
			case m.Name() == semconv.MetricJointProduct && m.Type() == pmetric.MetricTypeSum:
				assert.False(t, m.Sum().IsMonotonic())
				for _, p := range m.Sum().DataPoints().All() {
					products[attributes(p.Attributes())] += p.DoubleValue()
				}
			}
		}
		assert.EqualValues(t, 64*1000, phases)
		assert.InDelta(t, 0.8, products["{ml.feature.name=amount,ml.feature.other=items,ml.model.name=orders,ml.model.version=1}"]/1000, 0.1, "%v", products)
	})
}
