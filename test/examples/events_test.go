//go:build integration

package examples

import (
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

// requireEvents reads the events that came in, and checks that they are what docs/semconv.md says. The collector must have ended.
func (c *collector) requireEvents(t *testing.T, count int, model, version string, began time.Time) {
	t.Helper()
	ids := map[string]bool{}
	events := 0
	for line := range strings.Lines(read(t, c.events)) {
		batch, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs([]byte(line))
		require.NoError(t, err)
		for _, resource := range batch.ResourceLogs().All() {
			of := resource.Resource().Attributes().AsRaw()
			assert.Equal(t, model, of[semconv.AttrModelName])
			assert.Equal(t, version, of[semconv.AttrModelVersion])
			for _, scope := range resource.ScopeLogs().All() {
				for _, record := range scope.LogRecords().All() {
					events++
					requireEvent(t, record, began)
					id, _ := record.Attributes().Get(semconv.AttrPredictionID)
					ids[id.Str()] = true
				}
			}
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
