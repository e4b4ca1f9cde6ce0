package summarypdata

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/semconv"
)

var noon = pcommon.NewTimestampFromTime(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))

func sum(fill func(dp pmetric.NumberDataPoint)) pmetric.Metric {
	m := pmetric.NewMetric()
	m.SetName(semconv.MetricFeatureCategories)
	m.SetEmptySum().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	dp := m.Sum().DataPoints().AppendEmpty()
	dp.SetTimestamp(noon)
	dp.SetIntValue(1)
	dp.Attributes().PutStr(semconv.AttrModelName, "fraud")
	if fill != nil {
		fill(dp)
	}
	return m
}

func TestFaults(t *testing.T) {
	long := strings.Repeat("x", maxText+1)
	for name, test := range map[string]struct {
		metric pmetric.Metric
		want   Fault
	}{
		"good":                          {sum(nil), ""},
		"no model":                      {sum(func(dp pmetric.NumberDataPoint) { dp.Attributes().Clear() }), NoModel},
		"no time":                       {sum(func(dp pmetric.NumberDataPoint) { dp.SetTimestamp(0) }), NoTime},
		"year 2300":                     {sum(func(dp pmetric.NumberDataPoint) { dp.SetTimestamp(math.MaxUint64) }), NoTime},
		"negative":                      {sum(func(dp pmetric.NumberDataPoint) { dp.SetIntValue(-1) }), Broken},
		"NaN":                           {sum(func(dp pmetric.NumberDataPoint) { dp.SetDoubleValue(math.NaN()) }), Broken},
		"infinite":                      {sum(func(dp pmetric.NumberDataPoint) { dp.SetDoubleValue(math.Inf(1)) }), Broken},
		"a signed sum":                  {signed(-2.5), ""},
		"a signed sum that is NaN":      {signed(math.NaN()), Broken},
		"a signed sum that is infinite": {signed(math.Inf(-1)), Broken},
		"negative infinite":             {sum(func(dp pmetric.NumberDataPoint) { dp.SetDoubleValue(math.Inf(-1)) }), Broken},
		"long":                          {sum(func(dp pmetric.NumberDataPoint) { dp.Attributes().PutStr(semconv.AttrFeatureCategory, long) }), TooLong},
		"long key":                      {sum(func(dp pmetric.NumberDataPoint) { dp.Attributes().PutStr(long, "") }), TooLong},
	} {
		var p Point
		assert.Equal(t, test.want, p.Read(test.metric, 0), name)
	}
}

func signed(x float64) pmetric.Metric {
	m := sum(func(dp pmetric.NumberDataPoint) { dp.SetDoubleValue(x) })
	m.SetName(semconv.MetricJointProduct)
	m.Sum().SetIsMonotonic(false)
	return m
}

// A sum of numbers of either sign counts nothing.
func TestCount(t *testing.T) {
	var p Point
	for _, x := range []float64{-2.5, 0, 2.5} {
		assert.Empty(t, p.Read(signed(x), 0))
		assert.InDelta(t, x, p.Sum, 0)
		assert.Zero(t, p.Count())
	}
	assert.Empty(t, p.Read(sum(func(dp pmetric.NumberDataPoint) { dp.SetDoubleValue(2.5) }), 0))
	assert.Equal(t, uint64(3), p.Count())
}

// TestLongModel: the name is shown, not kept.
func TestLongModel(t *testing.T) {
	var p Point
	fault := p.Read(sum(func(dp pmetric.NumberDataPoint) {
		dp.Attributes().PutStr(semconv.AttrModelName, strings.Repeat("ä", 1<<20))
	}), 0)
	assert.Equal(t, TooLong, fault)
	assert.Equal(t, strings.Repeat("ä", maxText/2)+"...", p.Model)
}

// TestNeverDelta: a gauge is refused under its own model's name, not that of the point before.
func TestNeverDelta(t *testing.T) {
	var p Point
	assert.Empty(t, p.Read(sum(nil), 0))
	for _, fill := range []func(m pmetric.Metric) pcommon.Map{
		func(m pmetric.Metric) pcommon.Map { return m.SetEmptyGauge().DataPoints().AppendEmpty().Attributes() },
		func(m pmetric.Metric) pcommon.Map {
			return m.SetEmptySummary().DataPoints().AppendEmpty().Attributes()
		},
	} {
		m := pmetric.NewMetric()
		fill(m).PutStr(semconv.AttrModelName, "churn")
		assert.Equal(t, NotDelta, p.Read(m, 0))
		assert.Equal(t, "churn", p.Model)
		assert.Zero(t, p.Time)
	}
}
