package conceptdriftprocessor

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
	"go.yaml.in/yaml/v3"

	"github.com/leeway-ml/leeway/semconv"
)

var update = flag.Bool("update", false, "write expected.txt anew")

// TestGolden runs each folder of testdata: case.yaml holds a configuration and steps, which are batches and times to wait;
// expected.txt the events that each step adds, every count in the processor's own telemetry, and what is said in the log. It is
// midnight on 2000-01-02 at the start.
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
	Steps  []goldenStep   `yaml:"steps"`
}

// goldenStep is a batch: of single events, or of a row of them, one a second.
type goldenStep struct {
	Wait time.Duration `yaml:"wait"`
	Logs []yamlRecord  `yaml:"logs"`
	Row  *yamlRow      `yaml:"row"`
}

// yamlRecord is an event. Its model is fraud, unless it says otherwise.
type yamlRecord struct {
	Event      string         `yaml:"event"`
	At         string         `yaml:"at"` // time of 2000-01-01
	Attributes map[string]any `yaml:"attributes"`
}

// yamlRow is count events from a time on, one a second. Each takes the next of the values for the attribute, in turn.
type yamlRow struct {
	yamlRecord `yaml:",inline"`
	Count      int    `yaml:"count"`
	Attribute  string `yaml:"attribute"`
	Values     []any  `yaml:"values"`
}

func (c *goldenCase) run(t *testing.T) string {
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, confmap.NewFromStringMap(c.Config).Unmarshal(cfg))
	require.NoError(t, cfg.Validate())
	time.Sleep(24 * time.Hour)
	r := run(t, cfg, nil)
	var b strings.Builder
	for i, step := range c.Steps {
		fmt.Fprintf(&b, "step %d\n", i+1)
		logs := plog.NewLogs()
		records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
		for _, y := range step.Logs {
			y.write(t, records.AppendEmpty(), 0)
		}
		if row := step.Row; row != nil {
			for n := range row.Count {
				record := records.AppendEmpty()
				row.write(t, record, n)
				require.NoError(t, record.Attributes().PutEmpty(row.Attribute).FromRaw(row.Values[n%len(row.Values)]))
			}
		}
		if records.Len() > 0 {
			require.NoError(t, r.processor.ConsumeLogs(context.Background(), logs))
		}
		time.Sleep(step.Wait)
		synctest.Wait()
		for _, line := range r.said() {
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
	b.WriteString("end\n")
	for _, line := range r.said() {
		b.WriteString("  " + line + "\n")
	}
	return b.String()
}

func (y *yamlRecord) write(t *testing.T, record plog.LogRecord, n int) {
	record.SetEventName(y.Event)
	if y.At != "" {
		at, err := time.Parse(time.DateTime, "2000-01-01 "+y.At)
		require.NoError(t, err)
		record.SetTimestamp(pcommon.NewTimestampFromTime(at.Add(time.Duration(n) * time.Second)))
	}
	require.NoError(t, record.Attributes().FromRaw(y.Attributes))
	if _, ok := record.Attributes().Get(semconv.AttrModelName); !ok {
		record.Attributes().PutStr(semconv.AttrModelName, "fraud")
	}
}
