//go:build integration

package alerting

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/rules"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Where no minute counts, samples are taken as often as an hour's window moves, and rules evaluated every third time.
const (
	scrape = 5 * time.Minute
	seldom = 3 * scrape
)

// profiles makes a folder with the reference's profile.
func profiles(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "profiles")
	require.NoError(t, os.Mkdir(folder, 0o755))
	writeProfile(t, folder)
	return folder
}

// TestDriftAtAKnownTime: twelve of thirty features move at six in the morning of the second day. The alert of each window is on its way
// within two evaluations of the first window that crosses the limit, fires when that has lasted for as long as it asks, and
// not before. Fleet rules see it too.
func TestDriftAtAKnownTime(t *testing.T) {
	drift := monday.Add(30 * time.Hour)
	s := traffic{seed: 7, from: monday, to: drift.Add(75 * time.Minute), eventRate: rate, steady: currentMix, drift: drift}
	p := s.publish(t, profiles(t))
	crosses := p.crosses(t, "ml_model_drift_share_ratio", "1h", 0.3, monday)
	require.True(t, crosses.After(drift), "no drift before")
	require.False(t, crosses.After(drift.Add(time.Hour)), "an hour's window is all drift by then")

	e := newEvaluation(t)
	e.seldom(t, p, monday, drift)
	require.Empty(t, e.firing())
	psiAgrees(t, e, drift.Add(-seldom))
	for now := drift; !now.After(s.to.Add(-scrape)); now = now.Add(time.Minute) {
		e.step(t, p, now)
	}
	const evaluation = time.Minute
	pending := e.first(t, "LeewayDriftWidespread", rules.StatePending, "1h")
	firing := e.first(t, "LeewayDriftWidespread", rules.StateFiring, "1h")
	assert.WithinRange(t, pending, crosses, crosses.Add(2*evaluation))
	assert.WithinRange(t, firing, crosses.Add(15*time.Minute), crosses.Add(15*time.Minute+2*evaluation))
	t.Logf("drift %s, crosses %s, pending %s, firing %s", drift.Format("15:04"), crosses.Format("15:04"), pending.Format("15:04"), firing.Format("15:04"))
	for i := range 12 {
		e.first(t, "LeewayFeatureDrift", rules.StateFiring, `ml_feature_name="`+featureName(i)+`"`)
	}
	e.first(t, "LeewayFleetDriftWidespread", rules.StateFiring, "1h")
	for _, alert := range e.firing() {
		assert.Regexp(t, "alertname=\"Leeway(DriftWidespread|FeatureDrift|FleetDriftWidespread|FleetFeatureDrift)\"", alert)
		if i := strings.Index(alert, "ml_feature_name="); i >= 0 {
			assert.Less(t, alert[i:i+len(`ml_feature_name="f00"`)], `ml_feature_name="f12"`, "a feature that did not move")
		}
	}
}

// TestJointDriftAtAKnownTime: two features that went together go together in the opposite way, and each of them stays as it is. No
// statistic of a single feature sees it; the inputs together do, within the hour, and the alert names the two.
func TestJointDriftAtAKnownTime(t *testing.T) {
	flips := monday.Add(30 * time.Hour)
	s := traffic{seed: 8, from: monday, to: flips.Add(2 * time.Hour), eventRate: rate, steady: referenceMix, flips: flips}
	p := s.publish(t, profiles(t))
	// A window's first five minutes are a hundred events, and are not alerted on.
	crosses := p.crosses(t, "ml_joint_drift_detected", "1h", 1, monday.Add(time.Hour))
	require.WithinRange(t, crosses, flips.Add(time.Second), flips.Add(time.Hour))

	e := newEvaluation(t)
	e.seldom(t, p, monday, flips)
	require.Empty(t, e.firing())
	for now := flips; !now.After(s.to.Add(-scrape)); now = now.Add(time.Minute) {
		e.step(t, p, now)
	}
	firing := e.first(t, "LeewayJointDrift", rules.StateFiring, "1h")
	assert.WithinRange(t, firing, crosses.Add(30*time.Minute), crosses.Add(32*time.Minute))
	for _, alert := range e.firing() {
		assert.Contains(t, alert, `alertname="LeewayJointDrift"`)
	}
	last := s.to.Add(-scrape)
	for _, i := range []int{pairFirst, pairSecond} {
		of := fmt.Sprintf(`ml_joint_drift_contribution_ratio{ml_window="1h", ml_feature_name=%q}`, featureName(i))
		assert.Greater(t, e.value(t, of, last), 0.3, "each is to blame for about a half")
	}
	moved := fmt.Sprintf(`ml_joint_drift_pair_shift{ml_window="1h", ml_feature_name=%q, ml_feature_other=%q}`, featureName(pairFirst), featureName(pairSecond))
	assert.Less(t, e.value(t, moved, last), -1.0)
	assert.Zero(t, e.value(t, `max(max_over_time(ml_model_drift_share_ratio[2h]))`, last), "no single feature drifts")
	t.Logf("flips %s, crosses %s, firing %s", flips.Format("15:04"), crosses.Format("15:04"), firing.Format("15:04"))
}

// seldom goes through a time in long steps.
func (e *evaluation) seldom(t *testing.T, p published, from, to time.Time) {
	t.Helper()
	for now := from; now.Before(to); now = now.Add(scrape) {
		e.scrape(t, p, now)
		if now.Sub(from)%seldom == 0 {
			e.evaluate(t, now)
		}
	}
}

// psiAgrees: PromQL over roll-ups and the judge give one number for features of few bins, of which every five minutes are alike.
func psiAgrees(t *testing.T, e *evaluation, now time.Time) {
	t.Helper()
	for _, i := range []int{steadyNumber, steadyLetters} {
		feature := fmt.Sprintf(`{ml_feature_name=%q, ml_model_name=%q`, featureName(i), model)
		for _, window := range []string{"1h", "24h"} {
			judged := e.value(t, `ml_feature_drift_psi`+feature+`, ml_window="`+window+`"}`, now)
			fleet := e.value(t, `feature:ml_feature_drift_psi:fleet`+window+feature+`}`, now)
			assert.Greater(t, judged, 0.01)
			assert.InDelta(t, judged, fleet, 1e-9, "%s, %s", featureName(i), window)
		}
	}
}

// TestNoDriftNoAlert: ten replays of thirty hours without drift, of thirty features each, and nobody hears of them.
func TestNoDriftNoAlert(t *testing.T) {
	folder := profiles(t)
	for seed := range uint64(10) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := traffic{seed: 1000 + seed, from: monday, to: monday.Add(30*time.Hour + seldom), eventRate: rate, steady: referenceMix}
			p := s.publish(t, folder)
			e := newEvaluation(t)
			e.seldom(t, p, monday, s.to)
			assert.Empty(t, e.firing())
			// It was looked at: both windows, by the judge and by the fleet's rules.
			for _, expression := range []string{
				`count(ml_feature_drift_psi{ml_window="1h"})`, `count(ml_feature_drift_psi{ml_window="24h"})`,
				`count(feature:ml_feature_drift_detected:fleet1h)`, `count(feature_window:ml_feature_drift_detected:fleet{ml_window="24h"})`,
			} {
				assert.InDelta(t, features, e.value(t, expression, s.to.Add(-seldom)), 0, expression)
			}
			for _, window := range []string{"1h", "24h"} {
				assert.InDelta(t, 3, e.value(t, fmt.Sprintf(`count(ml_joint_drift_detected{ml_window=%q})`, window), s.to.Add(-seldom)), 0, "the inputs together")
			}
		})
	}
}

// crosses is the end of the first window, since a time, of which a statistic is at least the limit.
func (p published) crosses(t *testing.T, metric, window string, limit float64, since time.Time) time.Time {
	t.Helper()
	var first time.Time
	for _, l := range p {
		if l.labels.Get("__name__") != metric || l.labels.Get("ml_window") != window {
			continue
		}
		for _, at := range l.points {
			if at.value >= limit && at.at.After(since) && (first.IsZero() || at.at.Before(first)) {
				first = at.at
			}
		}
	}
	require.False(t, first.IsZero(), "%s of %s never crosses %v", metric, window, limit)
	return first
}

// first is when an alert was first in a state; part is of its labels.
func (e *evaluation) first(t *testing.T, alert string, state rules.AlertState, part string) time.Time {
	t.Helper()
	var first time.Time
	for series, at := range e.since[alert][state] {
		if strings.Contains(series, part) && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	require.False(t, first.IsZero(), "%s (%s) never was %s", alert, part, state)
	return first
}
