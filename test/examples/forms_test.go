//go:build integration

package examples

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// plainStatistics are some that need no profile.
const plainStatistics = "processors: {model_statistics: {drift: {statistics: [mean, missing_share]}}}"

// TestForms sends predictions in each form that an event can have, and with more inputs than the SDK has attributes.
func TestForms(t *testing.T) {
	interpreter := python(t)
	c := startCollector(t, t.TempDir(), plainStatistics)
	run(t, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://" + c.OTLPGRPC}, interpreter, "testdata/forms.py")

	const predictions = 120
	for form, features := range map[string]struct{ first, end int }{
		"map": {0, 200}, "attributes": {0, 100}, "body": {0, 200}, "raised_limit": {0, 200}, "event_name_attribute": {0, 100}, "span": {0, 100}, "span_map": {0, 200},
		// The SDK of Python keeps the last 128 attributes.
		"too_many": {200 - 128, 200},
	} {
		t.Run(form, func(t *testing.T) {
			want := map[string]float64{}
			for feature := features.first; feature < features.end; feature++ {
				want[fmt.Sprintf("f%d", feature)] = float64(feature) + float64(predictions-1)/2
			}
			m := c.awaitSamples(t, form, predictions, "feature", "prediction")
			assert.Equal(t, want, m.by("ml_feature_name", "ml_feature_mean", "ml_model_name", form))
		})
	}
	m := c.awaitSamples(t, "missing", predictions, "feature")
	assert.Equal(t, map[string]float64{"none": predictions / 3},
		m.by("ml_feature_name", "ml_feature_invalid_total", "ml_model_name", "missing", "ml_invalid_reason", "missing"),
		"without a profile, only what was sent as None is known to be missing")

	m = c.awaitSamples(t, "numpy", predictions, "feature")
	assert.ElementsMatch(t, []string{"plain", "float64"}, slices.Collect(maps.Keys(m.by("ml_feature_name", "ml_feature_mean", "ml_model_name", "numpy"))),
		"other types of numpy arrive as texts, which have no mean")

	own := metrics(c.Scrape(t, c.Telemetry))
	_, seen := m.find("ml_statistics_samples", "ml_model_name", "too_many_named")
	assert.False(t, seen, "the model's name was among the attributes that were dropped")
	refused, _ := own.find("otelcol_model_summary_events_refused", "reason", "no_model")
	assert.InDelta(t, predictions, refused, 0)
	dropped, _ := own.find("otelcol_model_summary_attributes_dropped")
	assert.InDelta(t, predictions, dropped, 0)
	events, _ := own.find("otelcol_model_summary_events")
	assert.InDelta(t, 10*predictions, events, 0)
	assert.Contains(t, c.Logs(), "Predictions arrive without some of their attributes")
	assert.Contains(t, c.Logs(), "Send ml.model.name on the resource")
}
