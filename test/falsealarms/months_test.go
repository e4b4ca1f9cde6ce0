package falsealarms

import (
	"flag"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/internal/window"
)

var full = flag.Bool("full", false, "TestMonths: all scenarios in full length, and their table, instead of three short ones; takes 20 to 40 minutes on two cores")

// bounds are what a scenario must show.
type bounds struct {
	// falseFeatures is how many features our rule may ever call in the good month, falseAlerts how many for half an hour.
	falseFeatures, falseAlerts int
	// foundIn is how long our rule may take to call a feature that drifted; 0 = it need not find it.
	foundIn time.Duration
	// usualFeatures is how many features PSI > 0.2 calls at least in the good month.
	usualFeatures int
}

type expected struct {
	scenario
	bounds
}

const day = 24 * time.Hour

// short are scenarios for every day: the same rhythms, fewer events.
func short() []expected {
	return []expected{
		{scenario{name: "daily rhythm, 400/h", length: time.Hour, perHour: 400, features: 6, daily: true, reference: 21, steady: 5, drifting: 2, shift: 0.5, seed: 1},
			bounds{falseFeatures: 1, foundIn: 3 * time.Hour, usualFeatures: 6}},
		{scenario{name: "daily and weekly rhythm and traffic, 50/h", length: day, perHour: 50, features: 10, daily: true, weekly: true, traffic: true, reference: 56, steady: 20, drifting: 5, shift: 0.5, seed: 2},
			bounds{foundIn: 2 * day}},
		{scenario{name: "no rhythm, 50/h", length: day, perHour: 50, features: 10, reference: 56, steady: 20, drifting: 5, shift: 0.5, seed: 3},
			bounds{foundIn: 2 * day}},
	}
}

// months are the scenarios of docs/false-alarms.md.
func months() []expected {
	month := func(s scenario, b bounds) expected {
		s.features, s.reference, s.steady, s.drifting, s.shift, s.seed = 20, 56, 30, 30, 0.5, 7
		return expected{s, b}
	}
	return []expected{
		month(scenario{name: "daily rhythm, 1000/h", length: time.Hour, perHour: 1000, daily: true}, bounds{falseFeatures: 0, foundIn: 2 * time.Hour, usualFeatures: 20}),
		month(scenario{name: "daily and weekly rhythm and traffic, 1000/h", length: time.Hour, perHour: 1000, daily: true, weekly: true, traffic: true}, bounds{falseFeatures: 10, foundIn: day, usualFeatures: 20}),
		month(scenario{name: "the same, 50/h", length: day, perHour: 50, daily: true, weekly: true, traffic: true}, bounds{foundIn: 2 * day}),
		month(scenario{name: "the same, 10/h", length: day, perHour: 10, daily: true, weekly: true, traffic: true}, bounds{falseFeatures: 5, falseAlerts: 5, foundIn: 3 * day}),
		month(scenario{name: "the same, 5/h", length: 7 * day, perHour: 5, daily: true, weekly: true, traffic: true}, bounds{foundIn: 8 * day}),
		month(scenario{name: "no rhythm, 50/h", length: day, perHour: 50}, bounds{foundIn: 2 * day}),
		month(scenario{name: "heavy tails (Student's t, 2 degrees), 1000/h", length: day, perHour: 1000, heavyTails: true}, bounds{foundIn: 2 * day}),
		month(scenario{name: "wanders for days, 50/h", length: day, perHour: 50, wander: true}, bounds{falseFeatures: 10, falseAlerts: 10}),
	}
}

// TestMonths replays a month without drift and one with drift, and counts what each rule calls.
func TestMonths(t *testing.T) {
	scenarios := short()
	if *full {
		scenarios = months()
	}
	var rows, variations []row
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			h := s.replay(t)
			require.Len(t, h.features(), s.features)
			of := s.judgeAll(h, rules())
			rows = append(rows, of...)
			ours, usual := of[0], of[1]
			// Nothing is left out, nothing is said twice.
			every := window.SuggestEvery(s.length)
			assert.Equal(t, s.features*int((time.Duration(s.steady)*day-s.length)/every+1), ours.good.windows)
			assert.Equal(t, s.features*int((time.Duration(s.drifting)*day-s.length)/every+1), ours.drifted.windows)

			assert.LessOrEqual(t, ours.good.ever, s.falseFeatures, "features that are called in a good month")
			assert.LessOrEqual(t, ours.good.alerting, s.falseAlerts, "features that are called for half an hour in a good month")
			assert.Zero(t, s.judge(h, shares).good.called, "shares that are called in a good month: nothing is missing")
			if s.foundIn > 0 {
				assert.LessOrEqual(t, ours.slowest(), s.foundIn, "until the last of the features is called")
			}
			assert.GreaterOrEqual(t, usual.good.ever, s.usualFeatures, "features that PSI > 0.2 calls in a good month")

			// What is published is enough to make the verdict.
			of = s.judgeAll(h, variants())
			variations = append(variations, of...)
			assert.Equal(t, ours.good, of[0].good)
			assert.Equal(t, ours.drifted, of[0].drifted)
			assert.Equal(t, ours.first, of[0].first)
		})
	}
	if *full {
		writeTable(os.Stdout, rows)
		writeTable(os.Stdout, variations)
	}
	for _, r := range rows {
		t.Log(r)
	}
}
