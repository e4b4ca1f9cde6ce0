//go:build integration

package alerting

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/otlptranslator"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/test/leewaytest"
)

// A pane of five minutes is what the shortest window moves by. Nothing but event time moves windows.
const pipelineConfig = `
extensions: {profiles: {directory: "PROFILES"}}
receivers: {otlp: {protocols: {grpc: {endpoint: "${leewaytest:otlp_grpc}"}}}}
connectors: {model_summary: {pane: 5m, flush_interval: 0s}}
processors:
  model_statistics: {windows: [{name: 1h}, {name: 24h}], idle_timeout: 24h, emit_interval: 24h}
  model_rollup: {emit_interval: 24h}
exporters: {file: {path: "OUT", format: proto}}
service:
  extensions: [profiles]
  pipelines:
    logs: {receivers: [otlp], exporters: [model_summary]}
    metrics: {receivers: [model_summary], processors: [model_statistics, model_rollup], exporters: [file]}
`

// point is a value of a series in event time.
type point struct {
	at    time.Time
	value float64
}

// published is what a collector said, by series as Prometheus calls them, each in the order of time.
type published map[string]*line

// line is one series.
type line struct {
	labels labels.Labels
	points []point
	// lasts is how long a value is sent again: until the next judgement of its window; a counter's always.
	lasts time.Duration
}

// publish sends traffic through the whole pipeline and returns what came out.
func (s traffic) publish(t *testing.T, profiles string) published {
	t.Helper()
	return publish(t, pipelineConfig, profiles, func(endpoint string) { s.send(t, endpoint) })
}

// publish returns what came out of a collector that something was sent to.
func publish(t *testing.T, config, profiles string, send func(endpoint string)) published {
	t.Helper()
	out := filepath.Join(t.TempDir(), "metrics")
	collector := leewaytest.Start(t, strings.NewReplacer("PROFILES", profiles, "OUT", out).Replace(config))
	send(collector.OTLPGRPC)
	collector.Stop(t)
	p := published{}
	p.read(t, out)
	for _, l := range p {
		slices.SortStableFunc(l.points, func(a, b point) int { return a.at.Compare(b.at) })
	}
	require.NotEmpty(t, p)
	return p
}

// read adds what a file exporter wrote: messages, each after its length.
func (p published) read(t *testing.T, path string) {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	in := bufio.NewReaderSize(file, 1<<20)
	var message []byte
	for {
		var size uint32
		err := binary.Read(in, binary.BigEndian, &size)
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		message = slices.Grow(message[:0], int(size))[:size]
		_, err = io.ReadFull(in, message)
		require.NoError(t, err)
		metrics, err := (&pmetric.ProtoUnmarshaler{}).UnmarshalMetrics(message)
		require.NoError(t, err)
		for _, resource := range metrics.ResourceMetrics().All() {
			for _, scope := range resource.ScopeMetrics().All() {
				for _, m := range scope.Metrics().All() {
					p.add(t, m)
				}
			}
		}
	}
}

func (p published) add(t *testing.T, m pmetric.Metric) {
	t.Helper()
	of := otlptranslator.Metric{Name: m.Name(), Unit: m.Unit(), Type: otlptranslator.MetricTypeGauge}
	var points pmetric.NumberDataPointSlice
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		points = m.Gauge().DataPoints()
	case pmetric.MetricTypeSum:
		of.Type, points = otlptranslator.MetricTypeMonotonicCounter, m.Sum().DataPoints()
	case pmetric.MetricTypeHistogram:
		of.Type = otlptranslator.MetricTypeHistogram
	default: // no rule asks for it
		return
	}
	namer := otlptranslator.NewMetricNamer("", otlptranslator.UnderscoreEscapingWithSuffixes)
	name, err := namer.Build(of)
	require.NoError(t, err)
	if of.Type == otlptranslator.MetricTypeHistogram {
		p.addHistogram(t, name, m.Histogram().DataPoints())
		return
	}
	for _, dp := range points.All() {
		value := dp.DoubleValue()
		if dp.ValueType() == pmetric.NumberDataPointValueTypeInt {
			value = float64(dp.IntValue())
		}
		p.addPoint(t, name, dp.Attributes(), lasts(dp.Attributes()), point{dp.Timestamp().AsTime(), value})
	}
}

// addHistogram adds a histogram as Prometheus has it: counts of the buckets and those below, their total, and the sum.
func (p published) addHistogram(t *testing.T, name string, points pmetric.HistogramDataPointSlice) {
	t.Helper()
	for _, dp := range points.All() {
		at, attributes := dp.Timestamp().AsTime(), dp.Attributes()
		p.addPoint(t, name+"_sum", attributes, always, point{at, dp.Sum()})
		p.addPoint(t, name+"_count", attributes, always, point{at, float64(dp.Count())})
		below := uint64(0)
		for i, count := range dp.BucketCounts().All() {
			below += count
			bound := "+Inf"
			if i < dp.ExplicitBounds().Len() {
				bound = strconv.FormatFloat(dp.ExplicitBounds().At(i), 'g', -1, 64)
			}
			bucket := pcommon.NewMap()
			attributes.CopyTo(bucket)
			bucket.PutStr("le", bound)
			p.addPoint(t, name+"_bucket", bucket, always, point{at, float64(below)})
		}
	}
}

func (p published) addPoint(t *testing.T, name string, attributes pcommon.Map, lasts time.Duration, at point) {
	t.Helper()
	series := seriesOf(t, name, attributes)
	key := series.String()
	if p[key] == nil {
		p[key] = &line{labels: series, lasts: lasts}
	}
	p[key].points = append(p[key].points, at)
}

func seriesOf(t *testing.T, name string, attributes pcommon.Map) labels.Labels {
	t.Helper()
	namer := otlptranslator.LabelNamer{}
	b := labels.NewScratchBuilder(attributes.Len() + 1)
	b.Add("__name__", name)
	for key, value := range attributes.All() {
		label, err := namer.Build(key)
		require.NoError(t, err)
		b.Add(label, value.AsString())
	}
	b.Sort()
	return b.Labels()
}

// always is as long as any test.
const always = 1000 * time.Hour

// lasts is how long the processors send a value again in life, where emit_interval is a minute.
func lasts(attributes pcommon.Map) time.Duration {
	window, ok := attributes.Get(semconv.AttrWindow)
	switch {
	case !ok:
		return always
	case window.Str() == "1h":
		return 5 * time.Minute
	}
	return time.Hour
}

// at is the series' value at a time, as a scrape would find it.
func (l *line) at(now time.Time) (value float64, ok bool) {
	i, found := slices.BinarySearchFunc(l.points, now, func(p point, t time.Time) int { return p.at.Compare(t) })
	if found {
		for i+1 < len(l.points) && l.points[i+1].at.Equal(now) {
			i++
		}
	} else {
		i--
	}
	if i < 0 || now.Sub(l.points[i].at) >= l.lasts {
		return 0, false
	}
	return l.points[i].value, true
}
