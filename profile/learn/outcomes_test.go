package learn

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/judge/outcome"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// outcomesOf are the increments that such outcomes make.
func outcomesOf(c *outcome.Counter, hour int) []summary.Series {
	series := outcome.Series(c.Series())
	for i := range series {
		series[i].Hours = []summary.HourCount{{Hour: hourOf(time.Duration(hour) * time.Hour), Count: 1}}
	}
	return series
}

// restarted is the model out of what it would have stored, all of which is still to be stored.
func restarted(t *testing.T, m *Model) *Model {
	t.Helper()
	all, _ := m.Changes()
	require.Len(t, all, len(m.Hours()))
	again := New(m.Name, m.Version, m.options)
	for at, packed := range all {
		require.NoError(t, again.Restore(at, packed, wall))
	}
	again.Redo(all, nil)
	return again
}

// A learned profile has the outcomes of its period, whatever the parts they came in, before and after a restart.
func TestOutcomesAreLearned(t *testing.T) {
	var whole outcome.Counter
	m := New("m", "1", options())
	for hour := range 4 {
		hourly(t, m, hour, 60)
		for part := range 3 {
			var c outcome.Counter
			for i := range 20 {
				score := float64((i*7+part*5+hour)%32) / 32
				truth := []string{"1", "0"}[(i+part)%2]
				c.AddBinary("1", "0", "", truth, score)
				if hour < 2 {
					whole.AddBinary("1", "0", "", truth, score)
				}
			}
			feed(t, m, outcomesOf(&c, hour)...)
		}
		m = restarted(t, m)
	}
	p, err := m.Profile(periodOf(0, 2), wall)
	require.NoError(t, err)
	want := whole.Series()
	require.Len(t, p.Outcomes, len(want))
	for i := range want {
		assert.Equal(t, want[i].Metric, p.Outcomes[i].Metric)
		assert.Equal(t, want[i].Attributes, p.Outcomes[i].Attributes)
		assert.Equal(t, want[i].Sum, p.Outcomes[i].Sum)
		if h := want[i].Histogram; h != nil {
			assert.Equal(t, h.Count, p.Outcomes[i].Histogram.Count)
			assert.InDelta(t, h.Sum, p.Outcomes[i].Histogram.Sum, 1e-9)
		}
		if e := want[i].Exponential; e != nil {
			assert.Equal(t, counts(e), counts(p.Outcomes[i].Exponential))
		}
	}
	assert.Equal(t, uint64(120), p.OutcomeRows())
	assert.Equal(t, uint64(120), p.Provenance.Rows, "outcomes are no predictions")
}

func counts(e *profile.OutcomeExponential) (n uint64) {
	for _, c := range e.Positive {
		n += c
	}
	return n + e.Zero
}

func TestOutcomesAreBounded(t *testing.T) {
	m := New("m", "1", options())
	hourly(t, m, 0, 60)
	of := func(class string) *summary.Series {
		return &summary.Series{
			Metric: semconv.MetricOutcomes, Sum: 1, Hours: []summary.HourCount{{Hour: hourOf(0), Count: 1}},
			Attributes: []summary.Attribute{{Key: semconv.AttrGroundTruthClass, Value: class}, {Key: semconv.AttrPredictionClass, Value: class}},
		}
	}
	for i := range maxOutcomes {
		require.Equal(t, Taken, m.Observe(of(strconv.Itoa(i)), wall))
	}
	assert.Equal(t, OutcomeLimit, m.Observe(of("one more"), wall))
	assert.Equal(t, Taken, m.Observe(of("0"), wall))
	assert.Equal(t, Irrelevant, m.Observe(of(strings.Repeat("x", 1000)), wall))
	hourly(t, m, 0, 1) // features have room of their own
	p, err := m.Profile(periodOf(0, 1), wall)
	require.NoError(t, err)
	assert.Len(t, p.Outcomes, maxOutcomes)
}
