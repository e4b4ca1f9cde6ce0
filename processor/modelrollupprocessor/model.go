package modelrollupprocessor

import (
	"sync"
	"time"

	"github.com/leeway-ml/leeway/internal/summarypdata"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// model holds the rows of one version of a model.
type model struct {
	name, version string
	profiled      bool // counts among the models that had a profile when they came

	mu     sync.Mutex
	plan   *plan // nil without a profile
	rows   map[string]*row
	series int // of all rows
	// latest is the greatest event time, and when it came.
	latest  int64
	arrived time.Time
	// The reference's shares: the hour that they were last said of, in nanoseconds of event time, the time of their last
	// points, and when that was by the wall clock.
	saidHour, saidLast int64
	said               time.Time
	gone               bool // it was forgotten; whoever comes too late asks for it again

	key  []byte
	rest []summary.Attribute
}

// now is the model's event time: that of its latest summary, moved on with the wall clock.
func (m *model) now(wall time.Time) int64 {
	return m.latest + max(0, int64(wall.Sub(m.arrived)))
}

// use makes the profile the one whose bins count. Other bins are other series under the same names, so totals over the
// bins of another profile end: they begin at zero again, as every counter may.
func (m *model) use(p *profile.Profile) {
	if m.plan == nil && p == nil || m.plan != nil && m.plan.profile == p {
		return
	}
	next := newPlan(p)
	if m.plan != nil && next != nil && m.plan.id == next.id {
		m.plan = next
		return
	}
	m.plan = next
	m.saidHour, m.said = 0, time.Time{}
	for key, r := range m.rows {
		if r.followsProfile() {
			m.drop(key, r)
		}
	}
}

func (m *model) drop(key string, r *row) {
	delete(m.rows, key)
	m.series -= r.total.points()
}

// binsOf finds or makes the row of a variable's bins, nil where there are too many series.
func (m *model) binsOf(b *binned, point *summarypdata.Point, limit int) *row {
	metric, _ := b.metrics()
	var rest []summary.Attribute
	if b.name != "" {
		rest = []summary.Attribute{{Key: semconv.AttrFeatureName, Value: b.name}}
	}
	return m.row(metric, point, rest, limit, func() total { return newBins(b) })
}

// row finds or makes the row of a metric, a group and the rest of the attributes, nil where there are too many series.
func (m *model) row(metric string, point *summarypdata.Point, rest []summary.Attribute, limit int, create func() total) *row {
	m.key = append(append(m.key[:0], metric...), 0)
	// Neither names nor values of attributes hold a zero byte in practice; one that does shares a row with its like.
	for _, attributes := range [][]summary.Attribute{point.Group, rest} {
		for _, a := range attributes {
			m.key = append(append(append(append(m.key, a.Key...), 0), a.Value...), 0)
		}
		m.key = append(m.key, 1)
	}
	if r := m.rows[string(m.key)]; r != nil {
		return r
	}
	t := create()
	if m.series+t.points() > limit {
		return nil
	}
	r := newRow(metric, point, rest, t)
	m.rows[string(m.key)] = r
	m.series += t.points()
	return r
}
