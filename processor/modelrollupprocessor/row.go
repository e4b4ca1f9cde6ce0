package modelrollupprocessor

import (
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/leeway-ml/leeway/internal/summarypdata"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// apart is by how much the times of two points of a series differ at least: a metrics store tells milliseconds apart.
const apart = int64(time.Millisecond)

// row is one running total, and whose it is.
type row struct {
	metric string
	// attributes beside model and version: of the group, then of the series. They don't change.
	attributes []summary.Attribute
	total      total
	// start of the total, and the time of the last point that went out, in nanoseconds of event time.
	start, last int64
	// added and refreshed are when something was added, and when all of it went out last, by the wall clock.
	added, refreshed time.Time
	// started is false until the zero at the start went out.
	started bool
}

// followsProfile is true of rows whose bins are the profile's, or would be if there were one.
func (r *row) followsProfile() bool {
	switch r.metric {
	case semconv.MetricFeatureBins, semconv.MetricPredictionBins,
		semconv.MetricFeatureValue, semconv.MetricPredictionScore, semconv.MetricPredictionValue, semconv.MetricGroundTruthValue,
		semconv.MetricJointReconstructionError, semconv.MetricJointResidual:
		return true
	}
	return false
}

// newRow begins a row just before its first summary.
func newRow(metric string, point *summarypdata.Point, rest []summary.Attribute, t total) *row {
	return &row{
		metric: metric, attributes: slices.Concat(point.Group, rest), total: t,
		start: min(point.Start, point.Time-apart),
	}
}

// stamp is the time of the next point for what happened at that time. It is later than the last one's, as a metrics store
// wants it: what comes late is told late.
func (r *row) stamp(at int64) int64 { return max(at, r.last+apart) }

// describe writes time and attributes of data point i.
func (r *row) describe(p dataPoint, m *model, i int, at int64) {
	p.SetStartTimestamp(pcommon.Timestamp(r.start))
	p.SetTimestamp(pcommon.Timestamp(at))
	attributes := p.Attributes()
	attributes.EnsureCapacity(len(r.attributes) + 3)
	attributes.PutStr(semconv.AttrModelName, m.name)
	attributes.PutStr(semconv.AttrModelVersion, m.version)
	for _, a := range r.attributes {
		attributes.PutStr(a.Key, a.Value)
	}
	r.total.label(attributes, i)
}
