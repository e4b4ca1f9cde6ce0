package modelstatisticsprocessor

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/xconfmap"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/semconv"
)

// outcomes are counts of a binary task's confusion matrix.
func outcomes(at time.Time, counts map[[2]string]float64) pmetric.Metrics {
	metrics := pmetric.NewMetrics()
	m := metrics.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName(semconv.MetricOutcomes)
	m.SetEmptySum().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	for classes, n := range counts {
		dp := m.Sum().DataPoints().AppendEmpty()
		dp.Attributes().PutStr(semconv.AttrModelName, "fraud")
		dp.Attributes().PutStr(semconv.AttrModelVersion, "1")
		dp.Attributes().PutStr(semconv.AttrPredictionClass, classes[0])
		dp.Attributes().PutStr(semconv.AttrGroundTruthClass, classes[1])
		dp.SetTimestamp(stamp(at))
		dp.SetDoubleValue(n)
	}
	return metrics
}

func TestQualityIsJudged(t *testing.T) {
	r := run(t, host{profilesID: &provider{is: testProfile()}}, func(c *Config) {
		onlyHours(c)
		require.NoError(t, confmap.NewFromStringMap(map[string]any{
			"quality": map[string]any{
				"objectives": map[string]any{"recall": map[string]any{"at_least": 0.5}},
				"models":     map[string]any{"fraud": map[string]any{"objectives": map[string]any{"accuracy": map[string]any{"at_least": 0.9}}}},
			},
		}).Unmarshal(c))
	})
	defer r.end(t)
	r.send(t,
		outcomes(at(1, 10, 10), map[[2]string]float64{{"1", "1"}: 50, {"1", "0"}: 20, {"0", "0"}: 80, {"0", "1"}: 50}),
		summaries(at(1, 10, 33), 1, 1, 1, 1),
	)
	assert.Equal(t, []string{
		"01 10:30:00 1h ml.quality.accuracy_lower{} 0.5816",
		"01 10:30:00 1h ml.quality.accuracy_threshold{} 0.9",
		"01 10:30:00 1h ml.quality.accuracy_upper{} 0.7127",
		"01 10:30:00 1h ml.quality.accuracy{} 0.65",
		"01 10:30:00 1h ml.quality.degraded{ml.quality.metric=accuracy} 1",
		"01 10:30:00 1h ml.quality.degraded{ml.quality.metric=recall} 0",
		"01 10:30:00 1h ml.quality.recall_threshold{ml.class=1} 0.5",
		"01 10:30:00 1h ml.statistics.samples{ml.subject=outcome} 200",
		"01 10:30:00 1h ml.statistics.samples{ml.subject=prediction} 0",
	}, r.said(semconv.Quality("accuracy"), semconv.Quality("accuracy_lower"), semconv.Quality("accuracy_upper"), semconv.Quality("accuracy_threshold"),
		semconv.Quality("recall_threshold"), semconv.MetricQualityDegraded, samples))
}

func TestQualityIsConfigured(t *testing.T) {
	read := func(text map[string]any) *Config {
		c := createDefaultConfig().(*Config)
		require.NoError(t, confmap.NewFromStringMap(map[string]any{"quality": text}).Unmarshal(c))
		return c
	}
	assert.Nil(t, read(map[string]any{"min_samples": 10}).Quality.Judged, "what is usual")
	none := read(map[string]any{"judged": []any{}}).Quality.Judged
	require.NotNil(t, none)
	assert.Empty(t, *none, "nothing")
	assert.Equal(t, &[]string{"mcc"}, read(map[string]any{"judged": []any{"mcc"}}).Quality.Judged)
	assert.ErrorContains(t, xconfmap.Validate(read(map[string]any{"judged": []any{"r2"}})), `quality: judged[0]: "r2" can't be judged`)

	c := createDefaultConfig().(*Config)
	c.Quality.MinSamples = 0
	_, err := newJudges(c)
	assert.ErrorContains(t, err, "quality: min_samples: must be 1 or more")
	assert.ErrorContains(t, c.Quality.Validate(), "min_samples")
}
