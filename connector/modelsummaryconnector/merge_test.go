package modelsummaryconnector

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.uber.org/zap"
	"pgregory.net/rapid"

	"github.com/leeway-ml/leeway/internal/event"
)

// emitted is what the accumulators look like outside.
func emitted(all []*accumulator) []string {
	slices.SortFunc(all, compare)
	e := newEmitter(connectortest.NewNopSettings(NewFactory().Type()), config(nil))
	return sumUp(e.metrics(all)).lines()
}

// Shards that shared the events give, merged, what one shard gives that had them all; one series is one point.
func TestMergeOfShards(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := segmentedConfig(time.Hour)
		c := newCatalog(cfg.Limits.MaxModels)
		c.provider = serve(knownProfile())
		n := newNotices(zap.NewNop())
		shards := []*shard{newShard(c, cfg, n, &atomic.Int64{}), newShard(c, cfg, n, &atomic.Int64{}), newShard(c, cfg, n, &atomic.Int64{})}
		one := newShard(c, cfg, n, &atomic.Int64{})
		for _, s := range append(shards, one) {
			s.begin()
		}
		decoder := event.NewDecoder(newSlicing(cfg.Segments).keys, nil)
		for e := range decoder.Logs(batch(t, slices.Concat(events.Draw(t, "events"), outcomes.Draw(t, "outcomes")))) {
			one.add(e)
			shards[rapid.IntRange(0, 2).Draw(t, "shard")].add(e)
		}
		h := &held{limits: cfg.Limits}
		for _, s := range shards {
			h.add(s.take())
		}
		merged := h.sorted()
		want := one.take()
		require.Len(t, merged, len(want))
		for i := 1; i < len(merged); i++ {
			require.Negative(t, compare(merged[i-1], merged[i]))
		}
		require.Equal(t, emitted(want), emitted(merged))
	})
}

// Limits hold for the merged shards too, and what is beyond them is not lost.
func TestMergeHoldsTheLimits(t *testing.T) {
	cfg := config(func(c *Config) { c.Limits.MaxFeatures, c.Limits.MaxCategories = 2, 2 })
	c := newCatalog(cfg.Limits.MaxModels)
	n := newNotices(zap.NewNop())
	h := &held{limits: cfg.Limits}
	for i, names := range [][]string{{"a", "b"}, {"c", "d"}, {"b", "e"}} {
		s := newShard(c, cfg, n, &atomic.Int64{})
		s.begin()
		for j, name := range names {
			inputs := []event.Field{{Name: name, Value: event.Value{Kind: event.Number, Number: 1}}, *field("text", name)}
			s.add(&event.Event{Name: "ml.prediction", Time: benchStart, Model: "m", Inputs: inputs[j : j+1], Class: string(rune('k' + i))})
		}
		h.add(s.take())
	}
	a := h.sorted()[0]
	require.Len(t, a.extras, 3)
	require.Contains(t, a.extras, overflow)
	var observed uint64
	for _, x := range a.extras {
		observed += x.observed()
	}
	require.EqualValues(t, 6, observed)
	require.Equal(t, map[string]uint64{"k": 2, "l": 2, "__other__": 2}, a.classes)
	require.Positive(t, h.overflowed.overflowed[limitFeatures])
	require.EqualValues(t, 3, h.overflowed.overflowed[limitCategories], "two predictions of class m, one text")
}

func field(name, text string) *event.Field {
	return &event.Field{Name: name, Value: *textOf(text)}
}
