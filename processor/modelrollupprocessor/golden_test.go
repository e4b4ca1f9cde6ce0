package modelrollupprocessor

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.yaml.in/yaml/v3"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

var update = flag.Bool("update", false, "write expected.txt anew")

// TestGolden runs each folder of testdata: case.yaml holds configuration, profiles and batches; expected.txt every point that
// comes out of them, every count in the processor's own telemetry, and every line of the log.
func TestGolden(t *testing.T) {
	cases, err := filepath.Glob("testdata/golden/*/case.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, cases)
	for _, path := range cases {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			c := &goldenCase{}
			decoder := yaml.NewDecoder(strings.NewReader(string(text)))
			decoder.KnownFields(true)
			require.NoError(t, decoder.Decode(c))
			got := c.run(t)
			expected := filepath.Join(filepath.Dir(path), "expected.txt")
			if *update {
				require.NoError(t, os.WriteFile(expected, []byte(got), 0o600))
			}
			want, err := os.ReadFile(expected)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
		})
	}
}

type goldenCase struct {
	Config map[string]any `yaml:"config"`
	// Profile in the form of a profile's file.
	Profile map[string]any `yaml:"profile"`
	// Batches, one after the other.
	Batches []struct {
		// Profile replaces the one before.
		Profile map[string]any `yaml:"profile"`
		Points  []yamlPoint    `yaml:"points"`
	} `yaml:"batches"`
}

// yamlPoint is one data point: a sum where it has a value, a histogram where it has counts, a gauge where it has a gauge.
type yamlPoint struct {
	Metric     string            `yaml:"metric"`
	Model      string            `yaml:"model"` // "" = delay
	Nameless   bool              `yaml:"nameless"`
	Start      string            `yaml:"start"`
	Time       string            `yaml:"time"`
	Attributes map[string]string `yaml:"attributes"`
	Value      *float64          `yaml:"value"`
	Gauge      *float64          `yaml:"gauge"`
	Bounds     []float64         `yaml:"bounds"`
	Counts     []uint64          `yaml:"counts"`
	Sum        float64           `yaml:"sum"`
	Scale      *int32            `yaml:"scale"` // exponential: counts are the positive buckets from Offset on
	Offset     int32             `yaml:"offset"`
	Cumulative bool              `yaml:"cumulative"`
}

func (c *goldenCase) run(t *testing.T) string {
	config := defaults()
	require.NoError(t, confmap.NewFromStringMap(c.Config).Unmarshal(config))
	p := serve(readProfile(t, c.Profile))
	r := run(t, config, p)
	out := ""
	for i, batch := range c.Batches {
		if batch.Profile != nil {
			p.is.Store(readProfile(t, batch.Profile))
		}
		r.sink.Reset()
		r.send(t, metricsOf(t, batch.Points))
		if i > 0 {
			out += "\n"
		}
		for _, md := range r.sink.AllMetrics() {
			out += describeMetrics(md)
		}
	}
	return out + "\n" + describeTelemetry(t, r.telemetry) + describeLog(r.logs)
}

func readProfile(t *testing.T, raw map[string]any) *profile.Profile {
	if raw == nil {
		return nil
	}
	text, err := json.Marshal(raw)
	require.NoError(t, err)
	p, err := profile.Read(strings.NewReader(string(text)))
	require.NoError(t, err)
	return p
}

func metricsOf(t *testing.T, points []yamlPoint) pmetric.Metrics {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr("service.instance.id", "an agent")
	metrics := rm.ScopeMetrics().AppendEmpty().Metrics()
	for _, p := range points {
		m := metrics.AppendEmpty()
		m.SetName(p.Metric)
		temporality := pmetric.AggregationTemporalityDelta
		if p.Cumulative {
			temporality = pmetric.AggregationTemporalityCumulative
		}
		switch {
		case p.Value != nil:
			m.SetEmptySum().SetAggregationTemporality(temporality)
			m.Sum().SetIsMonotonic(true)
			dp := m.Sum().DataPoints().AppendEmpty()
			p.describe(t, dp)
			dp.SetDoubleValue(*p.Value)
		case p.Gauge != nil:
			dp := m.SetEmptyGauge().DataPoints().AppendEmpty()
			p.describe(t, dp)
			dp.SetDoubleValue(*p.Gauge)
		case p.Scale != nil:
			m.SetEmptyExponentialHistogram().SetAggregationTemporality(temporality)
			dp := m.ExponentialHistogram().DataPoints().AppendEmpty()
			p.describe(t, dp)
			dp.SetScale(*p.Scale)
			dp.Positive().SetOffset(p.Offset)
			dp.Positive().BucketCounts().FromRaw(p.Counts)
			dp.SetCount(count(p.Counts))
			dp.SetSum(p.Sum)
		default:
			m.SetEmptyHistogram().SetAggregationTemporality(temporality)
			dp := m.Histogram().DataPoints().AppendEmpty()
			p.describe(t, dp)
			dp.ExplicitBounds().FromRaw(p.Bounds)
			dp.BucketCounts().FromRaw(p.Counts)
			dp.SetCount(count(p.Counts))
			dp.SetSum(p.Sum)
		}
	}
	return md
}

func count(counts []uint64) uint64 {
	var n uint64
	for _, c := range counts {
		n += c
	}
	return n
}

func (p *yamlPoint) describe(t *testing.T, dp dataPoint) {
	if !p.Nameless {
		model := p.Model
		if model == "" {
			model = "delay"
		}
		dp.Attributes().PutStr(semconv.AttrModelName, model)
	}
	for key, value := range p.Attributes {
		dp.Attributes().PutStr(key, value)
	}
	for text, set := range map[string]func(pcommon.Timestamp){p.Time: dp.SetTimestamp, p.Start: dp.SetStartTimestamp} {
		if text != "" {
			at, err := time.Parse(time.RFC3339Nano, text)
			require.NoError(t, err)
			set(pcommon.NewTimestampFromTime(at))
		}
	}
}
