package modelstatisticsprocessor

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/leeway-ml/leeway/internal/notice"
	"github.com/leeway-ml/leeway/semconv"
)

// counter is the sum of a counter of self-telemetry over the data points that have the attributes.
func (r *rig) counter(t *testing.T, name string, attributes map[string]string) int64 {
	t.Helper()
	m, err := r.telemetry.GetMetric(name)
	if err != nil {
		return 0
	}
	var total int64
next:
	for _, dp := range m.Data.(metricdata.Sum[int64]).DataPoints {
		for k, v := range attributes {
			if got, _ := dp.Attributes.Value(attributeKey(k)); got.AsString() != v {
				continue next
			}
		}
		total += dp.Value
	}
	return total
}

func TestRefused(t *testing.T) {
	good := at(1, 10, 10)
	for reason, spoil := range map[string]func(m pmetric.Metric){
		"no_model": func(m pmetric.Metric) { point(m).Attributes().Remove(semconv.AttrModelName) },
		"no_time":  func(m pmetric.Metric) { point(m).SetTimestamp(0) },
		"not_delta": func(m pmetric.Metric) {
			m.Histogram().SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		},
		"broken": func(m pmetric.Metric) { point(m).BucketCounts().FromRaw([]uint64{1, 2}) },
		"future": func(m pmetric.Metric) { point(m).SetTimestamp(stamp(time.Now().Add(25 * time.Hour))) },
		"too_old": func(m pmetric.Metric) {
			point(m).SetTimestamp(stamp(time.Date(1970, 1, 1, 0, 0, 1, 0, time.UTC)))
		},
		"model_limit":  func(m pmetric.Metric) { point(m).Attributes().PutStr(semconv.AttrModelName, "another") },
		"series_limit": func(m pmetric.Metric) { point(m).Attributes().PutStr(semconv.AttrFeatureName, "another") },
	} {
		t.Run(reason, func(t *testing.T) {
			r := run(t, host{}, func(c *Config) {
				onlyHours(c)
				c.Limits = Limits{MaxModels: 1, MaxSeries: 1, MaxGroups: 1}
			})
			defer r.end(t)
			r.send(t, summaries(good, 1, 2, 3, 4))
			bad := summaries(good, 1, 2, 3, 4)
			metric := bad.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0)
			spoil(metric)
			passed := pmetric.NewMetrics()
			bad.CopyTo(passed)
			r.send(t, bad, summaries(good, 1, 2, 3, 4))

			assert.EqualValues(t, 1, r.counter(t, "otelcol_model_statistics_points_refused", map[string]string{"reason": reason}))
			assert.EqualValues(t, 2, r.counter(t, "otelcol_model_statistics_points", nil), "nothing else is lost")
			assert.Equal(t, passed, r.sink.AllMetrics()[1], "what is not counted goes on all the same")
		})
	}
}

func TestLateStillCountsWhereItCan(t *testing.T) {
	r := run(t, host{profilesID: &provider{is: testProfile()}}, onlyHours)
	defer r.end(t)
	r.send(t,
		summaries(at(1, 10, 10), 25, 25, 25, 25),
		summaries(at(1, 10, 40), 25, 25, 25, 25), // 10:30 is judged
		summaries(at(1, 10, 15), 10, 10, 10, 10), // late
		summaries(at(1, 11, 10), 1, 1, 1, 1),
	)
	assert.Equal(t, []string{
		"01 10:30:00 1h ml.statistics.samples{ml.subject=feature} 100",
		"01 11:00:00 1h ml.statistics.samples{ml.subject=feature} 240",
	}, r.said(samples))
	assert.EqualValues(t, 1, r.counter(t, "otelcol_model_statistics_points_late", map[string]string{"model": "fraud"}))
	assert.EqualValues(t, 4, r.counter(t, "otelcol_model_statistics_points", nil))
}

// TestBadClocks: neither a sender whose clock is a day ahead nor one whose clock is a day behind stops the monitoring.
func TestBadClocks(t *testing.T) {
	r := run(t, host{profilesID: &provider{is: testProfile()}}, func(c *Config) {
		c.Windows = []WindowConfig{{Name: "1h"}, {Name: "7d"}}
		c.Drift.MinSamples = 10
	})
	defer r.end(t)
	start := time.Now().Truncate(time.Hour).Add(-5 * time.Hour)
	for i := range 10 {
		now := start.Add(time.Duration(i) * 30 * time.Minute)
		r.send(t, summaries(now, 25, 25, 25, 25), summaries(now.Add(24*time.Hour), 0, 0, 0, 9), summaries(now.Add(-24*time.Hour), 5, 5, 5, 5))
	}
	assert.EqualValues(t, 10, r.counter(t, "otelcol_model_statistics_points_refused", map[string]string{"reason": "future", "model": "fraud"}))
	said := r.said(samples)
	require.NotEmpty(t, said)
	hours := 0
	for _, line := range said {
		if line[12:14] == "1h" {
			hours++
		}
	}
	assert.GreaterOrEqual(t, hours, 40, "an hour's window every five minutes")
}

func TestInventedNames(t *testing.T) {
	r := run(t, host{}, func(c *Config) { c.Limits = Limits{MaxModels: 10, MaxSeries: 20, MaxGroups: 5} })
	defer r.end(t)
	for i := range 5000 {
		m := summaries(at(1, 10, 10), 1, 1, 1, 1)
		point(m.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0)).Attributes().PutStr(semconv.AttrModelName, "model"+string(rune('a'+i%26))+time.Duration(i).String())
		r.send(t, m)
	}
	assert.Len(t, r.models.all(), 10)
	assert.EqualValues(t, 4990, r.counter(t, "otelcol_model_statistics_points_refused", map[string]string{"model": notice.Overflow, "reason": "model_limit"}))
}
