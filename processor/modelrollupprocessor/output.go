package modelrollupprocessor

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/processor/modelrollupprocessor/internal/metadata"
	"github.com/leeway-ml/leeway/semconv"
)

const (
	// maxPoints is how many data points go out in one batch: gRPC takes 4 MiB by default.
	maxPoints = 5_000
	// step is the grain of time of what goes out: what happened to a series within one minute of event time is one point of
	// a batch, so that a replayed history is drawn where it belongs, and a live one costs no more than it has to.
	step = int64(time.Minute)
)

// output is a batch on its way out: what came in beside summaries, and the totals that changed.
type output struct {
	ctx     context.Context // of the call that makes it
	p       *rollup
	metrics pmetric.Metrics
	metric  map[string]pmetric.Metric // that are under way, by name
	written map[*row]*written
	points  int
	err     error
}

// written are the points of a row that are in the batch already; a later total of the same minute takes their place.
type written struct {
	at     int64
	points []dataPoint
}

func newOutput(ctx context.Context, p *rollup, metrics pmetric.Metrics) *output {
	return &output{ctx: ctx, p: p, metrics: metrics}
}

// changes writes the points of a row that have changed by what happened at that time, all of them when they are due.
func (o *output) changes(m *model, r *row, at int64, wall time.Time) {
	all := wall.Sub(r.refreshed) >= o.p.config.EmitInterval
	o.write(m, r, at, all)
	if all {
		r.refreshed = wall
	}
}

// write writes points of the row with the time, or a later one where the row has come further already.
func (o *output) write(m *model, r *row, at int64, all bool) {
	if !r.started {
		r.started = true
		o.begin(m, r)
	}
	w := o.written[r]
	at = max(at, r.last)
	if w == nil || at/step != w.at/step {
		at = r.stamp(at)
		w = &written{points: make([]dataPoint, r.total.points())}
	}
	w.at, r.last = at, at
	for i := range w.points {
		if !all && !r.total.changed(i) {
			continue
		}
		if w.points[i] == nil {
			w.points[i] = o.add(r)
			r.describe(w.points[i], m, i, at)
		}
		w.points[i].SetTimestamp(pcommon.Timestamp(at))
		r.total.set(w.points[i], i)
	}
	if o.points >= maxPoints {
		o.flush()
		return
	}
	if o.written == nil {
		o.written = map[*row]*written{}
	}
	o.written[r] = w
}

// begin writes zeros at the start of a total of counts: a store that has seen them knows by how much the first values have
// grown.
func (o *output) begin(m *model, r *row) {
	r.last = r.start
	if r.total.kind() != pmetric.MetricTypeSum {
		return
	}
	for i := range r.total.points() {
		p := o.add(r)
		r.describe(p, m, i, r.start)
		p.(pmetric.NumberDataPoint).SetIntValue(0)
	}
}

// add appends an empty point to the metric of the row.
func (o *output) add(r *row) dataPoint {
	o.points++
	m := o.of(r.metric, r.total.kind())
	switch r.total.kind() {
	case pmetric.MetricTypeHistogram:
		return m.Histogram().DataPoints().AppendEmpty()
	case pmetric.MetricTypeExponentialHistogram:
		return m.ExponentialHistogram().DataPoints().AppendEmpty()
	}
	return m.Sum().DataPoints().AppendEmpty()
}

// gauge appends an empty point to a gauge.
func (o *output) gauge(name string) pmetric.NumberDataPoint {
	o.points++
	return o.of(name, pmetric.MetricTypeGauge).Gauge().DataPoints().AppendEmpty()
}

// of is the metric of that name in the batch. One name has one type: a model that has a profile and one that has none make
// two metrics of their histograms.
func (o *output) of(name string, kind pmetric.MetricType) pmetric.Metric {
	key := name
	if kind == pmetric.MetricTypeExponentialHistogram {
		key += "\x00"
	}
	if m, ok := o.metric[key]; ok {
		return m
	}
	resources := o.metrics.ResourceMetrics()
	if o.metric == nil {
		o.metric = map[string]pmetric.Metric{}
		scope := resources.AppendEmpty().ScopeMetrics().AppendEmpty()
		scope.Scope().SetName(metadata.ScopeName)
	}
	m := resources.At(resources.Len() - 1).ScopeMetrics().At(0).Metrics().AppendEmpty()
	m.SetName(name)
	if known, ok := semconv.Lookup(name); ok {
		m.SetUnit(known.Unit)
		m.SetDescription(known.Description)
	}
	switch kind {
	case pmetric.MetricTypeGauge:
		m.SetEmptyGauge()
	case pmetric.MetricTypeHistogram:
		m.SetEmptyHistogram().SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	case pmetric.MetricTypeExponentialHistogram:
		m.SetEmptyExponentialHistogram().SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	default:
		m.SetEmptySum().SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		m.Sum().SetIsMonotonic(true)
	}
	o.metric[key] = m
	return m
}

// flush sends what there is, and begins anew.
func (o *output) flush() {
	if o.metrics.ResourceMetrics().Len() > 0 {
		o.err = errors.Join(o.err, o.p.next.ConsumeMetrics(o.ctx, o.metrics))
	}
	*o = output{ctx: o.ctx, p: o.p, metrics: pmetric.NewMetrics(), err: o.err}
}

// send sends the rest, and says what went wrong.
func (o *output) send() error {
	o.flush()
	return o.err
}
