package groundtruthprocessor

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.yaml.in/yaml/v3"

	"github.com/leeway-ml/leeway/semconv"
)

var update = flag.Bool("update", false, "write expected.txt anew")

// TestGolden runs each folder of testdata: case.yaml holds a configuration and steps, which are batches and times to wait;
// expected.txt what each step gives, every count in the processor's own telemetry, and every warning in the log. It is midnight
// on 2000-02-01 at the start.
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
			var got string
			synctest.Test(t, func(t *testing.T) { got = c.run(t) })
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
	Steps  []struct {
		Wait  time.Duration `yaml:"wait"`
		Logs  []yamlRecord  `yaml:"logs"`
		Spans []yamlRecord  `yaml:"spans"`
	} `yaml:"steps"`
}

// yamlRecord is an event. Its model is fraud, unless it says otherwise.
type yamlRecord struct {
	Event      string         `yaml:"event"`
	At         string         `yaml:"at"` // day and time, in January 2000
	ID         string         `yaml:"id"`
	Trace      byte           `yaml:"trace"`
	Resource   map[string]any `yaml:"resource"`
	Attributes map[string]any `yaml:"attributes"`
}

func (c *goldenCase) run(t *testing.T) string {
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, confmap.NewFromStringMap(c.Config).Unmarshal(cfg))
	require.NoError(t, cfg.Validate())
	time.Sleep(31 * 24 * time.Hour)
	r := run(t, cfg, nil)
	var b strings.Builder
	for i, step := range c.Steps {
		fmt.Fprintf(&b, "step %d\n", i+1)
		if step.Logs != nil {
			logs := plog.NewLogs()
			for _, y := range step.Logs {
				rl := logs.ResourceLogs().AppendEmpty()
				require.NoError(t, rl.Resource().Attributes().FromRaw(y.Resource))
				record := rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
				record.SetEventName(y.Event)
				record.SetTimestamp(y.time(t))
				if y.Trace != 0 {
					record.SetTraceID([16]byte{y.Trace})
					record.SetSpanID([8]byte{y.Trace})
				}
				y.put(t, record.Attributes())
			}
			require.NoError(t, r.logs.ConsumeLogs(context.Background(), logs))
		}
		if step.Spans != nil {
			traces := ptrace.NewTraces()
			spans := traces.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
			for _, y := range step.Spans {
				span := spans.AppendEmpty()
				span.SetEndTimestamp(y.time(t))
				if y.Trace != 0 {
					span.SetTraceID([16]byte{y.Trace})
					span.SetSpanID([8]byte{y.Trace})
				}
				y.put(t, span.Attributes())
			}
			require.NoError(t, r.traces.ConsumeTraces(context.Background(), traces))
		}
		time.Sleep(step.Wait)
		synctest.Wait()
		for _, line := range describe(r.sink.take()) {
			b.WriteString("  " + line + "\n")
		}
	}
	b.WriteString("telemetry\n")
	for _, line := range r.counts(t) {
		b.WriteString("  " + line + "\n")
	}
	b.WriteString("log\n")
	for _, entry := range r.log.All() {
		fmt.Fprintf(&b, "  %s: %s %v\n", entry.Level, entry.Message, entry.ContextMap())
	}
	r.end(t)
	return b.String()
}

func (y *yamlRecord) time(t *testing.T) pcommon.Timestamp {
	if y.At == "" {
		return 0
	}
	var day, hour, minute, second int
	_, err := fmt.Sscanf(y.At, "%d %d:%d:%d", &day, &hour, &minute, &second)
	require.NoError(t, err)
	return pcommon.NewTimestampFromTime(time.Date(2000, 1, day, hour, minute, second, 0, time.UTC))
}

func (y *yamlRecord) put(t *testing.T, m pcommon.Map) {
	require.NoError(t, m.FromRaw(y.Attributes))
	if _, ok := m.Get(semconv.AttrModelName); !ok {
		m.PutStr(semconv.AttrModelName, "fraud")
	}
	if y.ID != "" {
		m.PutStr(semconv.AttrPredictionID, y.ID)
	}
}
