package modelstatisticsprocessor

import (
	"slices"

	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/internal/summarypdata"
	"github.com/leeway-ml/leeway/internal/window"
	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// recall takes the points of one metric back into the voices that said them.
func (m *model) recall(metric string, points pmetric.NumberDataPointSlice) {
	var id summarypdata.Identity
	for _, dp := range points.All() {
		if !id.Read(dp.Attributes()) || id.Model != m.name || id.Version != m.version {
			continue
		}
		name := ""
		rest := slices.DeleteFunc(slices.Clone(id.Rest), func(a summary.Attribute) bool {
			if a.Key == semconv.AttrWindow {
				name = a.Value
			}
			return a.Key == semconv.AttrWindow
		})
		group := window.GroupOf(id.Model, id.Version, slices.Clone(id.Group))
		key := name + groupKey(group)
		v := m.voices[key]
		if v == nil {
			v = &voice{group: group, window: name, end: dp.Timestamp().AsTime(), sent: never}
			m.voices[key] = v
		}
		if metric == semconv.MetricStatisticsCoverage {
			m.recallSince(name, v.end, dp.DoubleValue())
		}
		v.points = append(v.points, judge.Point{Metric: metric, Attributes: rest, Value: dp.DoubleValue()})
	}
}
