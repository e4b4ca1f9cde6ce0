package modelstatisticsprocessor

import (
	"time"

	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// began notes that something of the model has that event time. The beginning is that of the shortest window's pane, so that it
// does not depend on how agents cut their summaries.
func (m *model) began(at time.Time) {
	if !m.since.IsZero() && !at.Before(m.since) {
		return
	}
	pane := time.Duration(0)
	for d := range m.windows.Definitions() {
		if pane == 0 || d.Every < pane {
			pane = d.Every
		}
	}
	m.since = at.UTC().Add(-time.Duration(at.UnixNano()) % pane)
}

// coverage is what ml.statistics.coverage says of a window: a first window is not all there, and its statistics stray further
// than those of the reference's whole ones.
func (m *model) coverage(w *summary.Window) judge.Point {
	share := min(1, max(0, w.End.Sub(m.since).Seconds()/w.Length.Seconds()))
	return judge.Point{Metric: semconv.MetricStatisticsCoverage, Value: share}
}

// recallSince takes the beginning back from the coverage that was last said of a window.
func (m *model) recallSince(window string, end time.Time, coverage float64) {
	for d := range m.windows.Definitions() {
		if d.Name == window {
			m.began(end.Add(-time.Duration(coverage * float64(d.Length)).Round(time.Second)))
		}
	}
}
