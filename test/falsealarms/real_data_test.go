package falsealarms

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// realSet is a prediction log with a column split: reference, then production.
type realSet struct {
	file string
	// flags of leewayctl profile and replay; profileFlags are of profile alone.
	flags, profileFlags []string
	// start of the reference, and of the production that follows it.
	start, production time.Time
	wants             map[string]want
}

// want is what must be said of a feature in production.
type want struct {
	// least and most of the windows that our rule calls.
	least, most float64
	// from and to are the days in which the first window ends that our rule calls.
	from, to float64
	// usualLeast of the windows are called by PSI > 0.2, the first by the day usualBy.
	usualLeast, usualBy float64
}

// realSets: what comes and goes with the weather is not called, what changed is, and not on the first day. The bounds are around
// what ../shared/false_alarms/README.md found.
func realSets() []realSet {
	date := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	return []realSet{
		{
			file:  "bike_sharing_predictions",
			flags: []string{"--value-column", "predicted_value", "--exclude", "prediction_id,model_version,split,season,mnth,holiday,weekday,workingday,weathersit"},
			start: date(2011, 7, 1), production: date(2011, 10, 1),
			wants: map[string]want{
				"hum":       {from: inf, to: inf, usualLeast: 0.8, usualBy: 1},
				"windspeed": {from: inf, to: inf, usualLeast: 0.4, usualBy: 14},
				"hr":        {from: inf, to: inf, usualBy: inf},
				"temp":      {least: 0.4, most: 0.6, to: 45, usualLeast: 0.9, usualBy: 1},
				"atemp":     {least: 0.4, most: 0.6, to: 45, usualLeast: 0.9, usualBy: 1},
				prediction:  {least: 0.35, most: 0.55, to: 45, usualLeast: 0.4, usualBy: 7},
			},
		},
		{
			file: "elec2_predictions",
			flags: []string{"--class-column", "predicted_class", "--score-column", "predicted_probability",
				"--exclude", "prediction_id,model_version,split,day,period"},
			profileFlags: []string{"--positive-class", "UP"},
			start:        date(1996, 8, 5), production: date(1996, 11, 3),
			wants: map[string]want{
				"nswprice":  {least: 0.3, most: 0.7, from: 15, to: 18, usualLeast: 0.9, usualBy: 1},
				"nswdemand": {least: 0.05, most: 0.2, from: 48, to: 56, usualLeast: 0.6, usualBy: 1},
				// Constant until the markets were joined.
				"vicdemand": {least: 0.7, most: 0.8, from: 180, to: 185, usualLeast: 0.7, usualBy: 185},
				"vicprice":  {least: 0.7, most: 0.8, from: 180, to: 185, usualLeast: 0.7, usualBy: 185},
				"transfer":  {least: 0.7, most: 0.8, from: 180, to: 185, usualLeast: 0.7, usualBy: 185},
				prediction:  {least: 0.3, most: 0.7, from: 50, to: 100, usualLeast: 0.9, usualBy: 1},
			},
		},
	}
}

// inf stands for a first call that never comes, in days.
var inf = days(never)

func days(d time.Duration) float64 { return d.Hours() / 24 }

// TestRealData replays real prediction logs, judged over windows of seven days, every six hours.
func TestRealData(t *testing.T) {
	shared, err := filepath.Abs(filepath.Join("..", "..", "..", "shared", "data"))
	require.NoError(t, err)
	if _, err := os.Stat(shared); err != nil {
		t.Skip("needs ../shared beside the repository: real data")
	}
	for _, set := range realSets() {
		t.Run(set.file, func(t *testing.T) {
			h := set.replay(t, filepath.Join(shared, set.file+".csv.gz"))
			require.Len(t, h.features(), len(set.wants))
			for _, feature := range h.features() {
				want := set.wants[feature]
				share, first := set.judge(h, feature, ours)
				assert.GreaterOrEqual(t, share, want.least, feature)
				assert.LessOrEqual(t, share, want.most, feature)
				assert.GreaterOrEqual(t, first, want.from, feature)
				assert.LessOrEqual(t, first, want.to, feature)
				share, first = set.judge(h, feature, usual)
				assert.GreaterOrEqual(t, share, want.usualLeast, feature)
				assert.LessOrEqual(t, first, want.usualBy, feature)
				line := feature
				for _, r := range append(rules(), shares) {
					share, first := set.judge(h, feature, r)
					line += fmt.Sprintf(" | %s: %.1f %%", r.name, 100*share)
					if first < inf {
						line += fmt.Sprintf(", day %.2f", first)
					}
				}
				t.Log(line)
			}
		})
	}
}

// judge says which share of the windows that lie in production the rule calls, and on which day of production the first
// window ends that it calls, one that holds some of the reference included.
func (s realSet) judge(h history, feature string, r rule) (share, first float64) {
	reference := period{s.start, s.production, 7 * day}
	production := period{s.production, s.production.AddDate(10, 0, 0), 7 * day}
	return r.count(history{feature: h[feature]}, reference, production).share(), days(r.firstCall(h[feature], reference, production))
}

// replay makes the profile of the reference, sends everything, and returns what the collector said.
func (s realSet) replay(t *testing.T, path string) history {
	t.Helper()
	profiles := filepath.Join(t.TempDir(), "profiles")
	ctl(t, slices.Concat([]string{"profile", path, "--model", model, "--where", "split=reference", "--time-column", "timestamp", "--windows", "7d",
		"--output", filepath.Join(profiles, "model.json"), "--quiet"}, s.flags, s.profileFlags)...)
	p := startPipeline(t, profiles, "7d")
	ctl(t, slices.Concat([]string{"replay", path, "--model", model, "--time-column", "timestamp", "--endpoint", p.OTLPGRPC, "--quiet"}, s.flags)...)
	return p.published(t)
}
