package modelstatisticsprocessor

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/xconfmap"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

// A model that is wrong three times as often since the latest two panes: found of the window's panes, against the profile's outcomes.
func TestChangeIsJudged(t *testing.T) {
	reference := testProfile()
	reference.Task = profile.Binary
	for _, s := range []struct {
		predicted, truth string
		n                float64
	}{{"0", "0", 4500}, {"1", "1", 4500}, {"0", "1", 500}, {"1", "0", 500}} {
		reference.Outcomes = append(reference.Outcomes, profile.OutcomeSeries{
			Metric: semconv.MetricOutcomes, Sum: s.n, Attributes: map[string]string{semconv.AttrPredictionClass: s.predicted, semconv.AttrGroundTruthClass: s.truth},
		})
	}
	r := run(t, host{profilesID: &provider{is: reference}}, func(c *Config) { c.Windows = []WindowConfig{{Name: "1h", Every: 5 * time.Minute}} })
	defer r.end(t)
	const panes = 12 // of five minutes
	var batches []pmetric.Metrics
	for i := range panes {
		errors := 20.0
		if i >= panes-2 {
			errors = 60
		}
		batches = append(batches, outcomes(at(1, 10, 5*i+1), map[[2]string]float64{{"1", "1"}: 100, {"0", "0"}: 100 - errors, {"0", "1"}: errors}))
	}
	batches = append(batches, summaries(at(1, 11, 3), 1, 1, 1, 1))
	r.send(t, batches...)
	said := r.said(semconv.MetricLossChangeDetected, semconv.MetricLossChangeBefore, semconv.MetricLossChangeAfter, semconv.MetricLossChangeAge)
	require.GreaterOrEqual(t, len(said), 4)
	assert.Equal(t, []string{
		"01 11:00:00 1h ml.loss.change.after{ml.loss.name=error} 0.3",
		"01 11:00:00 1h ml.loss.change.age{ml.loss.name=error} 600",
		"01 11:00:00 1h ml.loss.change.before{ml.loss.name=error} 0.1",
		"01 11:00:00 1h ml.loss.change.detected{ml.loss.name=error} 1",
	}, said[len(said)-4:])
	assert.NotContains(t, said, "01 10:50:00 1h ml.loss.change.detected{ml.loss.name=error} 1")
	assert.Contains(t, said, "01 10:50:00 1h ml.loss.change.detected{ml.loss.name=error} 0")
}

func TestChangeIsConfigured(t *testing.T) {
	read := func(text map[string]any) *Config {
		c := createDefaultConfig().(*Config)
		require.NoError(t, confmap.NewFromStringMap(map[string]any{"change": text}).Unmarshal(c))
		return c
	}
	assert.Equal(t, []string{"error", "absolute"}, read(map[string]any{"tolerance": 0.2}).Change.Losses)
	assert.Empty(t, read(map[string]any{"losses": []any{}}).Change.Losses)
	assert.Equal(t, []string{"log"}, read(map[string]any{"losses": []any{"log"}}).Change.Losses)
	assert.ErrorContains(t, xconfmap.Validate(read(map[string]any{"losses": []any{"r2"}})), `change: losses[0]: unknown loss "r2"`)

	c := createDefaultConfig().(*Config)
	c.Change.RunLength = 1
	_, err := newJudges(c)
	assert.ErrorContains(t, err, "change: run_length: how many panes")
}
