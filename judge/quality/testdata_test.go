package quality

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/summary"
)

// shared is a file of the data sets and of other people's numbers about them; tests skip where it is absent.
func shared(t testing.TB, name string) string {
	t.Helper()
	folder, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			break
		}
		require.NotEqual(t, folder, filepath.Dir(folder), "no go.mod above the test")
		folder = filepath.Dir(folder)
	}
	file := filepath.Join(folder, "..", "shared", name)
	if _, err := os.Stat(file); err != nil {
		t.Skipf("%s is not there", name)
	}
	return file
}

func golden(t testing.TB, name string, into any) {
	t.Helper()
	content, err := os.ReadFile(shared(t, "golden/"+name))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, into))
}

// rows of a gzipped CSV, by column name.
func rows(t testing.TB, name string) []map[string]string {
	t.Helper()
	f, err := os.Open(shared(t, "data/"+name))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	records, err := csv.NewReader(z).ReadAll()
	require.NoError(t, err)
	all := make([]map[string]string, 0, len(records))
	for _, record := range records[1:] {
		row := make(map[string]string, len(record))
		for i, field := range record {
			row[records[0][i]] = field
		}
		all = append(all, row)
	}
	return all
}

func number(t testing.TB, text string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(text, 64)
	require.NoError(t, err)
	return x
}

// labels of a file of truths by prediction.
func labels(t testing.TB, name string) map[string]string {
	all := map[string]string{}
	for _, row := range rows(t, name) {
		all[row["prediction_id"]] = row["label"]
	}
	return all
}

// windowOf is a window of such outcomes.
func windowOf(c *outcome.Counter) *summary.Window {
	return &summary.Window{
		Group: summary.Group{Model: "model", Version: "1"}, Name: "24h", Length: 24 * time.Hour, End: time.Unix(86400, 0), Series: outcome.Series(c.Series()),
	}
}

// points by metric and attributes: "ml.quality.f1{ml.class=UP}".
func points(t testing.TB, all []judge.Point) map[string]float64 {
	t.Helper()
	named := make(map[string]float64, len(all))
	for _, p := range all {
		key := p.Metric
		for i, a := range p.Attributes {
			if i == 0 {
				key += "{"
			} else {
				key += ","
			}
			key += a.Key + "=" + a.Value
		}
		if len(p.Attributes) > 0 {
			key += "}"
		}
		_, twice := named[key]
		require.False(t, twice, "%s twice", key)
		named[key] = p.Value
	}
	return named
}

func newJudge(t testing.TB, change func(*Config)) *Judge {
	t.Helper()
	cfg := DefaultConfig()
	if change != nil {
		change(cfg)
	}
	j, err := New(cfg)
	require.NoError(t, err)
	return j
}

func judged(t testing.TB, change func(*Config), c *outcome.Counter, p *profile.Profile) map[string]float64 {
	t.Helper()
	return points(t, newJudge(t, change).Judge(windowOf(c), p))
}

func everything(c *Config) { c.Statistics = []string{all} }
