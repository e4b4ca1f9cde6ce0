package drift

import (
	"flag"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/profile"
)

// months to simulate of each case: go test ./judge/drift -run FalseAlarms -months 20 -v
var months = flag.Int("months", 1, "simulated months without drift, and as many with drift, of each case of TestFalseAlarms")

// What a month of a good feature, and one whose mean moved by half a standard deviation, look like to the rule, and to the
// rule that everybody uses. The reference is 56 days.
func TestFalseAlarms(t *testing.T) {
	hour, day := simulatedWindow{"1h", 1, 1}, simulatedWindow{"24h", 24, 1}
	for name, test := range map[string]struct {
		simulation
		cycle    profile.Cycle
		window   simulatedWindow
		power    float64 // at least this share of windows is called after the shift
		usualBad float64 // PSI > 0.2 against the whole reference calls at least this share of good windows
	}{
		"daily rhythm, 1000 an hour":                        {simulation{daily: true, perHour: 1000}, profile.Day, hour, 0.95, 0.5},
		"daily and weekly rhythm and traffic, 1000 an hour": {simulation{daily: true, weekly: true, traffic: true, perHour: 1000}, profile.Week, hour, 0.75, 0.5},
		"daily and weekly rhythm and traffic, 50 an hour":   {simulation{daily: true, weekly: true, traffic: true, perHour: 50}, profile.Week, day, 0.9, 0},
		"no rhythm, 50 an hour":                             {simulation{perHour: 50}, profile.Steady, day, 0.99, 0},
		"no rhythm, 50 an hour, by hour of the week anyway": {simulation{perHour: 50}, profile.Week, day, 0.99, 0},
		"heavy tails, 1000 an hour":                         {simulation{heavy: true, perHour: 1000}, profile.Steady, day, 0.99, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && test.perHour > 100 {
				t.Skip("millions of events")
			}
			t.Parallel()
			ours, err := New(DefaultConfig())
			require.NoError(t, err)
			cfg := DefaultConfig()
			cfg.SameHours = false
			usual, err := New(cfg)
			require.NoError(t, err)

			s := test.simulation
			s.random = rand.New(rand.NewPCG(2, 0))
			var bad, good outcome
			var usualBad int
			for range *months {
				r := s.learn(56*24, test.cycle, ours, []simulatedWindow{test.window})
				require.GreaterOrEqual(t, r.variable().Limits[test.window.name]["psi"].Chunks, 50)
				o, _ := r.watch(&s, ours, test.window, 0)
				bad.add(o)
				_, psi := r.watch(&s, usual, test.window, 0)
				for _, x := range psi {
					if x > 0.2 {
						usualBad++
					}
				}
				o, _ = r.watch(&s, ours, test.window, 0.5)
				good.add(o)
			}
			usually := float64(usualBad) / float64(bad.windows)
			t.Logf("called without drift: %.4f (PSI > 0.2: %.3f), after a shift: %.3f; %d windows", bad.share(), usually, good.share(), bad.windows)
			if *months == 1 {
				assert.Zero(t, bad.called, "false alarms")
			}
			assert.LessOrEqual(t, bad.share(), 0.001)
			assert.GreaterOrEqual(t, good.share(), test.power)
			assert.GreaterOrEqual(t, usually, test.usualBad)
		})
	}
}

func (o *outcome) add(other outcome) {
	o.windows, o.called = o.windows+other.windows, o.called+other.called
}
