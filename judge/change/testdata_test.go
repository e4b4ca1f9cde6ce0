package change

import (
	"compress/gzip"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/judge/quality"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// rows of a gzipped CSV of the data sets, by column name; the test skips where they are absent.
func rows(t testing.TB, name string) []map[string]string {
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
	f, err := os.Open(filepath.Join(folder, "..", "shared", "data", name))
	if err != nil {
		t.Skipf("%s is not there", name)
	}
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

// told is an outcome, and when it became known.
type told struct {
	at  time.Time
	add func(c *outcome.Counter)
}

// stream is the outcomes of a model in the order of their times.
type stream []told

func (s stream) between(from, to time.Time) stream {
	first, _ := slices.BinarySearchFunc(s, from, func(o told, t time.Time) int { return o.at.Compare(t) })
	last, _ := slices.BinarySearchFunc(s, to, func(o told, t time.Time) int { return o.at.Compare(t) })
	return s[first:max(first, last)]
}

func (s stream) series() []summary.Series {
	c := &outcome.Counter{}
	for _, o := range s {
		o.add(c)
	}
	return outcome.Series(c.Series())
}

// profileOf is a profile of a stream, with the worst of its chunks of these lengths.
func profileOf(task profile.Task, positive string, s stream, lengths map[string]time.Duration) *profile.Profile {
	c := &outcome.Counter{}
	for _, o := range s {
		o.add(c)
	}
	p := &profile.Profile{Model: "model", Task: task, PositiveClass: positive, Outcomes: c.Series(), QualityLimits: map[string]map[string]profile.QualityLimit{}}
	for name, length := range lengths {
		limits := map[string]profile.QualityLimit{}
		p.QualityLimits[name] = limits
		for from := s[0].at.Truncate(length); from.Before(s[len(s)-1].at); from = from.Add(length) {
			o := outcome.Gather(s.between(from, from.Add(length)).series())
			if o.Samples() < 100 {
				continue
			}
			for _, m := range quality.Measure(o, p) {
				l, ok := limits[m.Name]
				if !ok {
					l = profile.QualityLimit{Worst: m.Best, LessIsBetter: m.LessIsBetter}
				}
				l.Worst, l.Chunks = l.Worse(m.Best), l.Chunks+1
				limits[m.Name] = l
			}
		}
	}
	return p
}

// panes of the stream, of some length, with all of their series.
func (s stream) panes(every time.Duration) (panes []summary.Pane) {
	for i := 0; i < len(s); {
		start := s[i].at.Truncate(every)
		part := s.between(start, start.Add(every))
		panes = append(panes, summary.Pane{Start: start, End: start.Add(every), Series: part.series()})
		i += len(part)
	}
	return panes
}

// windowOf is a window of such panes, by when they are; some of its series come once for each pane.
func windowOf(j *Judge, name string, length time.Duration, end time.Time, panes []summary.Pane) *summary.Window {
	w := &summary.Window{Group: summary.Group{Model: "model", Version: "1"}, Name: name, Length: length, End: end}
	first, _ := slices.BinarySearchFunc(panes, end.Add(-length), func(p summary.Pane, t time.Time) int { return p.Start.Compare(t) })
	for _, p := range panes[first:] {
		if p.End.After(end) {
			break
		}
		w.Series = append(w.Series, p.Series...)
		if p.Series = slices.DeleteFunc(slices.Clone(p.Series), func(s summary.Series) bool { return !j.WantsPanes(s.Metric) }); len(p.Series) > 0 {
			w.Panes = append(w.Panes, p)
		}
	}
	slices.SortStableFunc(w.Series, func(a, b summary.Series) int { return strings.Compare(a.Metric, b.Metric) })
	return w
}

// verdict is what the judge says of one loss.
type verdict struct {
	evidence, threshold, detected float64
	before, after, age            float64
}

func verdicts(t testing.TB, points []judge.Point) map[string]verdict {
	t.Helper()
	nan := math.NaN()
	all := map[string]verdict{}
	for _, p := range points {
		require.Len(t, p.Attributes, 1)
		require.Equal(t, semconv.AttrLossName, p.Attributes[0].Key)
		require.False(t, math.IsNaN(p.Value) || math.IsInf(p.Value, 0), p.Metric)
		_, known := semconv.Lookup(p.Metric)
		require.True(t, known, p.Metric)
		name := p.Attributes[0].Value
		v, ok := all[name]
		if !ok {
			v = verdict{nan, nan, nan, nan, nan, nan}
		}
		for metric, x := range map[string]*float64{
			semconv.MetricLossChangeEvidence: &v.evidence, semconv.MetricLossChangeEvidenceThreshold: &v.threshold,
			semconv.MetricLossChangeDetected: &v.detected, semconv.MetricLossChangeBefore: &v.before,
			semconv.MetricLossChangeAfter: &v.after, semconv.MetricLossChangeAge: &v.age,
		} {
			if metric == p.Metric {
				require.True(t, math.IsNaN(*x), "%s twice", metric)
				*x = p.Value
			}
		}
		all[name] = v
	}
	return all
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
