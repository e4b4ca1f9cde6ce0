package calibrateprocessor

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write expected.txt anew")

// TestGolden runs each folder of testdata: case.yaml holds a configuration, log records and spans; expected.txt the attributes that each
// has afterwards, what the processor counted, and what it said.
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
	Logs   []yamlRecord   `yaml:"logs"`
	Spans  []yamlRecord   `yaml:"spans"`
}

type yamlRecord struct {
	Event      string         `yaml:"event"`
	Resource   map[string]any `yaml:"resource"`
	Attributes map[string]any `yaml:"attributes"`
}

func (c *goldenCase) run(t *testing.T) string {
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, confmap.NewFromStringMap(c.Config).Unmarshal(cfg))
	r := run(t, cfg, host{profilesID: halved()})
	logs, traces := plog.NewLogs(), ptrace.NewTraces()
	for _, y := range c.Logs {
		rl := logs.ResourceLogs().AppendEmpty()
		require.NoError(t, rl.Resource().Attributes().FromRaw(y.Resource))
		record := rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
		record.SetEventName(y.Event)
		require.NoError(t, record.Attributes().FromRaw(y.Attributes))
	}
	for _, y := range c.Spans {
		rs := traces.ResourceSpans().AppendEmpty()
		require.NoError(t, rs.Resource().Attributes().FromRaw(y.Resource))
		require.NoError(t, rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty().Attributes().FromRaw(y.Attributes))
	}
	require.NoError(t, r.logs.ConsumeLogs(context.Background(), logs))
	require.NoError(t, r.traces.ConsumeTraces(context.Background(), traces))
	var b strings.Builder
	for _, out := range r.logsSink.AllLogs() {
		for _, rl := range out.ResourceLogs().All() {
			record := rl.ScopeLogs().At(0).LogRecords().At(0)
			fmt.Fprintf(&b, "log %s%s\n", record.EventName(), describe(record.Attributes()))
		}
	}
	for _, out := range r.tracesSink.AllTraces() {
		for _, rs := range out.ResourceSpans().All() {
			fmt.Fprintf(&b, "span%s\n", describe(rs.ScopeSpans().At(0).Spans().At(0).Attributes()))
		}
	}
	b.WriteString("telemetry\n")
	for _, line := range r.counts(t) {
		b.WriteString("  " + line + "\n")
	}
	b.WriteString("said\n")
	for _, entry := range r.said.All() {
		fmt.Fprintf(&b, "  %s %v\n", entry.Message, entry.ContextMap())
	}
	return b.String()
}

func describe(attributes pcommon.Map) string {
	var lines []string
	for k, v := range attributes.All() {
		lines = append(lines, "\n  "+k+" = "+v.AsString())
	}
	sort.Strings(lines)
	return strings.Join(lines, "")
}
