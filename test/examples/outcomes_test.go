//go:build integration

package examples

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var diagnosesSent = regexp.MustCompile(`^([0-9]+) diagnoses: the model was right in ([0-9]+)$`)

// truths reads what ground_truth.py says it sent.
func truths(t *testing.T, summary string) (known, right float64) {
	t.Helper()
	m := diagnosesSent.FindStringSubmatch(strings.TrimSpace(summary))
	require.NotNil(t, m, summary)
	known, err := strconv.ParseFloat(m[1], 64)
	require.NoError(t, err)
	right, err = strconv.ParseFloat(m[2], 64)
	require.NoError(t, err)
	return known, right
}

// requireOutcomes checks that the collector joined what was sent: each truth with its prediction, and no other.
func (c *collector) requireOutcomes(t *testing.T, m metrics, model string, known, right float64) {
	t.Helper()
	var joined, agreed float64
	for _, series := range m["ml_outcomes_total"].GetMetric() {
		if !has(series, []string{"ml_model_name", model}) {
			continue
		}
		joined += value(series)
		var predicted, truth string
		for _, label := range series.GetLabel() {
			switch label.GetName() {
			case "ml_prediction_class":
				predicted = label.GetValue()
			case "ml_ground_truth_class":
				truth = label.GetValue()
			}
		}
		if predicted == truth {
			agreed += value(series)
		}
	}
	assert.InDelta(t, known, joined, 0, "joined")
	assert.InDelta(t, right, agreed, 0, "right")
	accuracy, found := m.find("ml_quality_accuracy", "ml_model_name", model, "ml_window", window)
	require.True(t, found, "ml_quality_accuracy")
	assert.InDelta(t, right/known, accuracy, 1e-12)
	joins := m.by("ml_join_result", "ml_ground_truth_joins_total", "ml_model_name", model)
	assert.Equal(t, map[string]float64{"joined": known}, joins)
}
