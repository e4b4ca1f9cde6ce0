package pipelines

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
)

func TestOutlets(t *testing.T) {
	var o Outlets
	pass := func() error { return o.ConsumeLogs(t.Context(), plog.NewLogs()) }
	require.False(t, o.Ready())
	require.ErrorIs(t, pass(), errNoOutlet)

	first, second := &consumertest.LogsSink{}, &consumertest.LogsSink{}
	o.Add(first)
	o.Add(second)
	require.True(t, o.Ready())
	require.NoError(t, pass())
	require.Len(t, first.AllLogs(), 1)
	require.Empty(t, second.AllLogs())

	o.Remove(&consumertest.LogsSink{})
	o.Remove(first)
	require.NoError(t, pass())
	require.Len(t, first.AllLogs(), 1)
	require.Len(t, second.AllLogs(), 1)

	o.Remove(second)
	require.False(t, o.Ready())
	require.ErrorIs(t, pass(), errNoOutlet)

	full := errors.New("full")
	o.Add(consumertest.NewErr(full))
	require.ErrorIs(t, pass(), full)
}

// Two pipelines may lead to the same component: each is taken away by itself.
func TestOutletsToTheSame(t *testing.T) {
	var o Outlets
	sink := &consumertest.LogsSink{}
	o.Add(sink)
	o.Add(sink)
	o.Remove(sink)
	require.True(t, o.Ready())
	o.Remove(sink)
	require.False(t, o.Ready())
}
