package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/leeway-ml/leeway/internal/replay"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/test/leewaytest"
)

const (
	goodModel = "flight-delay"
	badModel  = "bad"
)

// besieged is a collector that gets good traffic of one model and what a test throws at it.
type besieged struct {
	*leewaytest.Collector
	out      string
	profiles string
	good     *replay.Client
	logs     plogotlp.GRPCClient
	metrics  pmetricotlp.GRPCClient
}

// open takes events and summaries on both of OTLP's protocols.
func open(o options) string {
	return strings.NewReplacer(
		`otlp: {protocols: {grpc: {endpoint: "${leewaytest:otlp_grpc}"}}}`,
		`otlp: {protocols: {grpc: {endpoint: "${leewaytest:otlp_grpc}"}, http: {endpoint: "${leewaytest:otlp_http}"}}}`,
		"metrics: {receivers: [model_summary]", "metrics: {receivers: [otlp, model_summary]",
	).Replace(single(o))
}

func besiege(t *testing.T, o options) *besieged {
	t.Helper()
	o.out = filepath.Join(t.TempDir(), "statistics.json")
	b := &besieged{out: o.out, profiles: o.profiles, Collector: start(t, open(o))}
	b.good = connect(t, b.OTLPGRPC)
	connection := dial(t, b.OTLPGRPC)
	b.logs, b.metrics = plogotlp.NewGRPCClient(connection), pmetricotlp.NewGRPCClient(connection)
	return b
}

func dial(t *testing.T, endpoint string) *grpc.ClientConn {
	t.Helper()
	connection, err := grpc.NewClient(endpoint, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close() })
	return connection
}

// goodEvents are three days of the quick start's flights, moved so that the last hour is two hours ago. They are the same for
// all tests of a run.
func goodEvents(t *testing.T) []plog.Logs {
	t.Helper()
	from := time.Date(2013, 5, 6, 0, 0, 0, 0, time.UTC)
	to := from.AddDate(0, 0, 3)
	shift := startOfTests.Truncate(time.Hour).Add(-2 * time.Hour).Sub(to)
	var events []plog.Logs
	for _, e := range eventsOf(t) {
		if at := timeOf(e); !at.Before(from) && at.Before(to) {
			moved := plog.NewLogs()
			e.CopyTo(moved)
			moved.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).SetTimestamp(pcommon.NewTimestampFromTime(at.Add(shift)))
			events = append(events, moved)
		}
	}
	require.Greater(t, len(events), 500)
	return events
}

var startOfTests = time.Now()

// goodStatistics plays the good traffic hour by hour, with what attack sends before each hour, and returns the statistics of
// the good model.
func (b *besieged) goodStatistics(t *testing.T, attack func(hour int, at time.Time)) series {
	t.Helper()
	events := goodEvents(t)
	for i, hour := range byHour(events) {
		if attack != nil {
			attack(i, timeOf(hour[0]))
		}
		send(t, b.good, batch(hour))
	}
	closing := plog.NewLogs()
	events[len(events)-1].CopyTo(closing)
	closing.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).SetTimestamp(pcommon.NewTimestampFromTime(startOfTests))
	send(t, b.good, closing)
	return b.statistics(t, events)
}

// statistics are those of the good model, as far as they have been written.
func (b *besieged) statistics(t *testing.T, events []plog.Logs) series {
	t.Helper()
	all := statisticsUntil(t, b.out, events)
	for key := range all {
		if !strings.Contains(key, semconv.AttrModelName+"="+goodModel+",") {
			delete(all, key)
		}
	}
	return all
}

// send sends events as they are, and does not try again.
func (b *besieged) send(t *testing.T, logs plog.Logs) {
	t.Helper()
	_, err := b.logs.Export(t.Context(), plogotlp.NewExportRequestFromLogs(logs))
	require.NoError(t, err)
}

// sendSummary sends a histogram of ten observations, as an SDK would; spoil, where there is one, breaks it.
func (b *besieged) sendSummary(t *testing.T, at time.Time, spoil func(pmetric.Metric, pmetric.HistogramDataPoint)) {
	t.Helper()
	metrics := pmetric.NewMetrics()
	m := metrics.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName(semconv.MetricFeatureValue)
	m.SetEmptyHistogram().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	dp := m.Histogram().DataPoints().AppendEmpty()
	dp.SetTimestamp(pcommon.NewTimestampFromTime(at))
	dp.Attributes().PutStr(semconv.AttrModelName, badModel)
	dp.Attributes().PutStr(semconv.AttrFeatureName, "amount")
	dp.ExplicitBounds().FromRaw([]float64{1, 2})
	dp.BucketCounts().FromRaw([]uint64{5, 3, 2})
	dp.SetCount(10)
	dp.SetSum(12)
	if spoil != nil {
		spoil(m, dp)
	}
	_, err := b.metrics.Export(t.Context(), pmetricotlp.NewExportRequestFromMetrics(metrics))
	require.NoError(t, err)
}

// predictions makes a batch of n, each filled in by fill; they are of the bad model unless it says otherwise.
func predictions(at time.Time, n int, fill func(i int, r plog.LogRecord)) plog.Logs {
	logs := plog.NewLogs()
	records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	random := rand.New(rand.NewPCG(5, 6))
	for i := range n {
		r := records.AppendEmpty()
		r.SetEventName(semconv.EventPrediction)
		r.SetTimestamp(pcommon.NewTimestampFromTime(at))
		r.Attributes().PutStr(semconv.AttrModelName, badModel)
		r.Attributes().PutDouble(semconv.AttrInputPrefix+"amount", random.ExpFloat64())
		r.Attributes().PutStr(semconv.AttrInputPrefix+"country", "DE")
		if fill != nil {
			fill(i, r)
		}
	}
	return logs
}

// badProfile makes the profile of the bad model's two features, under any model name.
func badProfile(t *testing.T, folder, model string) {
	t.Helper()
	var rows strings.Builder
	rows.WriteString("amount,country\n")
	random := rand.New(rand.NewPCG(7, 8))
	for range 2000 {
		fmt.Fprintf(&rows, "%v,%s\n", random.ExpFloat64(), []string{"DE", "FR"}[random.IntN(2)])
	}
	file := filepath.Join(t.TempDir(), "rows.csv")
	require.NoError(t, os.WriteFile(file, []byte(rows.String()), 0o600))
	ctl(t, "profile", file, "--model", model, "--quiet", "--output", filepath.Join(folder, model+".json"))
}

// copyOf is a folder with the same files, to be changed by one test.
func copyOf(t *testing.T, folder string) string {
	t.Helper()
	to := t.TempDir()
	require.NoError(t, os.CopyFS(to, os.DirFS(folder)))
	return to
}

// counter is the sum of a counter of the collector's own telemetry; labels are as in `reason="future"`, and all must match.
func (b *besieged) counter(t *testing.T, name string, labels ...string) float64 {
	t.Helper()
	var sum float64
metrics:
	for _, m := range b.Scrape(t, b.Telemetry)[name].GetMetric() {
		text := labelsOf(m)
		for _, want := range labels {
			if !strings.Contains(text, want) {
				continue metrics
			}
		}
		sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
	}
	return sum
}

func labelsOf(m *dto.Metric) string {
	var text strings.Builder
	for _, l := range m.GetLabel() {
		fmt.Fprintf(&text, "%s=%q,", l.GetName(), l.GetValue())
	}
	return text.String()
}

// exposed is how many series are exposed at an address.
func (b *besieged) exposed(t *testing.T, address string) int {
	t.Helper()
	n := 0
	for _, family := range b.Scrape(t, address) {
		n += len(family.GetMetric())
	}
	return n
}

// memory is the process' resident set in MiB, 0 where there is no /proc.
func (b *besieged) memory(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", b.PID()))
	if err != nil {
		return 0
	}
	_, after, found := strings.Cut(string(status), "VmRSS:")
	require.True(t, found)
	kib, err := strconv.Atoi(strings.Fields(after)[0])
	require.NoError(t, err)
	return kib / 1024
}

// assertLogged wants one line of the log that has all of the parts.
func (b *besieged) assertLogged(t *testing.T, parts ...string) {
	t.Helper()
lines:
	for line := range strings.Lines(b.Logs()) {
		for _, part := range parts {
			if !strings.Contains(line, part) {
				continue lines
			}
		}
		return
	}
	assert.Fail(t, "nothing in the log says so", "%q", parts)
}
