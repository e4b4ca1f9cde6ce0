package modelrollupprocessor

import (
	"cmp"
	"context"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/internal/notice"
	"github.com/leeway-ml/leeway/internal/summarypdata"
	"github.com/leeway-ml/leeway/semconv"
)

// summaries are the data points of a batch that are increments, in order of time.
type summaries []place

// place is where a data point stands.
type place struct {
	metric pmetric.Metric
	index  int
	time   int64
}

// isSketch is true of summaries that mean nothing without the profile's frequencies and components: hundreds of series a model, which
// a metrics store can do nothing with. model_statistics judges them.
func isSketch(metric string) bool {
	return metric == semconv.MetricJointPhase || metric == semconv.MetricVectorPhase || semconv.Signed(metric)
}

// takeSummaries removes the summaries from a batch, and returns them, but for sketches.
func takeSummaries(metrics pmetric.Metrics) summaries {
	var all summaries
	metrics.ResourceMetrics().RemoveIf(func(resource pmetric.ResourceMetrics) bool {
		scopes := resource.ScopeMetrics()
		had := scopes.Len() > 0
		scopes.RemoveIf(func(scope pmetric.ScopeMetrics) bool {
			had := scope.Metrics().Len() > 0
			scope.Metrics().RemoveIf(func(m pmetric.Metric) bool {
				if !summarypdata.IsSummary(m.Name()) {
					return false
				}
				if isSketch(m.Name()) {
					return true
				}
				kept := pmetric.NewMetric()
				m.MoveTo(kept)
				for i := range summarypdata.Len(kept) {
					all = append(all, place{kept, i, int64(summarypdata.TimeOf(kept, i))})
				}
				return true
			})
			return had && scope.Metrics().Len() == 0
		})
		return had && scopes.Len() == 0
	})
	slices.SortStableFunc(all, func(a, b place) int { return cmp.Compare(a.time, b.time) })
	return all
}

// adder adds the summaries of one batch to their rows.
type adder struct {
	p       *rollup
	ctx     context.Context
	now     time.Time
	out     *output
	point   summarypdata.Point
	current *model // locked
	counted int64
}

func (a *adder) addAll(all summaries) {
	for _, at := range all {
		a.add(at.metric, at.index)
	}
	a.release()
	a.p.report.counted(a.ctx, a.counted)
}

// add reads one point and adds it to the rows that it belongs to.
func (a *adder) add(metric pmetric.Metric, index int) {
	point := &a.point
	if fault := point.Read(metric, index); fault != "" {
		a.p.report.refused(a.ctx, point.Model, string(fault), point)
		return
	}
	if ahead := time.Duration(point.Time - a.now.UnixNano()); ahead > a.p.config.MaxFuture {
		a.p.report.refused(a.ctx, point.Model, "future", point)
		return
	}
	if !a.turnTo(point.Model, point.Version) {
		a.p.report.refused(a.ctx, notice.Overflow, "model_limit", point)
		return
	}
	m := a.current
	b := m.plan.binned(point)
	if m.latest == 0 || point.Time > m.latest {
		m.latest, m.arrived = point.Time, a.now
	}
	limit := a.p.config.Limits.MaxSeries
	counted := true
	switch {
	case b != nil:
		counted = a.addTo(m.binsOf(b, point, limit), b)
	case point.Metric == semconv.MetricOutcomeCalibration:
		if _, counted = outcomeBin(point); !counted {
			a.p.report.refused(a.ctx, m.name, "bin", point)
			break
		}
		counted = a.addTo(m.outcomeBins(point, limit), nil)
	case isBinned(point.Metric):
		a.p.report.unbinned(a.ctx, m.name, point)
	}
	if counted && a.p.config.wantsPlain(point) {
		counted = a.addTo(m.row(point.Metric, point, point.Rest, limit, func() total { return plainTotal(point, b) }), b)
	}
	if counted {
		a.counted++
	}
	a.p.refer(m, point.Time, a.now, a.out)
}

// isBinned is true of summaries that become bins wherever a profile has some for them.
func isBinned(metric string) bool {
	return metric == semconv.MetricFeatureValue || metric == semconv.MetricFeatureCategories
}

// addTo adds the point to the row, and writes what changed. It is false where the point was refused.
func (a *adder) addTo(r *row, b *binned) bool {
	if r == nil {
		a.p.report.refused(a.ctx, a.current.name, "series_limit", &a.point)
		return false
	}
	ok, exact := r.total.add(&a.point, b)
	if !ok {
		a.p.report.refused(a.ctx, a.current.name, "bounds", &a.point)
		return false
	}
	if !exact {
		a.p.report.rebinned(a.ctx, a.current.name, &a.point)
	}
	r.added = a.now
	a.out.changes(a.current, r, a.point.Time, a.now)
	return true
}

// turnTo locks the model and makes it the current one; false where it would be one too many.
func (a *adder) turnTo(name, version string) bool {
	if m := a.current; m != nil && m.name == name && m.version == version {
		return true
	}
	a.release()
	for {
		m := a.p.models.of(name, version)
		if m == nil {
			return false
		}
		m.mu.Lock()
		if !m.gone {
			m.use(a.p.models.profile(name, version))
			a.current = m
			return true
		}
		m.mu.Unlock()
	}
}

func (a *adder) release() {
	if a.current != nil {
		a.current.mu.Unlock()
		a.current = nil
	}
}
