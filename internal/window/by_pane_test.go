package window

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// Nobody asks for panes: none are told apart. Whoever asks gets those that have something, and nothing of other metrics.
func TestPanesAreForThoseWhoAsk(t *testing.T) {
	start := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC).UnixNano()
	for _, wanted := range []string{"", semconv.MetricPredictions, semconv.MetricOutcomes} {
		s := testSettings
		s.ByPane = func(metric string) bool { return metric == wanted }
		if wanted == "" {
			s.ByPane = nil
		}
		m := NewModel("fraud", "1", &s)
		for i, e := range []event{{at: start, value: 2}, {at: start + 1, kind: histogram, value: 3}, {at: start + int64(31*time.Minute), value: 4}} {
			require.Equal(t, Counted, m.Add(e.increment()), i)
		}
		m.Idle(2 * time.Hour)
		var panes []summary.Pane
		m.Close(func(w *summary.Window) {
			if w.Name == "1h" && w.End.UnixNano() == start+int64(time.Hour) {
				require.Len(t, w.Series, 2, "of both values one class")
				panes = w.Panes
				if wanted == semconv.MetricPredictions {
					require.Len(t, panes, 2)
					require.InDelta(t, 2, panes[0].Series[0].Sum, 0)
					require.Len(t, panes[0].Series, 1)
					require.Equal(t, time.Unix(0, start).UTC(), panes[0].Start)
					require.Equal(t, panes[0].Start.Add(15*time.Minute), panes[0].End)
					require.Equal(t, panes[0].Start.Add(30*time.Minute), panes[1].Start)
				}
			}
		})
		if wanted != semconv.MetricPredictions {
			require.Empty(t, panes)
		}
	}
}

// Sums of numbers of either sign add up, whatever their sign; they have no hours, also in panes of several hours; and those that
// come to nothing are there.
func TestSignedSums(t *testing.T) {
	start := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC).UnixNano()
	s := testSettings
	s.ByPane = func(metric string) bool { return metric == semconv.MetricVectorComponent }
	m := NewModel("fraud", "1", &s)
	for i, values := range [][]float64{{-1e12, -0.25, 1.5}, {7, -0.25, -1.5}} {
		for k, x := range values {
			require.Equal(t, Counted, m.Add(&Increment{
				Metric: semconv.MetricVectorComponent, Time: start + int64(i)*int64(20*time.Minute) + 1, Sum: x,
				Attributes: []summary.Attribute{{Key: semconv.AttrComponentIndex, Value: fmt.Sprintf("%04d", k)}},
			}))
		}
	}
	disk := map[string][]byte{}
	for _, e := range m.Changes() {
		disk[e.Key] = e.Value
	}
	restored, errs := Restore(&s, func(key string) ([]byte, error) { return disk[key], nil })
	require.Empty(t, errs)
	for _, m := range []*Model{m, restored} {
		m.compactable = true
		m.compact()
		m.Idle(20 * time.Hour)
		judged := map[string]bool{}
		m.Close(func(w *summary.Window) {
			if w.End.UnixNano() != start+int64(time.Hour) && (w.Name != "6h" || w.End.UnixNano() != start+int64(2*time.Hour)) {
				return
			}
			judged[w.Name] = true
			require.Len(t, w.Series, 3)
			for k, want := range []float64{7 - 1e12, -0.5, 0} {
				require.InDelta(t, want, w.Series[k].Sum, 0)
				require.Empty(t, w.Series[k].Hours)
			}
			if w.Name == "1h" {
				require.Len(t, w.Panes, 2)
				require.InDelta(t, -1e12, w.Panes[0].Series[0].Sum, 0)
				require.InDelta(t, -1.5, w.Panes[1].Series[2].Sum, 0)
			}
		})
		require.Len(t, judged, 2)
	}
}

// Odds of outcomes keep the buckets that their precision needs.
func TestBucketsOfOdds(t *testing.T) {
	require.Equal(t, 640, bucketsOf(semconv.MetricOutcomeOdds))
	require.Equal(t, 640, bucketsOf(semconv.MetricPredictionOdds))
	require.Equal(t, 160, bucketsOf(semconv.MetricOutcomeError))
}

// Summaries of outcomes come back from a checkpoint as they were: odds with all of their buckets, histograms without bounds.
func TestOutcomesAreRestored(t *testing.T) {
	start := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC).UnixNano()
	s := testSettings
	s.ByPane = func(metric string) bool { return metric == semconv.MetricOutcomeOdds }
	counts := make([]uint64, 600)
	for i := range counts {
		counts[i] = uint64(i % 7)
	}
	counts[0], counts[599] = 1, 1
	m := NewModel("fraud", "1", &s)
	for i := range int64(3) {
		for _, increment := range []*Increment{
			{Metric: semconv.MetricOutcomeOdds, Exponential: &summary.Exponential{Scale: 4, Sum: 8, Min: 0.1, Max: 9, Positive: summary.Buckets{Offset: -300, Counts: counts}}},
			{Metric: semconv.MetricOutcomeLoss, Histogram: &summary.Histogram{Counts: []uint64{3}, Sum: 0.75, Min: 0.25, Max: 0.25}},
		} {
			increment.Time = start + i*int64(20*time.Minute) + 1
			increment.Attributes = []summary.Attribute{{Key: semconv.AttrClass, Value: "1"}}
			require.Equal(t, Counted, m.Add(increment))
		}
	}
	disk := map[string][]byte{}
	for _, e := range m.Changes() {
		disk[e.Key] = e.Value
	}
	restored, errs := Restore(&s, func(key string) ([]byte, error) { return disk[key], nil })
	require.Empty(t, errs)
	for _, m := range []*Model{m, restored} {
		m.Idle(2 * time.Hour)
		judged := false
		m.Close(func(w *summary.Window) {
			if w.Name != "1h" || w.End.UnixNano() != start+int64(time.Hour) {
				return
			}
			judged = true
			require.Len(t, w.Series, 2)
			loss, odds := w.Of(semconv.MetricOutcomeLoss)[0].Histogram, w.Of(semconv.MetricOutcomeOdds)[0].Exponential
			require.Equal(t, []uint64{9}, loss.Counts)
			require.InDelta(t, 2.25, loss.Sum, 0)
			require.EqualValues(t, 4, odds.Scale, "not coarsened")
			require.Len(t, odds.Positive.Counts, 600)
			require.Len(t, w.Panes, 3)
			for _, p := range w.Panes {
				require.Equal(t, counts, p.Series[0].Exponential.Positive.Counts)
			}
		})
		require.True(t, judged)
	}
}

// A day's window, by pane, of a model of a hundred classes that are confused in a tenth of all ways in an hour.
func BenchmarkPanes(b *testing.B) {
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).UnixNano()
	s := &Settings{Windows: []Definition{{Name: "24h", Length: 24 * time.Hour, Every: time.Hour}}, Limits: Limits{Series: 20_000, Groups: 1}}
	s.ByPane = func(metric string) bool { return metric == semconv.MetricOutcomes }
	m := NewModel("m", "1", s)
	for hour := range int64(24) {
		for i := range 1000 {
			k := (i*10 + int(hour)) % 10_000
			require.Equal(b, Counted, m.Add(&Increment{Metric: semconv.MetricOutcomes, Time: start + hour*int64(time.Hour) + 1, Sum: 1, Attributes: []summary.Attribute{
				{Key: semconv.AttrGroundTruthClass, Value: fmt.Sprint(k / 100)}, {Key: semconv.AttrPredictionClass, Value: fmt.Sprint(k % 100)},
			}}))
		}
	}
	w := &m.windows[0]
	w.next = start + 24*int64(time.Hour)
	m.assemble(w)
	b.ReportAllocs()
	for b.Loop() {
		m.scratch.byPane = byPane{}
		require.Len(b, m.fillPanes(w, m.table.groups[0]), 24)
	}
}
