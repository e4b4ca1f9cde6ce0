package conceptdriftprocessor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/semconv"
)

// rowOf is outcomes, one a second: of ten, wrong ones are not right.
func rowOf(from, count, wrong int, more ...any) plog.Logs {
	var events []func(plog.LogRecord)
	for i := from; i < from+count; i++ {
		events = append(events, outcome(second(i), fmt.Sprintf("id%06d", i), i%10 < wrong, more...))
	}
	return logsOf(events...)
}

func sharp(c *Config) {
	c.Detectors = []DetectorConfig{{Signal: "error", Method: "hddm_a"}}
}

// Whatever passes is as it was, and what a detector says follows the batch that let it see.
func TestPassesThrough(t *testing.T) {
	r := run(t, configured(t, sharp), nil)
	defer r.end(t)
	logs := rowOf(0, 500, 1)
	logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty().Body().SetStr("not ours")
	record(semconv.EventConceptDrift, second(3), "")(logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty())
	want := plog.NewLogs()
	logs.CopyTo(want)
	r.send(t, logs)
	drifting := rowOf(500, 300, 8)
	r.send(t, drifting)
	got := r.sink.take()
	require.Len(t, got, 3)
	require.Equal(t, want, got[0])
	require.Equal(t, 300, got[1].LogRecordCount())
	said := got[2].ResourceLogs().At(0)
	require.Equal(t, "github.com/leeway-ml/leeway/processor/conceptdriftprocessor", said.ScopeLogs().At(0).Scope().Name())
	require.NotZero(t, said.ScopeLogs().At(0).LogRecords().At(0).ObservedTimestamp())
	require.Contains(t, describe(got[2:])[0], semconv.EventConceptDrift)
}

// What the next component refuses never came: sent again, it gives what it would have given, once.
func TestRefused(t *testing.T) {
	steady := run(t, configured(t, sharp), nil)
	steady.send(t, rowOf(0, 500, 1))
	steady.send(t, rowOf(500, 300, 8))
	want := steady.said()
	steady.end(t)
	require.NotEmpty(t, want)

	r := run(t, configured(t, sharp), nil)
	defer r.end(t)
	no := errors.New("no")
	r.send(t, rowOf(0, 500, 1))
	r.sink.setRefuse(func(plog.Logs) error { return no })
	for range 5 {
		require.ErrorIs(t, r.processor.ConsumeLogs(context.Background(), rowOf(500, 300, 8)), no)
	}
	r.sink.setRefuse(nil)
	r.send(t, rowOf(500, 300, 8))
	require.Equal(t, want, r.said())
	require.Contains(t, r.counts(t), "values{signal=error} 679")
}

// What a detector says is not lost where only that is refused: it is sent again, by the clock.
func TestEventsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(24 * time.Hour)
		r := run(t, configured(t, sharp), nil)
		defer r.end(t)
		r.send(t, rowOf(0, 500, 1))
		r.sink.setRefuse(func(logs plog.Logs) error {
			if strings.Contains(describe([]plog.Logs{logs})[0], semconv.EventConceptDrift+" ") {
				return errors.New("not these")
			}
			return nil
		})
		r.send(t, rowOf(500, 300, 8))
		time.Sleep(2500 * time.Millisecond)
		require.Empty(t, r.said())
		require.Contains(t, r.counts(t), "emit_failures{} 3")
		r.sink.setRefuse(nil)
		time.Sleep(time.Second)
		said := r.said()
		require.NotEmpty(t, said)
		time.Sleep(10 * time.Second)
		require.Empty(t, r.said(), "it was said")
	})
}

// What waits to be said is bounded.
func TestEventsDropped(t *testing.T) {
	r := run(t, configured(t, func(c *Config) {
		window := 1
		warning, drift := 0.5, 0.4
		c.Detectors = []DetectorConfig{{Signal: "error", Method: "stepd", Window: &window, Warning: &warning, Drift: &drift}}
	}), nil)
	defer r.end(t)
	r.sink.setRefuse(func(logs plog.Logs) error {
		if logs.ResourceLogs().At(0).ScopeLogs().At(0).Scope().Name() != "" {
			return errors.New("no")
		}
		return nil
	})
	r.send(t, rowOf(0, 20_000, 5))
	for _, m := range r.watcher().models.all() {
		require.Len(t, m.pending, maxPending)
	}
	r.sink.setRefuse(nil)
	require.Contains(t, strings.Join(r.counts(t), "\n"), "events_dropped{}")
	require.Contains(t, r.log.FilterMessageSnippet("are given up").All()[0].Message, "refused ml.concept_drift events")
}

// Nothing is watched twice: in two pipelines, the processor is one.
func TestPipelinesShare(t *testing.T) {
	kept := newPlain()
	p := startTwins(t, kept, nil)
	defer p.end(t)
	for i := range 40 {
		require.NoError(t, p.send(i%2, rowOf(20*i, 20, 1)))
	}
	require.EqualValues(t, 1, p.watcher().models.count())
	require.EqualValues(t, 1, p.watcher().streams.Load())
}

// Batches may come at once; nothing is lost or counted twice. It is meant for the race detector.
func TestAtOnce(t *testing.T) {
	kept := newPlain()
	p := startTwins(t, kept, nil)
	var senders sync.WaitGroup
	for s := range 8 {
		senders.Go(func() {
			for i := range 30 {
				_ = p.send(s%2, rowOf(20*i, 20, 1, semconv.AttrModelVersion, fmt.Sprint(s%3), "country", fmt.Sprint(s%4)))
			}
		})
	}
	senders.Wait()
	w := p.watcher()
	require.EqualValues(t, 3, w.models.count())
	w.goOn(context.Background(), w.models.all(), time.Now().Add(time.Hour))
	require.Zero(t, w.buffered.Load())
	require.Zero(t, w.bufferedSize.Load())
	p.end(t)
}

// A million model names cost a counter; those that were there are watched on.
func TestModelNames(t *testing.T) {
	r := run(t, configured(t, func(c *Config) { c.Limits.MaxModels = 100 }), nil)
	defer r.end(t)
	names := 1_000_000
	if testing.Short() {
		names = 10_000
	}
	for first := 0; first < names; first += 1000 {
		logs := plog.NewLogs()
		records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
		records.EnsureCapacity(1000)
		for i := first; i < first+1000; i++ {
			outcome(second(1), "", false)(records.AppendEmpty())
			records.At(records.Len()-1).Attributes().PutStr(semconv.AttrModelName, fmt.Sprint("model", i))
		}
		r.send(t, logs)
		require.Len(t, r.sink.take(), 1)
	}
	require.EqualValues(t, 100, r.watcher().models.count())
	require.Contains(t, r.counts(t), fmt.Sprintf("events_refused{reason=model_limit} %d", names-100))
	require.Equal(t, 1, r.log.FilterMessageSnippet("limits::max_models").Len())
	r.send(t, logsOf(record(semconv.EventOutcome, second(2), "", semconv.AttrModelName, strings.Repeat("x", 2000), semconv.AttrGroundTruthClass, "1")))
}

// Models and slices of which nothing has come for a month are let go, with all that is kept of them.
func TestForgotten(t *testing.T) {
	kept := newPlain()
	r := run(t, configured(t, keep), host{storageID: kept})
	defer r.end(t)
	w := r.watcher()
	batch := func(at int, model, country string) {
		r.send(t, rowOf(at, 200, 1, semconv.AttrModelName, model, "country", country))
	}
	batch(0, "old", "DE")
	batch(200, "old", "FR")
	batch(0, "new", "DE")
	batch(200, "new", "FR")
	require.EqualValues(t, 6, w.streams.Load())
	require.Equal(t, 1+2*5, kept.len(), "index; of each model itself, what waits of each batch, and three groups, but for FR")
	later := time.Now().Add(20 * 24 * time.Hour)
	m := w.models.find("new", "", later)
	for _, g := range m.lanes[ofOutcome].slices {
		if g.pairs[0].text == "FR" {
			g.arrived = later.UnixNano()
		}
	}
	w.sweep(context.Background(), later.Add(5*24*time.Hour))
	require.EqualValues(t, 2, w.models.count())
	w.sweep(context.Background(), later.Add(11*24*time.Hour))
	require.EqualValues(t, 1, w.models.count())
	require.EqualValues(t, 2, w.streams.Load(), "of new: all, and FR")
	require.EqualValues(t, len(m.lanes[ofOutcome].waiting), w.buffered.Load())
	require.Contains(t, r.counts(t), "evicted{what=model} 1")
	require.Contains(t, r.counts(t), "evicted{what=segment} 1")
	w.store.save(context.Background(), w.models.all())
	again := run(t, configured(t, keep), host{storageID: kept.copyOf()})
	require.Equal(t, statesOf(t, r), statesOf(t, again))
	again.end(t)
}

// A slice that has been quiet for a day makes room for another.
func TestSlicesMakeRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, configured(t, func(c *Config) {
			c.Segments = [][]string{{"country"}}
			c.Limits.MaxSegments = 2
		}), nil)
		defer r.end(t)
		slices := func(countries ...string) (known []string) {
			for _, country := range countries {
				r.send(t, logsOf(outcome(time.Now(), "", false, "country", country)))
			}
			for _, m := range r.watcher().models.all() {
				for _, g := range m.lanes[ofOutcome].slices {
					known = append(known, g.pairs[0].text)
				}
			}
			return known
		}
		require.ElementsMatch(t, []string{"DE", "FR"}, slices("DE", "FR", "ES"))
		time.Sleep(12 * time.Hour)
		require.ElementsMatch(t, []string{"DE", "FR"}, slices("FR", "ES"))
		time.Sleep(13 * time.Hour)
		require.ElementsMatch(t, []string{"FR", "ES"}, slices("ES", "PT", strings.Repeat("x", 300)))
	})
}

// Events say which collector made them.
func TestInstance(t *testing.T) {
	set := settings()
	set.Resource.Attributes().PutStr("service.instance.id", "here")
	set.BuildInfo.Version = "1.2.3"
	out := &sink{}
	p, err := NewFactory().CreateLogs(context.Background(), set, configured(t, sharp), out)
	require.NoError(t, err)
	require.NoError(t, p.Start(context.Background(), host{}))
	for _, logs := range []plog.Logs{rowOf(0, 500, 1), rowOf(500, 300, 8)} {
		require.NoError(t, p.ConsumeLogs(context.Background(), logs))
	}
	require.NoError(t, p.Shutdown(context.Background()))
	said := out.take()[2].ResourceLogs().At(0)
	require.Equal(t, map[string]any{"service.instance.id": "here"}, said.Resource().Attributes().AsRaw())
	require.Equal(t, "1.2.3", said.ScopeLogs().At(0).Scope().Version())
}

func TestLifecycle(t *testing.T) {
	cfg := configured(t, nil)
	factory := NewFactory()
	made, err := factory.CreateLogs(context.Background(), settings(), cfg, &sink{})
	require.NoError(t, err)
	require.NoError(t, made.Shutdown(context.Background()), "without a start")
	made, err = factory.CreateLogs(context.Background(), settings(), cfg, &sink{})
	require.NoError(t, err)
	require.NoError(t, made.Start(context.Background(), host{}))
	require.NoError(t, made.Start(context.Background(), host{}))
	require.NoError(t, made.Shutdown(context.Background()))
	require.NoError(t, made.Shutdown(context.Background()))
}
