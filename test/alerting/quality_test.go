//go:build integration

package alerting

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/prometheus/prometheus/rules"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestConceptDriftAtAKnownTime: six truths in ten become the opposite, and inputs and scores stay as they are. Until then nothing
// fires, and PromQL over roll-ups agrees with the judges. Then the labels say it, twenty minutes late: a detector first, by value; then
// quality, calibration, the error budget, the evidence of the loss, and what the scores let expect.
func TestConceptDriftAtAKnownTime(t *testing.T) {
	turns := monday.Add(27 * time.Hour)
	s := outcomes{from: monday, to: turns.Add(5 * time.Hour), turns: turns}
	p := s.publish(t, outcomesProfile(t))
	crosses := s.to // the first of the measures that does
	for _, l := range p {
		if l.labels.Get("__name__") == "ml_quality_degraded" && l.labels.Get("ml_window") == "1h" {
			for _, degraded := range l.points {
				if degraded.value == 1 && degraded.at.Before(crosses) {
					crosses = degraded.at
				}
			}
		}
	}
	require.WithinRange(t, crosses, turns.Add(labelDelay), turns.Add(labelDelay+time.Hour))

	e := newEvaluation(t)
	e.seldom(t, p, monday, turns)
	for _, alert := range e.firing() { // the same hundred scores again and again: what is off in them is beyond chance in the end
		require.Contains(t, alert, `signal="calibration"`)
	}
	qualityAgrees(t, e, turns.Add(-seldom))
	for now := turns; !now.After(s.to.Add(-scrape)); now = now.Add(time.Minute) {
		e.step(t, p, now)
	}
	const evaluation = time.Minute
	detected := e.first(t, "LeewayConceptDriftDetected", rules.StateFiring, `ml_detector_signal="error"`)
	assert.WithinRange(t, detected, turns.Add(labelDelay), turns.Add(labelDelay+time.Hour))
	rose := e.first(t, "LeewayLossChanged", rules.StateFiring, `ml_window="1h"`)
	assert.WithinRange(t, rose, turns.Add(labelDelay), turns.Add(labelDelay+time.Hour))
	pending := e.first(t, "LeewayQualityDegraded", rules.StatePending, `ml_window="1h"`)
	firing := e.first(t, "LeewayQualityDegraded", rules.StateFiring, `ml_window="1h"`)
	assert.WithinRange(t, pending, crosses, crosses.Add(2*evaluation))
	assert.WithinRange(t, firing, crosses.Add(15*time.Minute), crosses.Add(15*time.Minute+2*evaluation))
	fast := e.first(t, "LeewayQualityBudgetBurnsFast", rules.StateFiring, model)
	assert.WithinRange(t, fast, turns.Add(labelDelay), turns.Add(labelDelay+5*time.Hour))
	suspected := e.first(t, "LeewayConceptDriftSuspected", rules.StateFiring, `ml_window="1h"`)
	assert.WithinRange(t, suspected, turns.Add(labelDelay+time.Hour), crosses.Add(time.Hour+15*time.Minute))
	e.first(t, "LeewayCalibrationDegraded", rules.StateFiring, `ml_window="1h"`)
	t.Logf("turns %s, detected %s, loss rose %s, crosses %s, degraded %s, budget %s, suspected %s", turns.Format("15:04"), detected.Format("15:04"), rose.Format("15:04"), crosses.Format("15:04"), firing.Format("15:04"), fast.Format("15:04"), suspected.Format("15:04"))
	for _, alert := range e.firing() { // the inputs are as they were, and so are estimates
		assert.Regexp(t, `alertname="Leeway(Quality.+|ConceptDrift.+|LossChanged|Calibrat.+)"`, alert)
	}
}

// qualityAgrees: PromQL over roll-ups and the judges give one number, where every five minutes are alike.
func qualityAgrees(t *testing.T, e *evaluation, now time.Time) {
	t.Helper()
	judged := func(metric, window string) float64 {
		return e.value(t, fmt.Sprintf("%s{ml_model_name=%q, ml_model_version=%q, ml_window=%q}", metric, model, version, window), now)
	}
	for _, window := range []string{"1h", "24h"} {
		for _, c := range []struct {
			judged, fleet string
			within        float64
		}{
			{"ml_quality_accuracy", "model:ml_quality_accuracy:fleet", 1e-9},
			{"ml_quality_precision", "class:ml_quality_precision:fleet", 1e-9},
			{"ml_quality_recall", "class:ml_quality_recall:fleet", 1e-9},
			{"ml_quality_f1", "class:ml_quality_f1:fleet", 1e-9},
			{"ml_quality_brier_score", "model:ml_quality_brier_score:fleet", 1e-9},
			{"ml_quality_log_loss", "model:ml_quality_log_loss:fleet", 1e-9},
			{"ml_quality_roc_auc", "class:ml_quality_roc_auc:fleet", 0.0167},                           // half of the pairs that are in one of 20 bins
			{`ml_calibration_ece{ml_calibrator_name="none"}`, "class:ml_calibration_ece:fleet", 0.025}, // 20 bins, and their middles
		} {
			fleet := e.value(t, fmt.Sprintf(`%s%s{ml_model_name=%q, ml_model_version=%q, ml_class=~"1|"}`, c.fleet, window, model, version), now)
			name := c.judged
			if name == `ml_calibration_ece{ml_calibrator_name="none"}` {
				name = "ml_calibration_ece"
				assert.InDelta(t, e.value(t, fmt.Sprintf(`ml_calibration_ece{ml_calibrator_name="none", ml_window=%q}`, window), now), fleet, c.within, name)
				continue
			}
			value := judged(name, window)
			assert.Positive(t, value, name)
			assert.InDelta(t, value, fleet, c.within, "%s, %s", name, window)
		}
	}
	// The budget is what is between reference and objective, and none of it is used.
	budget := e.value(t, `model:ml_quality_budget:ratio`, now)
	assert.InDelta(t, judged("ml_quality_reference_accuracy", "24h")-judged("ml_quality_accuracy_threshold", "24h"), budget, 1e-9)
	assert.InDelta(t, (1-judged("ml_quality_accuracy", "24h")-(1-judged("ml_quality_reference_accuracy", "24h")))/budget, e.value(t, `model:ml_quality_burn:1d`, now), 1e-6)
}

// TestGoodModelNoAlert: days of outcomes that are right as often as their scores say, and nobody hears of them.
func TestGoodModelNoAlert(t *testing.T) {
	folder := outcomesProfile(t)
	for seed := range uint64(5) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := outcomes{from: monday, to: monday.Add(30*time.Hour + seldom), chance: rand.New(rand.NewPCG(seed, 7))}
			p := s.publish(t, folder)
			e := newEvaluation(t)
			e.seldom(t, p, monday, s.to)
			assert.Empty(t, e.firing())
			for _, expression := range []string{ // it was looked at
				`count(ml_quality_degraded{ml_window="24h", ml_quality_metric="accuracy"})`, `count(ml_calibration_degraded{ml_window="24h"})`,
				`count(ml_quality_estimated_accuracy{ml_window="24h", ml_population="labelled"})`, `count(model:ml_quality_burn:1d)`,
				`count(ml_loss_change_detected{ml_window="24h", ml_loss_name="error"})`, `count(ml_ground_truth_coverage_ratio{ml_window="24h"})`, `count(model:ml_ground_truth_delay_seconds:p90_1d)`,
			} {
				assert.InDelta(t, 1, e.value(t, expression, s.to.Add(-seldom)), 0, expression)
			}
		})
	}
}
