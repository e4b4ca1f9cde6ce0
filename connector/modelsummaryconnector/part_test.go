package modelsummaryconnector

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

// gRPC receivers take 4 MiB by default.
const grpcLimit = 4 << 20

func sizeOf(t *testing.T, md pmetric.Metrics) int {
	body, err := pmetricotlp.NewExportRequestFromMetrics(md).MarshalProto()
	require.NoError(t, err)
	return len(body)
}

// hours of many panes: what a flush of a fast replay has.
func hours(minutes int) []anEvent {
	var all []anEvent
	for i := range 2 * minutes {
		inputs := map[string]any{"note": "new", "level": float64(i)}
		for k := range 20 {
			if k%5 == 4 {
				inputs[fmt.Sprintf("category_%02d", k)] = "DE"
			} else {
				inputs[fmt.Sprintf("feature_%02d", k)] = 0.01 * float64(i%100)
			}
		}
		all = append(all, anEvent{at: time.Duration(i) * 30 * time.Second, inputs: inputs, attributes: map[string]any{
			semconv.AttrModelName: "fraud", semconv.AttrPredictionScore: 0.5, semconv.AttrPredictionDuration: 0.1, "country": fmt.Sprint(i % 7),
		}})
	}
	return all
}

func TestFlushInParts(t *testing.T) {
	for name, interval := range map[string]time.Duration{"at intervals": 10 * time.Second, "before the batch is acknowledged": 0} {
		t.Run(name, func(t *testing.T) {
			sink := &consumertest.MetricsSink{}
			c := start(t, config(func(c *Config) { c.Segments, c.FlushInterval = [][]string{{"country"}}, interval }), serve(twentyFeatures()), sink)
			ctx := context.Background()
			require.NoError(t, c.ConsumeLogs(ctx, batch(t, hours(300))))
			if interval > 0 {
				require.NoError(t, c.shared.flush(ctx))
			}
			require.Empty(t, c.shared.held.accumulators)
			checkParts(t, sink.AllMetrics())
		})
	}
}

// checkParts wants parts that a receiver takes, in order of time, and all that was sent in them.
func checkParts(t *testing.T, all []pmetric.Metrics) {
	require.Greater(t, len(all), 4)
	latest := int64(0)
	for i, md := range all {
		size := sizeOf(t, md)
		require.Less(t, size, grpcLimit)
		if i < len(all)-1 {
			require.Greater(t, size, maxPart/4, "as few parts as will do")
		}
		first, last := int64(1<<62), int64(0)
		for _, m := range md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
			if m.Name() == semconv.MetricPredictions {
				for _, p := range m.Sum().DataPoints().All() {
					first, last = min(first, int64(p.StartTimestamp())), max(last, int64(p.StartTimestamp()))
				}
			}
		}
		require.GreaterOrEqual(t, first, latest, "in order of time")
		latest = last
	}
	s := sumUp(all...)
	require.EqualValues(t, 600, s.count(semconv.MetricPredictions, nil, false))
}

// The estimate may be too high, not too low.
func TestSentSize(t *testing.T) {
	wide := &profile.Profile{Schema: profile.Schema, Model: "fraud"}
	var categories []string
	for i := range 100 {
		categories = append(categories, fmt.Sprintf("category %d", i))
	}
	inputs := make([]map[string]any, 100)
	for i := range 30 {
		name := fmt.Sprintf("categorical_feature_%02d", i)
		wide.Features = append(wide.Features, categorical(name, categories...))
		for k := range inputs {
			if inputs[k] == nil {
				inputs[k] = map[string]any{}
			}
			inputs[k][name] = categories[k]
		}
	}
	var ofCategories []anEvent
	for _, in := range inputs {
		ofCategories = append(ofCategories, anEvent{inputs: in, attributes: map[string]any{semconv.AttrModelName: "fraud"}})
	}
	for name, test := range map[string]struct {
		profile *profile.Profile
		events  []anEvent
	}{
		"numbers": {twentyFeatures(), hours(10)}, "categories": {wide, ofCategories}, "no profile": {nil, hours(10)},
	} {
		t.Run(name, func(t *testing.T) { checkSentSize(t, test.profile, batch(t, test.events)) })
	}
	for name, outcomes := range outcomeKinds {
		t.Run("outcomes "+name, func(t *testing.T) { checkSentSize(t, nil, outcomes(1000)) })
	}
}

func checkSentSize(t *testing.T, of *profile.Profile, logs plog.Logs) {
	p := serve()
	if of != nil {
		p = serve(of)
	}
	c := start(t, config(func(c *Config) { c.Segments = [][]string{{"country"}} }), p, consumertest.NewNop())
	require.NoError(t, c.ConsumeLogs(context.Background(), logs))
	shard := c.shared.acquire()
	all := shard.take()
	shard.mu.Unlock()
	estimate := 0
	for _, a := range all {
		estimate += a.sentSize()
	}
	size := sizeOf(t, c.shared.emitter.metrics(all))
	require.Greater(t, estimate, size)
	require.Less(t, estimate, 4*size)
}

// refusing refuses one batch.
type refusing struct {
	consumertest.MetricsSink
	batch int // from 0
	err   error
	seen  int
}

func (r *refusing) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	r.seen++
	if r.seen-1 == r.batch {
		return r.err
	}
	return r.MetricsSink.ConsumeMetrics(ctx, md)
}

// What was taken is not sent again, and what is refused for good takes nothing else with it.
func TestPartIsRefused(t *testing.T) {
	ctx := context.Background()
	for name, test := range map[string]struct {
		err  error
		want func(all, part uint64) uint64
	}{
		"for now":  {errors.New("full"), func(all, _ uint64) uint64 { return all }},
		"for good": {consumererror.NewPermanent(errors.New("too large")), func(all, part uint64) uint64 { return all - part }},
	} {
		t.Run(name, func(t *testing.T) {
			next := &refusing{batch: 1, err: test.err}
			c := start(t, config(nil), serve(twentyFeatures()), next)
			require.NoError(t, c.ConsumeLogs(ctx, batch(t, hours(300))))
			var part uint64
			n := 0
			shard := c.shared.acquire()
			all := shard.take()
			shard.mu.Unlock()
			c.shared.held.add(all)
			for accumulators := range parts(c.shared.held.sorted()) {
				if n == 1 {
					for _, a := range accumulators {
						part += a.events
					}
				}
				n++
			}
			require.Greater(t, n, 2)
			require.Positive(t, part)
			require.ErrorIs(t, c.shared.flush(ctx), test.err)
			require.NoError(t, c.shared.flush(ctx))
			s := sumUp(next.AllMetrics()...)
			require.EqualValues(t, test.want(600, part), s.count(semconv.MetricPredictions, nil, false))
		})
	}
}

// Outcomes that are refused for now are kept, and what comes meanwhile is added to them.
func TestRefusedOutcomesAreKept(t *testing.T) {
	ctx := context.Background()
	for name, outcomes := range outcomeKinds {
		logs := outcomes(100)
		next := &refusing{err: errors.New("full")}
		c := start(t, config(func(c *Config) { c.Segments = [][]string{{"country"}} }), serve(), next)
		require.NoError(t, c.ConsumeLogs(ctx, logs))
		require.Error(t, c.shared.flush(ctx))
		require.NoError(t, c.ConsumeLogs(ctx, logs))
		require.NoError(t, c.shared.flush(ctx))
		once := &consumertest.MetricsSink{}
		d := start(t, config(func(c *Config) { c.Segments = [][]string{{"country"}}; c.FlushInterval = 0 }), serve(), once)
		require.NoError(t, d.ConsumeLogs(ctx, logs))
		got, want := sumUp(next.AllMetrics()...), sumUp(once.AllMetrics()...)
		require.Len(t, got, len(want), name)
		for key, total := range want {
			require.Equal(t, 2*total.count, got[key].count, "%s: %s", name, key)
			require.InDelta(t, 2*total.sum, got[key].sum, 1e-9*math.Max(1, math.Abs(total.sum)), "%s: %s", name, key)
		}
	}
}
