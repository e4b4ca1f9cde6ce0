package modelrollupprocessor

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"pgregory.net/rapid"
)

// TestTotalsLoseNothing: whatever order and batches summaries come in, the last totals are the sums of all of them, and the
// points of each series ascend in time, by a millisecond at least, and in value.
func TestTotalsLoseNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := run(t, defaults(), serve(amounts("delay")))
		start := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
		var want [3]float64
		batches := rapid.IntRange(1, 6).Draw(rt, "batches")
		for range batches {
			batch := pmetric.NewMetrics()
			for range rapid.IntRange(1, 6).Draw(rt, "points") {
				counts := rapid.SliceOfN(rapid.Uint64Range(0, 3), 6, 6).Draw(rt, "counts")
				at := start.Add(time.Duration(rapid.IntRange(0, 600).Draw(rt, "second")) * time.Second)
				for i, c := range counts {
					want[i/2] += float64(c)
				}
				values("delay", at, counts...).ResourceMetrics().MoveAndAppendTo(batch.ResourceMetrics())
			}
			r.send(t, batch)
		}
		last, times := r.totals()
		for i, n := range want {
			key := "ml.feature.bins{ml.bin.index=" + index(i) + ", ml.feature.name=amount, ml.model.name=delay, ml.model.version=unknown}"
			if last[key] != n {
				rt.Fatalf("bin %d: %v, want %v", i, last[key], n)
			}
			for j := 1; j < len(times[key]); j++ {
				if times[key][j].AsTime().Sub(times[key][j-1].AsTime()) < time.Millisecond {
					rt.Fatalf("bin %d: point %d at %v follows one at %v", i, j, times[key][j].AsTime(), times[key][j-1].AsTime())
				}
			}
		}
	})
}

// TestOnePointAPane: what a batch holds of one minute is one point.
func TestOnePointAPane(t *testing.T) {
	r := run(t, defaults(), serve(amounts("delay")))
	start := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	batch := pmetric.NewMetrics()
	for second := 1; second <= 180; second++ {
		values("delay", start.Add(time.Duration(second)*time.Second-time.Nanosecond), 1, 0, 0, 0, 0, 0).ResourceMetrics().MoveAndAppendTo(batch.ResourceMetrics())
	}
	r.send(t, batch)
	last, times := r.totals()
	assert.Equal(t, 180.0, last[firstBin])
	assert.Len(t, times[firstBin], 4, "a zero, then one a minute")
}
