package modelrollupprocessor

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/leeway-ml/leeway/semconv"
)

const firstBin = "ml.feature.bins{ml.bin.index=00, ml.feature.name=amount, ml.model.name=delay, ml.model.version=unknown}"

// TestRefresh: what nobody adds to is sent again every emit_interval, as of an event time that goes on with the clock.
func TestRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, defaults(), serve(amounts("delay")))
		history := time.Date(1999, 5, 3, 12, 0, 0, 0, time.UTC) // a replay
		r.send(t, values("delay", history, 3, 0, 0, 0, 0, 0))
		r.sink.Reset()
		time.Sleep(3*time.Minute + time.Second)
		synctest.Wait()
		last, times := r.totals()
		assert.Equal(t, 3.0, last[firstBin])
		want := []pcommon.Timestamp{}
		for minute := 1; minute <= 3; minute++ {
			want = append(want, pcommon.NewTimestampFromTime(history.Add(time.Duration(minute)*time.Minute)))
		}
		assert.Equal(t, want, times[firstBin])
		shares := 0
		for _, md := range r.sink.AllMetrics() {
			for _, m := range md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
				if m.Name() == semconv.MetricFeatureReferenceShare {
					shares += m.Gauge().DataPoints().Len()
				}
			}
		}
		assert.Equal(t, 9, shares)
	})
}

// TestBusySeriesAreRefreshed: a bin that does not change goes out again, though others of its feature change all the time.
func TestBusySeriesAreRefreshed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, defaults(), serve(amounts("delay")))
		r.send(t, values("delay", time.Now(), 3, 0, 0, 0, 0, 0))
		for range 60 {
			time.Sleep(10 * time.Second)
			r.send(t, values("delay", time.Now(), 0, 0, 0, 0, 0, 1))
		}
		_, times := r.totals()
		quiet := times[firstBin]
		require.Greater(t, len(quiet), 9)
		assert.Less(t, len(quiet), 15)
		for i := 1; i < len(quiet); i++ {
			assert.LessOrEqual(t, quiet[i].AsTime().Sub(quiet[i-1].AsTime()), 70*time.Second)
		}
	})
}

// TestEviction: what nothing is added to for max_stale is forgotten, and begins at zero when it comes back.
func TestEviction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		config := defaults()
		config.MaxStale = time.Hour
		r := run(t, config, serve(amounts("delay")))
		r.send(t, values("delay", time.Now(), 3, 0, 0, 0, 0, 0), sum("other", semconv.MetricPredictions, time.Now(), 5))
		time.Sleep(30 * time.Minute)
		r.send(t, sum("other", semconv.MetricPredictions, time.Now(), 5))
		time.Sleep(31 * time.Minute)
		synctest.Wait()
		assert.Len(t, r.models.all(), 1, "the model without rows is gone")
		assert.EqualValues(t, 3, r.counter(t, "otelcol_model_rollup_series_evicted"))
		assert.EqualValues(t, 1, r.counter(t, "otelcol_model_rollup_series"))
		r.sink.Reset()
		r.send(t, values("delay", time.Now(), 1, 0, 0, 0, 0, 0), sum("other", semconv.MetricPredictions, time.Now(), 5))
		last, times := r.totals()
		assert.Equal(t, 1.0, last[firstBin])
		assert.Len(t, times[firstBin], 2, "a zero, then the value")
		assert.Equal(t, 15.0, last["ml.predictions{ml.model.name=other, ml.model.version=unknown}"])
	})
}
