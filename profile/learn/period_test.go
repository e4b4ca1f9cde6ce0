package learn

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hourly feeds n predictions in that hour.
func hourly(t *testing.T, m *Model, hour, n int) {
	t.Helper()
	events := make([]event, n)
	for i := range events {
		events[i] = event{at: time.Duration(hour) * time.Hour, inputs: map[string]any{"x": float64(hour)}, class: "0"}
	}
	feed(t, m, summarise(events)...)
}

func periodOf(from, to int) Period {
	return Period{hourOf(time.Duration(from) * time.Hour), hourOf(time.Duration(to) * time.Hour)}
}

func TestAnHourMustBeOver(t *testing.T) {
	o := options()
	m := New("m", "1", o)
	hourly(t, m, 0, 60)
	hourly(t, m, 1, 60)
	_, ok := m.Finished(wall)
	assert.False(t, ok, "hour 1 may go on")
	_, ok = m.Finished(wall.Add(time.Hour + o.Settle))
	assert.True(t, ok, "nothing came for an hour")
	hourly(t, m, 2, 1)
	_, ok = m.Finished(wall)
	assert.False(t, ok, "late events of hour 1 may come")
	period, ok := m.Finished(wall.Add(o.Settle))
	assert.True(t, ok)
	assert.Equal(t, periodOf(0, 2), period)
	hourly(t, m, 3, 1)
	_, ok = m.Finished(wall)
	assert.True(t, ok, "the next but one has begun")
}

func TestDurationPassesOverStrayEvents(t *testing.T) {
	o := options()
	o.Duration, o.MinObservations = 24*time.Hour, 100
	m := New("m", "1", o)
	hourly(t, m, -400000, 1) // 1980
	for h := range 30 {
		hourly(t, m, h, 10)
		period, ok := m.Finished(wall)
		assert.Equal(t, h >= 25, ok, h)
		if ok {
			assert.Equal(t, periodOf(0, 24), period)
		}
	}
}

func TestRefresh(t *testing.T) {
	o := options()
	o.Duration, o.Refresh = 48*time.Hour, 24*time.Hour
	m := New("m", "1", o)
	var periods []Period
	for h := range 130 {
		hourly(t, m, h, 10)
		if period, ok := m.Finished(wall); ok {
			p, err := m.Profile(period, wall)
			require.NoError(t, err)
			assert.Equal(t, uint64(480), p.Provenance.Rows)
			m.Advance(period)
			periods = append(periods, period)
		}
		assert.LessOrEqual(t, len(m.Hours()), 51, "hours that nobody needs are dropped")
	}
	assert.Equal(t, []Period{periodOf(0, 48), periodOf(24, 72), periodOf(48, 96), periodOf(72, 120)}, periods)

	// After a long silence, the latest grid point; what is too thin waits for the next.
	hourly(t, m, 1000, 5)
	_, ok := m.Finished(wall.Add(3 * time.Hour))
	assert.False(t, ok)
	for h := 1000; h < 1030; h++ {
		hourly(t, m, h, 10)
	}
	period, ok := m.Finished(wall)
	require.True(t, ok)
	assert.Equal(t, periodOf(960, 1008), period, "on the grid of days")
}

func TestLimits(t *testing.T) {
	o := options()
	o.MaxFeatures = 3
	m := New("m", "1", o)
	refused := 0
	for i := range 1000 {
		for _, s := range summarise([]event{{inputs: map[string]any{"f" + strconv.Itoa(i): 1.0}, class: "0"}}) {
			if m.Observe(&s, wall) == FeatureLimit {
				refused++
			}
		}
	}
	assert.Equal(t, 997, refused)

	o = options()
	o.MaxSize, o.Observations = 1<<16, 1<<40
	m = New("m", "1", o)
	refused = 0
	for i := range 20000 {
		for _, s := range summarise([]event{{at: time.Duration(i) * time.Hour, inputs: map[string]any{"x": float64(i)}, class: strconv.Itoa(i)}}) {
			if m.Observe(&s, wall) == MemoryLimit {
				refused++
			}
		}
	}
	assert.Positive(t, refused)
	assert.Less(t, m.Size(), int64(1<<17))
	period, ok := m.Finished(wall)
	require.True(t, ok, "a profile of what there was room for")
	p, err := m.Profile(period, wall)
	require.NoError(t, err)
	assert.Greater(t, p.Provenance.Rows, uint64(50))

	m = New("m", "1", options())
	for i := range maxBoundsSets {
		s := explicit(1, []float64{float64(i)}, []uint64{1, 2})
		assert.Equal(t, Taken, m.Observe(&s, wall))
	}
	s := explicit(1, []float64{99}, []uint64{1, 2})
	assert.Equal(t, OddBounds, m.Observe(&s, wall))
	s.Hours = nil
	assert.Equal(t, NoTime, m.Observe(&s, wall))
	s.Metric = "ml.feedback.score"
	assert.Equal(t, Irrelevant, m.Observe(&s, wall))
}
