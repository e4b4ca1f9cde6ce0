package change

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/profile"
)

const week = 7 * day

// labelled is a log of predictions, joined with its labels: the reference, and all of it.
func labelled(t testing.TB, name string, add func(row map[string]string, label string) func(c *outcome.Counter)) (ref, all stream) {
	labels := map[string]string{}
	for _, row := range rows(t, name+"_truth.csv.gz") {
		labels[row["prediction_id"]] = row["label"]
	}
	for _, row := range rows(t, name+"_predictions.csv.gz") {
		label, ok := labels[row["prediction_id"]]
		if !ok {
			continue
		}
		at, err := time.Parse(time.RFC3339, row["timestamp"])
		require.NoError(t, err)
		o := told{at, add(row, label)}
		all = append(all, o)
		if row["split"] == "reference" {
			ref = append(ref, o)
		}
	}
	byTime := func(a, b told) int { return a.at.Compare(b.at) }
	slices.SortStableFunc(ref, byTime)
	slices.SortStableFunc(all, byTime)
	return ref, all
}

// episode is a time through which a change was detected.
type episode struct {
	from, to time.Time // the first and the last window's end
	first    verdict
}

// episodes of a week's windows over the stream, as model_statistics judges them.
func (s stream) episodes(t testing.TB, j *Judge, p *profile.Profile, loss string) (all []episode, judged int) {
	const every = 6 * time.Hour
	panes, open := s.panes(every), false
	for end := s[0].at.Truncate(every).Add(every); end.Before(s[len(s)-1].at); end = end.Add(every) {
		v, ok := verdicts(t, j.Judge(windowOf(j, "7d", week, end, panes), p))[loss]
		switch {
		case !ok || v.detected == 0:
			open = false
		case !open:
			all, open = append(all, episode{end, end, v}), true
		default:
			all[len(all)-1].to = end
		}
		if ok {
			judged++
		}
	}
	return all, judged
}

// Elec2's errors come in runs, of days, and so do those of its reference, whose worst week was wrong 42 times in 100: against that, nothing in the two years after
// is a change. Against the days before, it is when a third or more begin to be wrong, of a fifth or less.
func TestElec2(t *testing.T) {
	ref, all := labelled(t, "elec2", func(row map[string]string, label string) func(*outcome.Counter) {
		score, predicted := number(t, row["predicted_probability"]), row["predicted_class"]
		return func(c *outcome.Counter) { c.AddBinary("UP", "DOWN", predicted, label, score) }
	})
	j := newJudge(t, nil)
	lengths := map[string]time.Duration{"1h": time.Hour, "24h": day, "7d": week}
	found, judged := all.episodes(t, j, profileOf(profile.Binary, "UP", ref, lengths), "error")
	t.Logf("against the reference: %d windows", judged)
	assert.Greater(t, judged, 3000)
	assert.Empty(t, found)

	found, judged = all.episodes(t, j, nil, "error")
	t.Logf("against the days before: %d windows", judged)
	for _, e := range found {
		t.Logf("%v to %v: %.3f, before %.3f", e.from, e.to, e.first.after, e.first.before)
		assert.Greater(t, e.first.after, 1.9*e.first.before, e.from)
	}
	assert.NotEmpty(t, found)
	assert.LessOrEqual(t, len(found), 12)
}

// The errors of bike sharing's model grow with the demand in 2012. In the reference and the rest of 2011 there is no change.
func TestBikeSharing(t *testing.T) {
	ref, all := labelled(t, "bike_sharing", func(row map[string]string, label string) func(*outcome.Counter) {
		value, truth := number(t, row["predicted_value"]), number(t, label)
		return func(c *outcome.Counter) { c.AddRegression(value, truth, -1) }
	})
	p := profileOf(profile.Regression, "", ref, map[string]time.Duration{"1h": time.Hour, "24h": day, "7d": week})
	for _, loss := range []string{"absolute", "squared"} {
		found, judged := all.episodes(t, newJudge(t, func(c *Config) { c.Losses = []string{loss} }), p, loss)
		t.Logf("%s: %d windows", loss, judged)
		var longest time.Duration
		for _, e := range found {
			t.Logf("%v to %v: %.4g, before %.4g", e.from, e.to, e.first.after, e.first.before)
			assert.Greater(t, e.first.after, 1.5*e.first.before, e.from)
			longest = max(longest, e.to.Sub(e.from))
		}
		require.NotEmpty(t, found, loss)
		assert.Equal(t, 2012, found[0].from.Year(), loss)
		assert.Greater(t, longest, 2*week, "in spring and in autumn it lasts")
	}
}
