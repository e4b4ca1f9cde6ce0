package modelsummaryconnector

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.yaml.in/yaml/v3"

	"github.com/leeway-ml/leeway/profile"
)

var update = flag.Bool("update", false, "write expected.txt anew")

// TestGolden runs each folder of testdata: case.yaml holds configuration, profile and events; expected.txt every point that
// comes out of them, and every count in the connector's own telemetry, and every line in the log.
func TestGolden(t *testing.T) {
	cases, err := filepath.Glob("testdata/golden/*/case.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, cases)
	for _, path := range cases {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			got := runCase(t, readCase(t, path))
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
	Config  map[string]any `yaml:"config"`
	Profile *yamlProfile   `yaml:"profile"`
	Logs    []yamlResource `yaml:"logs"`
	Spans   []yamlResource `yaml:"spans"`
}

// yamlProfile is as much of a profile as the connector reads.
type yamlProfile struct {
	Model         string         `yaml:"model"`
	Task          profile.Task   `yaml:"task"`
	PositiveClass string         `yaml:"positive_class"`
	Features      []yamlVariable `yaml:"features"`
	Scores        []yamlVariable `yaml:"scores"`
	Value         *yamlVariable  `yaml:"value"`
	TrueClass     *yamlVariable  `yaml:"true_class"`
	TrueValue     *yamlVariable  `yaml:"true_value"`
	Joint         any            `yaml:"joint"`   // as in a profile
	Vectors       any            `yaml:"vectors"` // as in a profile
}

type yamlVariable struct {
	Name       string       `yaml:"name"`
	Type       profile.Type `yaml:"type"`
	Bounds     []float64    `yaml:"bounds"`
	Rollup     []int        `yaml:"rollup"`
	Categories []string     `yaml:"categories"`
	Counts     []uint64     `yaml:"counts"`
	Min        float64      `yaml:"min"`
	Max        float64      `yaml:"max"`
}

func (v *yamlVariable) variable() *profile.Variable {
	return &profile.Variable{Name: v.Name, Type: v.Type, Bounds: v.Bounds, Rollup: v.Rollup, Categories: v.Categories, Counts: v.Counts, Min: v.Min, Max: v.Max}
}

func (p *yamlProfile) profile(t *testing.T) *profile.Profile {
	out := &profile.Profile{Schema: profile.Schema, Model: p.Model, Task: p.Task, PositiveClass: p.PositiveClass}
	for i := range p.Features {
		out.Features = append(out.Features, p.Features[i].variable())
	}
	for i := range p.Scores {
		out.Scores = append(out.Scores, p.Scores[i].variable())
	}
	for _, v := range []struct {
		from *yamlVariable
		to   **profile.Variable
	}{{p.Value, &out.Value}, {p.TrueClass, &out.TrueClass}, {p.TrueValue, &out.TrueValue}} {
		if v.from != nil {
			*v.to = v.from.variable()
		}
	}
	for _, part := range []struct{ from, to any }{{p.Joint, &out.Joint}, {p.Vectors, &out.Vectors}} {
		text, err := json.Marshal(part.from)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, part.to))
	}
	return out
}

type yamlResource struct {
	Resource map[string]any `yaml:"resource"`
	Scope    map[string]any `yaml:"scope"`
	Records  []yamlRecord   `yaml:"records"`
}

type yamlRecord struct {
	Event      string         `yaml:"event"`
	Time       string         `yaml:"time"`
	Observed   string         `yaml:"observed"`
	Start      string         `yaml:"start"` // of a span; Time is its end
	Attributes map[string]any `yaml:"attributes"`
	Body       any            `yaml:"body"`
	Dropped    uint32         `yaml:"dropped"`
}

func readCase(t *testing.T, path string) *goldenCase {
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	c := &goldenCase{}
	require.NoError(t, yaml.Unmarshal(text, c))
	return c
}

// runCase is everything that comes out, as text.
func runCase(t *testing.T, c *goldenCase) string {
	cfg := config(nil)
	require.NoError(t, confmap.NewFromStringMap(c.Config).Unmarshal(cfg))
	p := serve()
	if c.Profile != nil {
		p = serve(c.Profile.profile(t))
	}
	sink := &consumertest.MetricsSink{}
	r := start(t, cfg, p, sink)
	require.NoError(t, r.ConsumeLogs(context.Background(), c.plog(t)))
	require.NoError(t, r.ConsumeTraces(context.Background(), c.ptrace(t)))
	require.NoError(t, r.shared.flush(context.Background()))
	out := ""
	for _, md := range sink.AllMetrics() {
		out += describeMetrics(md)
	}
	return out + describeTelemetry(t, r.telemetry) + describeLog(r.logs)
}

func (c *goldenCase) plog(t *testing.T) plog.Logs {
	logs := plog.NewLogs()
	for _, in := range c.Logs {
		rl := logs.ResourceLogs().AppendEmpty()
		fill(t, rl.Resource().Attributes(), in.Resource)
		sl := rl.ScopeLogs().AppendEmpty()
		fill(t, sl.Scope().Attributes(), in.Scope)
		for _, r := range in.Records {
			record := sl.LogRecords().AppendEmpty()
			record.SetEventName(r.Event)
			record.SetTimestamp(at(t, r.Time))
			record.SetObservedTimestamp(at(t, r.Observed))
			record.SetDroppedAttributesCount(r.Dropped)
			fill(t, record.Attributes(), r.Attributes)
			put(t, record.Body(), r.Body)
		}
	}
	return logs
}

func (c *goldenCase) ptrace(t *testing.T) ptrace.Traces {
	traces := ptrace.NewTraces()
	for _, in := range c.Spans {
		rs := traces.ResourceSpans().AppendEmpty()
		fill(t, rs.Resource().Attributes(), in.Resource)
		ss := rs.ScopeSpans().AppendEmpty()
		fill(t, ss.Scope().Attributes(), in.Scope)
		for _, r := range in.Records {
			span := ss.Spans().AppendEmpty()
			span.SetStartTimestamp(at(t, r.Start))
			span.SetEndTimestamp(at(t, r.Time))
			span.SetDroppedAttributesCount(r.Dropped)
			fill(t, span.Attributes(), r.Attributes)
		}
	}
	return traces
}

// fill puts in what YAML holds, in order of the keys.
func fill(t *testing.T, m pcommon.Map, raw map[string]any) {
	for _, key := range sortedKeys(raw) {
		put(t, m.PutEmpty(key), raw[key])
	}
}

func put(t *testing.T, v pcommon.Value, raw any) {
	if nested, ok := raw.(map[string]any); ok {
		fill(t, v.SetEmptyMap(), nested)
		return
	}
	require.NoError(t, v.FromRaw(raw))
}

func at(t *testing.T, text string) pcommon.Timestamp {
	if text == "" {
		return 0
	}
	x, err := time.Parse(time.RFC3339Nano, text)
	require.NoError(t, err)
	return pcommon.NewTimestampFromTime(x)
}
