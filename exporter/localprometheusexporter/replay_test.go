package localprometheusexporter

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/confighttp"
)

const driftRules = `
groups:
  - name: models
    interval: 1m
    rules:
      - record: leeway:share:limit
        expr: vector(0.3)
      - alert: Drift
        expr: ml_model_drift_share_ratio > on () group_left () leeway:share:limit
        for: 30m
        labels: {severity: critical}
        annotations: {summary: "{{ $labels.ml_window }}"}
  - name: collectors
    interval: 1m
    rules:
      - alert: Gone
        expr: absent(otelcol_x)
`

// TestReplay: a replayed history raises, in event time, the alerts that the live run would have; the rules about the collector
// go on in wall time. Statistics of 24h come once an hour in a replay, and hold in between.
func TestReplay(t *testing.T) {
	config := testConfig(t)
	config.Rules.Directory = rulesDirectory(t, driftRules)
	config.Rules.ReplayInterval = 15 * time.Minute
	am := newAlertmanager(t)
	client := confighttp.NewDefaultClientConfig()
	client.Endpoint = am.URL + "/am"
	config.Alertmanagers = []confighttp.ClientConfig{client}
	r := start(t, config)
	begin := time.Now().Add(-60 * 24 * time.Hour).Truncate(time.Hour)
	share := func(from, to int, value float64) {
		for hour := from; hour < to; hour++ {
			r.send(gauge("ml.model.drift.share", "1", value, map[string]any{"ml.window": "24h"}, begin.Add(time.Duration(hour)*time.Hour)))
		}
	}
	replayed := func(until time.Time) {
		require.EventuallyWithT(t, func(c *assert.CollectT) {
			assert.Len(c, r.query("leeway:share:limit", until, "__name__"), 1, "rules are evaluated up to %s", until)
		}, time.Minute, 50*time.Millisecond)
	}
	share(0, 48, 0)
	share(48, 72, 0.5)
	share(72, 96, 0)
	end := begin.Add(95 * time.Hour)
	replayed(end)
	crossed := begin.Add(48 * time.Hour)
	state := func(hours float64) map[string]string {
		return r.query(`ALERTS{alertname="Drift"}`, begin.Add(time.Duration(hours*float64(time.Hour))), "alertstate")
	}
	assert.Empty(t, state(47.9))
	assert.Equal(t, map[string]string{"pending": "1"}, state(48.1))
	assert.Equal(t, map[string]string{"firing": "1"}, state(48.6), "30 minutes later")
	assert.Equal(t, map[string]string{"firing": "1"}, state(71.9))
	assert.Empty(t, state(73))
	assert.Empty(t, r.firing("Drift"), "it is over")
	assert.Len(t, r.query("ml_model_drift_share_ratio", crossed.Add(47*time.Minute), "ml_window"), 1, "the value of an hour holds for the hour")
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		assert.Len(c, r.firing("Gone"), 1)
	}, time.Minute, 50*time.Millisecond)
	assert.WithinDuration(t, time.Now(), r.firing("Gone")[0], 5*time.Minute)

	share(96, 98, 0.9)
	replayed(begin.Add(97 * time.Hour))
	require.Len(t, r.firing("Drift"), 1, "now, in the replay, it fires")
	assert.WithinDuration(t, begin.Add(96*time.Hour), r.firing("Drift")[0], 15*time.Minute)
	require.Eventually(t, func() bool { return am.got("Gone") }, time.Minute, 50*time.Millisecond)
	assert.False(t, am.got("Drift"), "alerts of the past call nobody")

	r.send(gauge("ml.model.drift.share", "1", 0, map[string]any{"ml.window": "24h"}, time.Now()))
	require.Eventually(t, func() bool { return len(r.firing("Drift")) == 0 }, time.Minute, 50*time.Millisecond, "alerts of the past are none of today")
}

// firing are the times since when the alert is active.
func (r *rig) firing(name string) []time.Time {
	var alerts struct {
		Alerts []struct {
			Labels   map[string]string
			State    string
			ActiveAt time.Time
		}
	}
	data := r.get("/api/v1/alerts")
	require.NoError(r.t, json.Unmarshal(data, &alerts), string(data))
	var since []time.Time
	for _, a := range alerts.Alerts {
		if a.Labels["alertname"] == name && a.State == "firing" {
			since = append(since, a.ActiveAt)
		}
	}
	return since
}

// TestClock: it is event time while a replay is under way, and wall time else.
func TestClock(t *testing.T) {
	start := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	now := start
	c := &clock{now: func() time.Time { return now }}
	assert.Equal(t, reading{now: now}, c.read(), "nothing yet")
	c.stored(start.Add(-3*time.Minute), start.Add(-2*time.Minute))
	assert.Equal(t, reading{now: now}, c.read(), "live")
	now = now.Add(time.Hour)
	old := now.Add(-1000 * time.Hour)
	c.stored(old, old.Add(time.Hour))
	assert.Equal(t, reading{now: old.Add(time.Hour), replayFrom: old}, c.read(), "what came before is long over")
	c.stored(old, old.Add(-time.Hour))
	c.stored(old.Add(time.Hour), old.Add(9*time.Hour))
	assert.Equal(t, reading{now: old.Add(9 * time.Hour), replayFrom: old}, c.read())
	now = now.Add(quiet + time.Second)
	assert.Equal(t, reading{now: now}, c.read(), "the replay is over")
	c.stored(old, old)
	assert.Equal(t, reading{now: old, replayFrom: old}, c.read(), "another one")
	c.stored(now.Add(-time.Minute), now.Add(-time.Minute))
	assert.Equal(t, reading{now: now}, c.read(), "it has caught up")
	c.stored(old, old)
	assert.Equal(t, reading{now: now}, c.read(), "one model is replayed while others are live")
}
