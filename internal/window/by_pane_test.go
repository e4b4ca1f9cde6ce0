package window

import (
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

// Odds of outcomes keep the buckets that their precision needs.
func TestBucketsOfOdds(t *testing.T) {
	require.Equal(t, 640, bucketsOf(semconv.MetricOutcomeOdds))
	require.Equal(t, 640, bucketsOf(semconv.MetricPredictionOdds))
	require.Equal(t, 160, bucketsOf(semconv.MetricOutcomeError))
}
