package profilesextension

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"

	"github.com/leeway-ml/leeway/summary"
)

// increments are what n predictions in that hour add up to.
func increments(hour int64, n int) []summary.Series {
	hours := []summary.HourCount{{Hour: hour, Count: uint64(n)}}
	e := &summary.Exponential{}
	for i := range n {
		x := float64(1 + (int(hour)+i)%50)
		e.Merge(&summary.Exponential{Scale: 10, Sum: x, Min: x, Max: x, Positive: summary.Buckets{Offset: summary.BucketIndex(10, x), Counts: []uint64{1}}}, 160)
	}
	return []summary.Series{
		{Metric: "ml.predictions", Sum: float64(n), Hours: hours},
		{Metric: "ml.feature.value", Attributes: []summary.Attribute{{Key: "ml.feature.name", Value: "amount"}}, Exponential: e, Hours: hours},
	}
}

func (r *rig) observe(model, version string, hour int64, n int) {
	learner := r.Learner()
	for _, s := range increments(hour, n) {
		if learner.Wants(model, version) {
			learner.Observe(model, version, &s)
		}
	}
}

// learnRig learns from a hundred predictions; tests tick by themselves.
func learnRig(t *testing.T, change func(*LearnConfig), storage *component.ID, h host) *rig {
	r := newRig(t, func(c *Config) {
		l := c.Learn.GetOrInsertDefault()
		l.Observations, l.MinObservations = 100, 10
		l.CheckpointInterval = time.Hour
		if change != nil {
			change(l)
		}
		c.Storage = storage
	})
	r.now = func() time.Time { return time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC) }
	r.start(h)
	r.stop()
	r.background.Wait()
	return r
}

const day0 = 20000 * 24 // an hour

func TestLearnedProfileIsFrozen(t *testing.T) {
	ctx := context.Background()
	r := learnRig(t, nil, nil, nil)
	assert.True(t, r.Learner().Wants("fraud", "3"))
	before := r.Generation()
	for h := range int64(4) {
		r.observe("fraud", "3", day0+h, 40)
		r.observe("fraud", "4", day0+h, 1)
		r.learning.finish(ctx)
	}
	assert.Nil(t, r.Profile("fraud", "3"), "hour 2 brings the hundred; hour 3 has begun, hour 4 not")
	assert.Equal(t, int64(2), r.counter("otelcol_profiles_learning_models"))
	r.observe("fraud", "3", day0+4, 40)
	r.learning.finish(ctx)
	assert.Equal(t, uint64(120), r.rows("fraud", "3"), "whole hours")
	assert.Greater(t, r.Generation(), before)
	p := r.Profile("fraud", "3")
	assert.True(t, p.Provenance.Learned)
	assert.Equal(t, uint64(120), p.Feature("amount").Observed())
	assert.Nil(t, r.Profile("fraud", "4"), "each version learns its own")
	assert.False(t, r.Learner().Wants("fraud", "3"))

	for h := range int64(50) {
		r.observe("fraud", "3", day0+5+h, 40)
		r.learning.finish(ctx)
	}
	assert.Same(t, p, r.Profile("fraud", "3"), "frozen")
	assert.Equal(t, int64(1), r.counter("otelcol_profiles_learning_models"))
	assert.NotEmpty(t, r.said("learn without storage"))
}

func TestLearningSurvivesRestarts(t *testing.T) {
	ctx := context.Background()
	straight := learnRig(t, nil, nil, nil)
	for h := range int64(5) {
		straight.observe("fraud", "3", day0+h, 40)
	}
	straight.learning.finish(ctx)
	want := straight.Profile("fraud", "3")
	require.NotNil(t, want)

	file, id := fileStorage(t)
	for h := range int64(5) { // a restart after each hour
		r := learnRig(t, nil, &id, host{id: file()})
		r.observe("fraud", "3", day0+h, 40)
		if h == 4 {
			r.learning.finish(ctx)
			assert.Equal(t, want.ID(), r.Profile("fraud", "3").ID())
		}
		require.NoError(t, r.Shutdown(ctx))
	}
	r := learnRig(t, nil, &id, host{id: file()})
	require.NotNil(t, r.Profile("fraud", "3"))
	assert.Equal(t, want.ID(), r.Profile("fraud", "3").ID())
	assert.False(t, r.Learner().Wants("fraud", "3"))
	assert.Zero(t, r.learning.count(), "what is finished is no longer kept as unfinished")
	assert.Zero(t, r.counter("otelcol_profiles_storage_failures"))
}

func TestLearningEndsWhereAProfileComes(t *testing.T) {
	ctx := context.Background()
	r := learnRig(t, nil, nil, nil)
	r.observe("fraud", "3", day0, 40)
	r.catalog.set(fromDirectory, layer(fromDirectory, key{"fraud", ""}))
	assert.False(t, r.Learner().Wants("fraud", "3"))
	r.learning.finish(ctx)
	assert.Zero(t, r.learning.count())
	assert.Len(t, r.said("Learning ended"), 1)
}

func TestRollingReference(t *testing.T) {
	ctx := context.Background()
	file, id := fileStorage(t)
	yesterday := func(l *LearnConfig) {
		l.Observations, l.Duration, l.Refresh = 0, 24*time.Hour, 24*time.Hour
	}
	r := learnRig(t, yesterday, &id, host{id: file()})
	var starts []time.Time
	for h := range int64(24*4 + 2) {
		if h == 60 {
			require.NoError(t, r.Shutdown(ctx))
			r = learnRig(t, yesterday, &id, host{id: file()})
		}
		r.observe("fraud", "3", day0+h, 10)
		r.learning.finish(ctx)
		if p := r.Profile("fraud", "3"); p != nil && (len(starts) == 0 || p.Provenance.Start != starts[len(starts)-1]) {
			assert.Equal(t, uint64(240), p.Provenance.Rows)
			starts = append(starts, p.Provenance.Start)
		}
	}
	first := time.Unix(day0*3600, 0).UTC()
	assert.Equal(t, []time.Time{first, first.AddDate(0, 0, 1), first.AddDate(0, 0, 2), first.AddDate(0, 0, 3)}, starts)
	assert.True(t, r.Learner().Wants("fraud", "3"))
}

func TestInventedModelsCostACounter(t *testing.T) {
	r := learnRig(t, func(l *LearnConfig) { l.MaxModels = 10 }, nil, nil)
	now := r.now()
	r.now = func() time.Time { return now }
	r.observe("real", "1", day0, 50)
	for i := range 10000 {
		r.observe("invented "+strconv.Itoa(i), "1", day0, 1)
	}
	assert.Equal(t, 10, r.learning.count())
	assert.Equal(t, int64(2*(10000-9)), r.counter("otelcol_profiles_learning_ignored"))
	assert.Len(t, r.said("More models to learn than learn::max_models"), 1)

	// Those that stay idle make room; the real one goes on.
	now = now.Add(2 * time.Hour)
	r.observe("real", "1", day0+1, 50)
	r.observe("new", "1", day0+1, 1)
	assert.Equal(t, 10, r.learning.count())
	r.learning.mutex.RLock()
	defer r.learning.mutex.RUnlock()
	assert.Contains(t, r.learning.states, key{"real", "1"})
	assert.Contains(t, r.learning.states, key{"new", "1"})
}

func TestBrokenStorageIsToldAndRetried(t *testing.T) {
	ctx := context.Background()
	r := learnRig(t, nil, nil, nil)
	client := &brokenClient{kept: map[string][]byte{}, broken: true}
	r.learning.progress = newProgress(&store{client: client})
	r.observe("fraud", "3", day0, 40)
	r.learning.checkpoint(ctx)
	assert.Empty(t, client.kept)
	assert.Equal(t, int64(1), r.counter("otelcol_profiles_storage_failures"))
	client.broken = false
	r.learning.checkpoint(ctx)
	assert.Len(t, client.kept, 4, "two store of one thing each")
	for name := range client.kept {
		client.kept[name] = append(client.kept[name], '!')
	}

	// What can't be read is told, and nothing of it is believed.
	again := learnRig(t, nil, nil, nil)
	again.learning.restore(ctx, &store{client: client})
	assert.Positive(t, again.counter("otelcol_profiles_storage_failures"))
	assert.NotEmpty(t, again.said("Some unfinished learning can't be read"))
}

// Observing from many goroutines while profiles are made and kept; the race detector watches.
func TestConcurrentLearning(t *testing.T) {
	ctx := context.Background()
	r := learnRig(t, nil, nil, nil)
	done := make(chan struct{})
	for g := range 4 {
		go func() {
			defer func() { done <- struct{}{} }()
			for h := range int64(50) {
				r.observe("m"+strconv.Itoa(g%2), "1", day0+h, 5)
			}
		}()
	}
	for finished := 0; finished < 4; {
		select {
		case <-done:
			finished++
		default:
			r.learning.finish(ctx)
			r.learning.checkpoint(ctx)
		}
	}
	r.learning.finish(ctx)
	for _, model := range []string{"m0", "m1"} {
		p := r.Profile(model, "1")
		require.NotNil(t, p)
		require.NoError(t, p.Validate())
	}
	require.NotNil(t, r.Learner())
}
