package modelstatisticsprocessor

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/internal/summarypdata"
	"github.com/leeway-ml/leeway/processor/modelstatisticsprocessor/internal/metadata"
	"github.com/leeway-ml/leeway/semconv"
)

// maxEmission is how many data points of statistics go out in one batch: a replay may make years of windows due at once, and
// gRPC takes 4 MiB by default.
const maxEmission = 5_000

// emission is a batch on its way out: what came in, and the statistics that became due by it.
type emission struct {
	p       *statistics
	metrics pmetric.Metrics
	byName  map[string]pmetric.NumberDataPointSlice
	points  int
	err     error
}

func newEmission(p *statistics, metrics pmetric.Metrics) *emission {
	return &emission{p: p, metrics: metrics}
}

// put adds what a voice says, with the time.
func (e *emission) put(v *voice, at time.Time) {
	if e.points+len(v.points) > maxEmission {
		if err := e.send(context.Background()); err != nil {
			e.err = errors.Join(e.err, err)
		}
	}
	stamp := pcommon.NewTimestampFromTime(at)
	for _, point := range v.points {
		dp := e.of(point.Metric).AppendEmpty()
		dp.SetTimestamp(stamp)
		dp.SetDoubleValue(point.Value)
		attributes := dp.Attributes()
		attributes.EnsureCapacity(3 + len(v.group.Segment) + len(point.Attributes))
		summarypdata.PutGroup(attributes, &v.group)
		if v.window != "" {
			attributes.PutStr(semconv.AttrWindow, v.window)
		}
		for _, a := range point.Attributes {
			attributes.PutStr(a.Key, a.Value)
		}
	}
	e.points += len(v.points)
}

// again adds what was said before, as of the watermark: nothing newer is known.
func (e *emission) again(v *voice, watermark time.Time) {
	at := v.end
	if watermark.After(at) {
		at = watermark
	}
	e.put(v, at)
}

// of is the list of points of a metric.
func (e *emission) of(name string) pmetric.NumberDataPointSlice {
	if points, ok := e.byName[name]; ok {
		return points
	}
	if e.byName == nil {
		e.byName = map[string]pmetric.NumberDataPointSlice{}
		scope := e.metrics.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty()
		scope.Scope().SetName(metadata.ScopeName)
	}
	resources := e.metrics.ResourceMetrics()
	m := resources.At(resources.Len() - 1).ScopeMetrics().At(0).Metrics().AppendEmpty()
	m.SetName(name)
	if known, ok := semconv.Lookup(name); ok {
		m.SetUnit(known.Unit)
		m.SetDescription(known.Description)
	}
	points := m.SetEmptyGauge().DataPoints()
	e.byName[name] = points
	return points
}

// send sends what there is, and begins anew.
func (e *emission) send(ctx context.Context) error {
	err := e.err
	if e.metrics.ResourceMetrics().Len() > 0 {
		err = errors.Join(err, e.p.next.ConsumeMetrics(ctx, e.metrics))
	}
	*e = emission{p: e.p, metrics: pmetric.NewMetrics()}
	return err
}
