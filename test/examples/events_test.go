//go:build integration

package examples

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/semconv"
)

// received yields the log records that came in. The collector must have ended, and must have received some.
func (c *collector) received(t *testing.T) iter.Seq2[pcommon.Resource, plog.ScopeLogs] {
	t.Helper()
	text := read(t, c.events)
	require.NotEmpty(t, text)
	return func(yield func(pcommon.Resource, plog.ScopeLogs) bool) {
		for line := range strings.Lines(text) {
			batch, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs([]byte(line))
			require.NoError(t, err)
			for _, resource := range batch.ResourceLogs().All() {
				for _, scope := range resource.ScopeLogs().All() {
					if !yield(resource.Resource(), scope) {
						return
					}
				}
			}
		}
	}
}

// requireEvents checks that the events that came in are what docs/semconv.md says. The collector must have ended.
func (c *collector) requireEvents(t *testing.T, count int, model, version string, began time.Time) {
	t.Helper()
	ids := map[string]bool{}
	events := 0
	for resource, scope := range c.received(t) {
		if scope.LogRecords().Len() > 0 && scope.LogRecords().At(0).EventName() != semconv.EventPrediction {
			continue // ground truth comes from elsewhere; outcomes are the collector's own
		}
		of := resource.Attributes().AsRaw()
		assert.Equal(t, model, of[semconv.AttrModelName])
		assert.Equal(t, version, of[semconv.AttrModelVersion])
		for _, record := range scope.LogRecords().All() {
			events++
			requireEvent(t, record, began)
			id, _ := record.Attributes().Get(semconv.AttrPredictionID)
			ids[id.Str()] = true
		}
	}
	assert.Equal(t, count, events)
	assert.Len(t, ids, count, "each prediction has an id of its own")
}

func requireEvent(t *testing.T, record plog.LogRecord, began time.Time) {
	t.Helper()
	require.Equal(t, semconv.EventPrediction, record.EventName())
	require.WithinRange(t, record.Timestamp().AsTime(), began, time.Now())
	require.Zero(t, record.DroppedAttributesCount())
	attributes := record.Attributes()
	require.Equal(t, []string{semconv.AttrInputs, semconv.AttrPredictionClass, semconv.AttrPredictionDuration, semconv.AttrPredictionID, semconv.AttrPredictionScore},
		slices.Sorted(maps.Keys(attributes.AsRaw())))
	inputs, _ := attributes.Get(semconv.AttrInputs)
	require.Equal(t, pcommon.ValueTypeMap, inputs.Type())
	score, _ := attributes.Get(semconv.AttrPredictionScore)
	require.Equal(t, pcommon.ValueTypeDouble, score.Type())
	require.True(t, score.Double() >= 0 && score.Double() <= 1, score.Double())
	duration, _ := attributes.Get(semconv.AttrPredictionDuration)
	require.True(t, duration.Double() > 0 && duration.Double() < 10, duration.AsString())
}
