package localprometheusexporter

import (
	"context"
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// listed iterates over given samples.
type listed struct {
	chunkenc.Iterator
	t []int64
	v []float64
	i int
}

func newListed(t []int64, v []float64) *listed { return &listed{t: t, v: v, i: -1} }

func (l *listed) kind() chunkenc.ValueType {
	if l.i < len(l.t) {
		return chunkenc.ValFloat
	}
	return chunkenc.ValNone
}

func (l *listed) Next() chunkenc.ValueType {
	l.i = min(l.i+1, len(l.t))
	return l.kind()
}

func (l *listed) Seek(t int64) chunkenc.ValueType {
	for l.i = max(l.i, 0); l.i < len(l.t) && l.t[l.i] < t; l.i++ {
	}
	return l.kind()
}

func (l *listed) At() (int64, float64) { return l.t[l.i], l.v[l.i] }
func (*listed) Err() error             { return nil }

type point struct {
	t int64
	v float64
}

// filled is what a heldIterator should give, worked out the simple way.
func filled(t []int64, v []float64, hold, step int64) []point {
	var all []point
	for i := range t {
		all = append(all, point{t[i], v[i]})
		if value.IsStaleNaN(v[i]) {
			continue
		}
		for at := t[i] + step; at <= t[i]+hold && (i+1 == len(t) || at < t[i+1]); at += step {
			all = append(all, point{at, v[i]})
		}
	}
	return all
}

// TestHeld: iterating and seeking give the same samples, those that are stored and those that hold in between.
func TestHeld(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var times []int64
		var values []float64
		at := int64(0)
		for i, gap := range rapid.SliceOfN(rapid.Int64Range(1, 60), 0, 20).Draw(t, "gaps") {
			at += gap
			times = append(times, at)
			values = append(values, float64(i))
			if rapid.IntRange(0, 9).Draw(t, "stale") == 0 {
				values[i] = math.Float64frombits(value.StaleNaN)
			}
		}
		hold, step := rapid.Int64Range(1, 40).Draw(t, "hold"), rapid.Int64Range(1, 20).Draw(t, "step")
		expected := filled(times, values, hold, step)
		same := func(p point, it chunkenc.Iterator) bool {
			at, v := it.At()
			return at == p.t && it.AtT() == p.t && math.Float64bits(v) == math.Float64bits(p.v)
		}

		it := &heldIterator{inner: newListed(times, values), hold: hold, step: step}
		for _, p := range expected {
			require.Equal(t, chunkenc.ValFloat, it.Next())
			require.True(t, same(p, it))
		}
		require.Equal(t, chunkenc.ValNone, it.Next())
		require.Equal(t, chunkenc.ValNone, it.Seek(at+1000))

		it = &heldIterator{inner: newListed(times, values), hold: hold, step: step}
		current := -1
		for range 10 {
			if rapid.Bool().Draw(t, "next") {
				current++
				it.Next()
			} else {
				to := rapid.Int64Range(0, at+50).Draw(t, "to")
				for current = max(current, 0); current < len(expected) && expected[current].t < to; current++ {
				}
				it.Seek(to)
			}
			if current >= len(expected) {
				require.Equal(t, chunkenc.ValNone, it.Next())
				return
			}
			require.True(t, same(expected[current], it), "%v", expected[current])
		}
	})
}

func TestHoldOf(t *testing.T) {
	for window, hold := range map[string]time.Duration{"": 0, "soon": 0, "1h": 150 * time.Second, "24h": time.Hour, "7d": 7 * time.Hour, "30d": 12 * time.Hour} {
		assert.Equal(t, hold.Milliseconds(), holdOf(window), window)
	}
}

// TestHeldQueries: what holds is there for queries at any time and step; what is of no window, or of a short one, is as ever.
func TestHeldQueries(t *testing.T) {
	r := start(t, testConfig(t))
	begin := time.Now().Add(-100 * 24 * time.Hour).Truncate(time.Hour)
	for i := range 4 {
		at := begin.Add(time.Duration(i) * 6 * time.Hour)
		r.send(gauge("m", "", float64(i), map[string]any{"ml.window": "7d"}, at))
		r.send(gauge("m", "", float64(i), map[string]any{"ml.window": "1h"}, at))
		r.send(gauge("m", "", float64(i), nil, at))
	}
	assert.Equal(t, map[string]string{"": "1", "1h": "1", "7d": "1"}, r.query("m", begin.Add(6*time.Hour), windowLabel))
	assert.Equal(t, map[string]string{"7d": "0"}, r.query("m", begin.Add(5*time.Hour+59*time.Minute), windowLabel))
	assert.Equal(t, map[string]string{"7d": "3"}, r.query("m", begin.Add(24*time.Hour+55*time.Minute), windowLabel))
	assert.Empty(t, r.query("m", begin.Add(26*time.Hour), windowLabel), "an hour and a bit after the last window")
	engine := promql.NewEngine(promql.EngineOpts{MaxSamples: 1e6, Timeout: time.Minute, LookbackDelta: 5 * time.Minute})
	query, err := engine.NewRangeQuery(context.WithoutCancel(t.Context()), held{r.db, 4 * time.Minute, r.db.Head()}, nil, `m{ml_window="7d"}`, begin.Add(-time.Hour), begin.Add(48*time.Hour), 10*time.Minute)
	require.NoError(t, err)
	defer query.Close()
	matrix, err := query.Exec(t.Context()).Matrix()
	require.NoError(t, err)
	require.Len(t, matrix, 1)
	assert.Equal(t, labels.FromStrings("__name__", "m", windowLabel, "7d"), matrix[0].Metric)
	assert.Len(t, matrix[0].Floats, 25*6+1, "18 hours, seven more, and the last value's five minutes do not reach the next step")
}

// TestLabelsOfAReplay: pickers find what came out of order, beside what is of now, in a range of time that has only the former;
// and nothing in one that has neither.
func TestLabelsOfAReplay(t *testing.T) {
	r := start(t, storeAlone(t))
	now := time.Now()
	then := now.Add(-40 * 24 * time.Hour)
	r.send(gauge("ml.feature.drift.psi", "", 0.1, map[string]any{"ml.model.name": "live"}, now))
	r.send(gauge("ml.feature.drift.psi", "", 0.1, map[string]any{"ml.model.name": "replayed", "ml.segment.country": "DE"}, then))
	in := []string{"match[]", "ml_feature_drift_psi", "start", seconds(then.Add(-time.Hour)), "end", seconds(then.Add(time.Hour))}
	for path, want := range map[string]string{"label/ml_model_name/values": "replayed", "labels": "ml_segment_country"} {
		var found []string
		require.NoError(t, json.Unmarshal(r.get("/api/v1/"+path, in...), &found))
		require.Contains(t, found, want, path)
	}
	for _, neither := range []time.Time{then.Add(-48 * time.Hour), now.Add(48 * time.Hour)} {
		var found []string
		require.NoError(t, json.Unmarshal(r.get("/api/v1/label/ml_model_name/values", "start", seconds(neither), "end", seconds(neither.Add(time.Hour))), &found))
		require.Empty(t, found, neither)
	}
}
