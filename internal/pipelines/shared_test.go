package pipelines

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
)

// config must have a size: pointers to things without one may all be the same.
type config struct{ _ int }

// lamp counts what is done to it.
type lamp struct {
	starts, stops     int
	noStart, noStop   error
	startedByShutdown bool
}

func (l *lamp) Start(context.Context, component.Host) error {
	l.starts++
	return l.noStart
}

func (l *lamp) Shutdown(context.Context) error {
	l.stops++
	l.startedByShutdown = l.starts > 0
	return l.noStop
}

type (
	lamps    = Shared[*config, *lamp]
	ofLamp   = Instance[*config, *lamp]
	instance interface {
		component.Component
		Object() *lamp
	}
)

var _ instance = (*ofLamp)(nil)

func newLamp() (*lamp, error) { return &lamp{}, nil }

func made(t testing.TB, all *lamps, cfg *config) *ofLamp {
	t.Helper()
	i, err := all.Instance(cfg, newLamp)
	require.NoError(t, err)
	return i
}

func start(t testing.TB, i *ofLamp) {
	t.Helper()
	require.NoError(t, i.Start(t.Context(), componenttest.NewNopHost()))
}

func stop(t testing.TB, i *ofLamp) {
	t.Helper()
	require.NoError(t, i.Shutdown(t.Context()))
}

func TestOneStartsOnceAndShutsDownWithTheLast(t *testing.T) {
	var all lamps
	cfg := &config{}
	first, second := made(t, &all, cfg), made(t, &all, cfg)
	l := first.Object()
	require.Same(t, l, second.Object())
	start(t, first)
	start(t, second)
	start(t, second)
	require.Equal(t, 1, l.starts)
	stop(t, first)
	stop(t, first)
	require.Zero(t, l.stops, "the second runs")
	stop(t, second)
	stop(t, second)
	require.Equal(t, 1, l.stops)
	require.Empty(t, all.ones)
}

func TestOneForEachConfiguration(t *testing.T) {
	var all lamps
	first, second := made(t, &all, &config{}), made(t, &all, &config{})
	require.NotSame(t, first.Object(), second.Object())
	start(t, first)
	require.Zero(t, second.Object().starts)
	stop(t, first)
	require.Zero(t, second.Object().stops)
	stop(t, second)
	require.Empty(t, all.ones)
}

func TestFailedMaking(t *testing.T) {
	var all lamps
	cfg, dark := &config{}, errors.New("no bulb")
	_, err := all.Instance(cfg, func() (*lamp, error) { return nil, dark })
	require.ErrorIs(t, err, dark)
	i := made(t, &all, cfg)
	start(t, i)
	require.Equal(t, 1, i.Object().starts)
}

// An object that failed to start is shut down as any other, so that it can give back what it has.
func TestFailedStart(t *testing.T) {
	var all lamps
	cfg, dark := &config{}, errors.New("no current")
	first, second := made(t, &all, cfg), made(t, &all, cfg)
	l := first.Object()
	l.noStart = dark
	require.ErrorIs(t, first.Start(t.Context(), componenttest.NewNopHost()), dark)
	require.ErrorIs(t, second.Start(t.Context(), componenttest.NewNopHost()), dark, "it does not run: the second must not believe it does")
	l.noStart = nil
	start(t, second)
	require.Equal(t, 3, l.starts)
	stop(t, first)
	require.Zero(t, l.stops)
	stop(t, second)
	require.Equal(t, 1, l.stops)
}

func TestFailedShutdown(t *testing.T) {
	var all lamps
	cfg, stuck := &config{}, errors.New("stuck")
	i := made(t, &all, cfg)
	start(t, i)
	i.Object().noStop = stuck
	require.ErrorIs(t, i.Shutdown(t.Context()), stuck)
	require.Empty(t, all.ones, "it is of no more use")
}

func TestStartedAgainAfterShutdown(t *testing.T) {
	var all lamps
	cfg := &config{}
	i := made(t, &all, cfg)
	l := i.Object()
	start(t, i)
	stop(t, i)
	require.ErrorIs(t, i.Start(t.Context(), componenttest.NewNopHost()), errGone)
	again := made(t, &all, cfg)
	require.NotSame(t, l, again.Object())
	start(t, again)
	stop(t, again)
	require.Equal(t, 1, l.starts)
	require.Equal(t, 1, again.Object().starts)
	require.Equal(t, 1, again.Object().stops)
}

// The Collector shuts down all that it made, also what it never started because something else had failed.
func TestMadeAndNeverStarted(t *testing.T) {
	for name, startOther := range map[string]bool{"none": false, "another": true} {
		for order, neverFirst := range map[string]bool{"shut down first": true, "shut down last": false} {
			t.Run(name+" started, "+order, func(t *testing.T) {
				var all lamps
				cfg := &config{}
				other, never := made(t, &all, cfg), made(t, &all, cfg)
				l := other.Object()
				if startOther {
					start(t, other)
				}
				if !neverFirst {
					stop(t, other)
				}
				stop(t, never)
				if neverFirst {
					require.Zero(t, l.stops)
					stop(t, other)
				}
				require.Equal(t, 1, l.stops)
				require.Equal(t, startOther, l.startedByShutdown)
				require.Empty(t, all.ones)
			})
		}
	}
}

func TestInstancesAtOnce(t *testing.T) {
	var all lamps
	cfg := &config{}
	keep := made(t, &all, cfg)
	var running sync.WaitGroup
	for range 20 {
		running.Go(func() {
			i, err := all.Instance(cfg, newLamp)
			if err != nil || i.Start(t.Context(), componenttest.NewNopHost()) != nil || i.Shutdown(t.Context()) != nil {
				t.Error("it failed")
			}
		})
	}
	running.Wait()
	require.Equal(t, 1, keep.Object().starts)
	stop(t, keep)
	require.Equal(t, 1, keep.Object().stops)
}
