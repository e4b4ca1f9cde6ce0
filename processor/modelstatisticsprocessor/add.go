package modelstatisticsprocessor

import (
	"context"
	"math"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/internal/notice"
	"github.com/leeway-ml/leeway/internal/summarypdata"
	"github.com/leeway-ml/leeway/internal/window"
	"github.com/leeway-ml/leeway/summary"
)

// wideBatch is the span of event time from which on a batch is added in the order of time, with windows judged in between,
// so that it can't make the panes of years be held at once.
const wideBatch = 24 * time.Hour

// place is where a data point stands in a batch.
type place struct {
	metric pmetric.Metric
	index  int
	time   int64
}

// add counts the batch's summaries in the windows of their models, and returns these models.
func (p *statistics) add(ctx context.Context, metrics pmetric.Metrics) []*model {
	b := &adder{p: p, ctx: ctx, now: time.Now()}
	least, greatest := int64(math.MaxInt64), int64(math.MinInt64)
	var summaries []pmetric.Metric
	for _, resource := range metrics.ResourceMetrics().All() {
		for _, scope := range resource.ScopeMetrics().All() {
			for _, m := range scope.Metrics().All() {
				if !p.wants(m.Name()) {
					continue
				}
				summaries = append(summaries, m)
				for i := range summarypdata.Len(m) {
					t := int64(summarypdata.TimeOf(m, i))
					least, greatest = min(least, t), max(greatest, t)
				}
			}
		}
	}
	switch {
	case len(summaries) == 0:
		return nil
	case greatest-least <= int64(wideBatch):
		for _, m := range summaries {
			for i := range summarypdata.Len(m) {
				b.add(m, i)
			}
		}
	default:
		b.addInOrder(summaries)
	}
	b.done()
	return b.touched
}

// wants reports whether a metric is a summary that some judge, or the learner, reads.
func (p *statistics) wants(metric string) bool {
	for _, j := range p.judges {
		if j.Wants(metric) {
			return true
		}
	}
	return p.learner != nil && summarypdata.IsSummary(metric)
}

// adder adds the points of one batch.
type adder struct {
	p       *statistics
	ctx     context.Context
	now     time.Time
	point   summarypdata.Point
	current *model // locked
	learns  bool   // the current model's profile is being learned
	touched []*model
	counted int64
	// inOrder is where statistics go that are due before the batch is done.
	inOrder *emission
}

// addInOrder adds the points in the order of time, and judges as it goes.
func (b *adder) addInOrder(summaries []pmetric.Metric) {
	var places []place
	for _, m := range summaries {
		for i := range summarypdata.Len(m) {
			places = append(places, place{m, i, int64(summarypdata.TimeOf(m, i))})
		}
	}
	slices.SortStableFunc(places, func(x, y place) int {
		switch {
		case x.time < y.time:
			return -1
		case x.time > y.time:
			return 1
		}
		return 0
	})
	b.inOrder = newEmission(b.p, pmetric.NewMetrics())
	for _, at := range places {
		b.add(at.metric, at.index)
	}
	if err := b.inOrder.send(b.ctx); err != nil {
		b.p.report.emitFailed(b.ctx, err)
	}
}

// add reads one point and adds it to its model.
func (b *adder) add(metric pmetric.Metric, index int) {
	fault := b.point.Read(metric, index)
	if fault != "" {
		b.p.report.refused(b.ctx, b.point.Model, string(fault), &b.point)
		return
	}
	if ahead := time.Duration(b.point.Time - b.now.UnixNano()); ahead > b.p.config.MaxFuture {
		b.p.report.refused(b.ctx, b.point.Model, "future", &b.point)
		return
	}
	if !b.turnTo(b.point.Model, b.point.Version) {
		b.p.report.refused(b.ctx, notice.Overflow, "model_limit", &b.point)
		return
	}
	m := b.current
	increment := window.Increment{
		Group: b.point.Group, Metric: b.point.Metric, Attributes: b.point.Rest, Time: b.point.Time,
		Histogram: b.point.Histogram, Exponential: b.point.Exponential, Sum: b.point.Sum,
	}
	switch m.windows.Add(&increment) {
	case window.OverLimit:
		b.p.report.refused(b.ctx, m.name, "series_limit", &b.point)
		return
	case window.TooOld:
		b.p.report.refused(b.ctx, m.name, "too_old", &b.point)
		return
	case window.Late:
		b.p.report.late(b.ctx, m.name, &b.point)
	}
	b.counted++
	m.arrived = b.now
	m.began(time.Unix(0, b.point.Time-1))
	if b.learns && b.point.Whole() {
		b.learn()
	}
	if b.inOrder != nil && m.windows.Due() {
		b.p.judge(b.ctx, m, b.inOrder)
	}
}

// turnTo locks the model and makes it the current one; false where it would be one too many.
func (b *adder) turnTo(name, version string) bool {
	if m := b.current; m != nil && m.name == name && m.version == version {
		return true
	}
	b.release()
	for {
		m := b.p.models.of(name, version, b.p.settings)
		if m == nil {
			return false
		}
		m.mu.Lock()
		if !m.gone {
			b.current = m
			break
		}
		m.mu.Unlock()
	}
	if !slices.Contains(b.touched, b.current) {
		b.touched = append(b.touched, b.current)
	}
	b.learns = b.p.learner != nil && b.p.learner.Wants(name, version)
	return true
}

func (b *adder) release() {
	if b.current != nil {
		b.current.mu.Unlock()
		b.current = nil
	}
}

// learn gives the point to the learner of profiles.
func (b *adder) learn() {
	hour := (b.point.Time - 1) / int64(time.Hour)
	b.p.learner.Observe(b.point.Model, b.point.Version, &summary.Series{
		Metric: b.point.Metric, Attributes: b.point.Rest,
		Histogram: b.point.Histogram, Exponential: b.point.Exponential, Sum: b.point.Sum,
		Hours: []summary.HourCount{{Hour: hour, Count: b.point.Count()}},
	})
}

func (b *adder) done() {
	b.release()
	b.p.report.counted(b.ctx, b.counted)
}
