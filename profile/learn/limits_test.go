package learn

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/leeway-ml/leeway/judge/drift"
	"github.com/leeway-ml/leeway/profile"
)

// weeks is a month with a daily rhythm, 20 predictions an hour, of which one day is unlike the others.
func weeks(t *testing.T, o Options, days, oddDay int) *profile.Profile {
	t.Helper()
	o.Duration = time.Duration(days) * 24 * time.Hour
	m := New("fraud", "3", o)
	r := rand.New(rand.NewPCG(1, 1))
	for h := range days*24 + 2 {
		var events []event
		for i := range 20 {
			e := event{at: time.Duration(h) * time.Hour, inputs: map[string]any{"x": 50 + float64(h%24) + 3*r.NormFloat64(), "y": []string{"a", "b"}[i%2]}, class: "0", score: 0.5}
			if h/24 == oddDay {
				e.inputs["x"] = nil
				e.inputs["y"] = "b"
			}
			events = append(events, e)
		}
		feed(t, m, summarise(events)...)
	}
	period, ok := m.Finished(wall)
	require.True(t, ok)
	p, err := m.Profile(period, wall)
	require.NoError(t, err)
	return p
}

func TestChunks(t *testing.T) {
	for _, days := range []int{2, 28} { // without and with a rhythm
		o := options()
		o.Windows = []string{"1h", "24h", "7d"}
		seen := map[uint64]int{}
		var all uint64
		o.Stray = func(v *profile.Variable, counts []uint64, missing uint64, rest profile.Reference) map[string]float64 {
			if v.Name != "x" {
				return nil
			}
			n := sum(counts)
			seen[n+missing]++
			all += n
			var shares float64
			for _, s := range rest.Shares {
				shares += s
			}
			assert.InDelta(t, 1, shares, 1e-9)
			if days == 2 {
				assert.InDelta(t, float64(days*480)-float64(n), rest.Size, 1e-6, "the rest, without the chunk")
			}
			return map[string]float64{"observed": float64(n), "lost": float64(missing)}
		}
		p := weeks(t, o, days, -1)
		want := map[uint64]int{20: days * 24, 480: 4*(days-1) + 1} // a day begins every six hours
		if days == 28 {
			// A week begins every 42 hours since the epoch, a Thursday, and from Monday the fifth on 12 are whole; one more is
			// so but for its last twelve hours.
			want[3360], want[20*156] = 12, 1
		}
		assert.Equal(t, want, seen)
		assert.Equal(t, profile.Limit{Greatest: 480, Chunks: days}, p.Feature("x").Limits["24h"]["observed"])
		assert.Equal(t, profile.Limit{Greatest: 0, Chunks: days * 24}, p.Feature("x").Limits["1h"]["lost"])
	}
}

func TestLimitsByTheJudge(t *testing.T) {
	judge, err := drift.New(drift.DefaultConfig())
	require.NoError(t, err)
	o := options()
	o.Windows, o.Stray = []string{"24h"}, judge.Stray
	calm := weeks(t, o, 28, -1)
	odd := weeks(t, o, 28, 13)

	limit := calm.Feature("x").Limits["24h"]["psi"]
	assert.Equal(t, 28, limit.Chunks)
	assert.Less(t, limit.Greatest, 0.1, "the rhythm is not drift")
	assert.Less(t, calm.Feature("y").Limits["24h"]["psi"].Greatest, 0.01)
	assert.Greater(t, odd.Feature("y").Limits["24h"]["psi"].Greatest, 1.0)
	assert.Equal(t, 28, odd.Feature("y").Limits["24h"]["psi"].Chunks)
	assert.Equal(t, 27, odd.Feature("x").Limits["24h"]["psi"].Chunks, "a chunk without values says nothing")
}

func TestStepOf(t *testing.T) {
	for hours, want := range map[int64]int64{1: 1, 2: 1, 3: 1, 6: 2, 10: 2, 12: 3, 24: 6, 168: 42} {
		assert.Equal(t, want, stepOf(hours), "%d hours", hours)
	}
}

func TestParseWindow(t *testing.T) {
	for name, want := range map[string]int64{"1h": 1, "24h": 24, "7d": 168, "60m": 1} {
		got, err := ParseWindow(name)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	for _, name := range []string{"", "d", "5m", "90m", "-1h", "0d", "week"} {
		_, err := ParseWindow(name)
		assert.ErrorContains(t, err, "write it as 1h, 24h or 7d", name)
	}
}

// Three weeks of 1000 predictions an hour, ten features.
func BenchmarkThreeWeeks(b *testing.B) {
	judge, err := drift.New(drift.DefaultConfig())
	require.NoError(b, err)
	o := options()
	o.MaxSize, o.Windows, o.Stray = 1<<40, []string{"1h", "24h", "7d"}, judge.Stray
	m := New("fraud", "3", o)
	r := rand.New(rand.NewPCG(1, 1))
	var batches [][]event
	for range 5 {
		var events []event
		for range 1000 {
			e := event{inputs: map[string]any{}, class: "0", score: r.Float64()}
			for f := range 10 {
				e.inputs[string(rune('a'+f))] = 100 + 10*r.NormFloat64()
			}
			events = append(events, e)
		}
		batches = append(batches, events)
	}
	hours := int64(21 * 24)
	for h := range hours {
		for _, s := range summarise(batches[h%5]) {
			s.Hours[0].Hour = hourOf(0) + h
			m.Observe(&s, wall)
		}
	}
	for b.Loop() {
		if _, err := m.Profile(Period{hourOf(0), hourOf(0) + hours}, wall); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(m.Size())/10/float64(hours), "B/feature-hour")
}
