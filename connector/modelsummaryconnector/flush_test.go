package modelsummaryconnector

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

func one(seconds int) []anEvent {
	return []anEvent{{at: time.Duration(seconds) * time.Second, attributes: map[string]any{semconv.AttrModelName: "known"}, inputs: map[string]any{"amount": 0.5}}}
}

func TestFlushesAtTheInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &consumertest.MetricsSink{}
		c := start(t, config(nil), serve(knownProfile()), sink)
		require.NoError(t, c.ConsumeLogs(context.Background(), batch(t, one(0))))
		time.Sleep(9 * time.Second) // the bubble's clock, no waiting
		require.Empty(t, sink.AllMetrics())
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.Len(t, sink.AllMetrics(), 1)

		time.Sleep(time.Minute)
		require.Len(t, sink.AllMetrics(), 1, "nothing new, nothing sent")

		require.NoError(t, c.ConsumeLogs(context.Background(), batch(t, one(1))))
		require.NoError(t, c.Shutdown(context.Background()))
		require.Len(t, sink.AllMetrics(), 2, "sent on shutdown")
		require.NoError(t, c.Shutdown(context.Background()))
	})
}

func TestEachBatchByItself(t *testing.T) {
	sink := &consumertest.MetricsSink{}
	c := start(t, config(func(c *Config) { c.FlushInterval = 0 }), serve(knownProfile()), sink)
	require.NoError(t, c.ConsumeLogs(context.Background(), batch(t, one(0))))
	require.Len(t, sink.AllMetrics(), 1, "sent before the batch is acknowledged")

	refuse := errors.New("full")
	c = start(t, config(func(c *Config) { c.FlushInterval = 0 }), serve(knownProfile()), consumertest.NewErr(refuse))
	require.ErrorIs(t, c.ConsumeLogs(context.Background(), batch(t, one(0))), refuse, "the sender is to send it again")
}

// stubborn refuses as often as told.
type stubborn struct {
	consumertest.MetricsSink
	refusals int
	err      error
}

func (s *stubborn) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	if s.refusals > 0 {
		s.refusals--
		return s.err
	}
	return s.MetricsSink.ConsumeMetrics(ctx, md)
}

func TestRefusedSummariesAreSentAgain(t *testing.T) {
	next := &stubborn{refusals: 2, err: errors.New("memory limit")}
	c := start(t, config(nil), serve(knownProfile()), next)
	ctx := context.Background()
	for i := range 3 {
		require.NoError(t, c.ConsumeLogs(ctx, batch(t, one(i))), "a sender has nothing to do with it")
		require.Equal(t, i < 2, c.shared.flush(ctx) != nil)
	}
	s := sumUp(next.AllMetrics()...)
	require.EqualValues(t, 3, s.count(semconv.MetricPredictions, nil, false))
	require.Len(t, next.AllMetrics(), 1)
	telemetry := describeTelemetry(t, c.telemetry)
	require.Contains(t, telemetry, "otelcol_model_summary_flush_failures{}: 2")
	require.NotContains(t, telemetry, "events_lost")
}

func TestSummariesThatAreRefusedForGood(t *testing.T) {
	next := &stubborn{refusals: 1, err: consumererror.NewPermanent(errors.New("no such tenant"))}
	c := start(t, config(nil), serve(knownProfile()), next)
	ctx := context.Background()
	require.NoError(t, c.ConsumeLogs(ctx, batch(t, one(0))))
	require.Error(t, c.shared.flush(ctx))
	require.NoError(t, c.shared.flush(ctx))
	require.Empty(t, next.AllMetrics())
	require.Contains(t, describeTelemetry(t, c.telemetry), "otelcol_model_summary_events_lost{}: 1")
}

// While the next component refuses, what is held does not grow beyond the limit; the newest is kept.
func TestRefusedSummariesAreBounded(t *testing.T) {
	next := &stubborn{refusals: 1 << 30, err: errors.New("full")}
	cfg := config(func(c *Config) { c.Limits.MaxMemoryMiB = 1 })
	c := start(t, cfg, serve(twentyFeatures()), next)
	ctx := context.Background()
	for range 100 {
		_ = c.ConsumeLogs(ctx, predictions(100, true))
		_ = c.ConsumeLogs(ctx, batch(t, manyPanes()))
		_ = c.shared.flush(ctx)
	}
	size := 0
	for _, a := range c.shared.held.accumulators {
		size += a.size()
	}
	require.LessOrEqual(t, size, 1<<20)
	require.Contains(t, describeTelemetry(t, c.telemetry), "otelcol_model_summary_events_lost")
	next.refusals = 0
}

func manyPanes() []anEvent {
	var all []anEvent
	for i := range 100 {
		all = append(all, anEvent{at: time.Duration(i) * time.Minute, attributes: map[string]any{semconv.AttrModelName: "fraud"}})
	}
	return all
}

// Logs and traces are added to the same summaries, and either may stop first.
func TestLogsAndTracesShareTheirSummaries(t *testing.T) {
	ctx := context.Background()
	sink := &consumertest.MetricsSink{}
	factory := NewFactory()
	cfg := config(func(c *Config) { c.FlushInterval = time.Hour })
	set := connectortest.NewNopSettings(factory.Type())
	logs, err := factory.CreateLogsToMetrics(ctx, set, cfg, sink)
	require.NoError(t, err)
	traces, err := factory.CreateTracesToMetrics(ctx, set, cfg, sink)
	require.NoError(t, err)
	require.NoError(t, logs.Start(ctx, host{}))
	require.NoError(t, traces.Start(ctx, host{}))
	require.NoError(t, logs.ConsumeLogs(ctx, predictions(3, true)))
	require.NoError(t, logs.Shutdown(ctx))
	require.Empty(t, sink.AllMetrics(), "traces still run")
	require.NoError(t, traces.ConsumeTraces(ctx, spans(2)))
	require.NoError(t, traces.Shutdown(ctx))
	require.Len(t, sink.AllMetrics(), 1)
	require.EqualValues(t, 5, sumUp(sink.AllMetrics()...).count(semconv.MetricPredictions, nil, false))

	// Another connector has summaries of its own.
	other, err := factory.CreateLogsToMetrics(ctx, set, config(nil), sink)
	require.NoError(t, err)
	require.NotSame(t, logs.(*instance).shared, other.(*instance).shared)
	require.NoError(t, other.Shutdown(ctx), "without Start")
}

// A profile that changes changes the bins from the next batch on; what was counted before is sent as it was.
func TestNewProfile(t *testing.T) {
	sink := &consumertest.MetricsSink{}
	p := serve()
	c := start(t, config(nil), p, sink)
	ctx := context.Background()
	require.NoError(t, c.ConsumeLogs(ctx, batch(t, one(0))))
	p.profiles["known"] = knownProfile()
	p.generation++
	require.NoError(t, c.ConsumeLogs(ctx, batch(t, one(1))))
	require.NoError(t, c.shared.flush(ctx))
	kinds := map[pmetric.MetricType]int{}
	for _, m := range sink.AllMetrics()[0].ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().All() {
		if m.Name() == semconv.MetricFeatureValue {
			kinds[m.Type()]++
		}
	}
	require.Equal(t, map[pmetric.MetricType]int{pmetric.MetricTypeHistogram: 1, pmetric.MetricTypeExponentialHistogram: 1}, kinds)
}

func TestTwoExtensionsServeProfiles(t *testing.T) {
	c, err := NewFactory().CreateLogsToMetrics(context.Background(), connectortest.NewNopSettings(NewFactory().Type()), config(nil), consumertest.NewNop())
	require.NoError(t, err)
	require.ErrorContains(t, c.Start(context.Background(), twoProviders{}), "set profiles")
	require.NoError(t, c.Shutdown(context.Background()))
}

var (
	_ consumer.Metrics = (*stubborn)(nil)
	_ profile.Provider = (*provider)(nil)
)

// slow takes its time, unless it is told to stop.
type slow struct {
	consumertest.MetricsSink
	takes time.Duration
}

func (s *slow) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	select {
	case <-time.After(s.takes):
		return s.MetricsSink.ConsumeMetrics(ctx, md)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// TestShutdownLetsAFlushEnd: what the next component is given while the connector stops is not taken back and sent again,
// unless stopping must not take so long.
func TestShutdownLetsAFlushEnd(t *testing.T) {
	for name, c := range map[string]struct {
		patience time.Duration
		sent     int
	}{"in time": {time.Minute, 1}, "too slow": {time.Second, 0}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				next := &slow{takes: 10 * time.Second}
				r := start(t, config(nil), serve(knownProfile()), next)
				require.NoError(t, r.ConsumeLogs(context.Background(), batch(t, one(0))))
				time.Sleep(11 * time.Second) // a flush is under way
				ctx, cancel := context.WithTimeout(context.Background(), c.patience)
				defer cancel()
				err := r.Shutdown(ctx)
				require.Len(t, next.AllMetrics(), c.sent)
				if c.sent == 0 {
					require.ErrorIs(t, err, context.DeadlineExceeded)
				} else {
					require.NoError(t, err)
				}
			})
		})
	}
}
