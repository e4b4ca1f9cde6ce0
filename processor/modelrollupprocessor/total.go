package modelrollupprocessor

import (
	"math"
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/internal/summarypdata"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// maxBuckets bounds a total that is an exponential histogram, as OpenTelemetry's SDKs do.
const maxBuckets = 160

// total is what a row adds up to. It is one data point, or as many as there are bins.
type total interface {
	// add takes in a summary. b is the profile's variable that it is of, nil where it has none. ok is false where the
	// summary does not fit the total; exact is false where its bins had to be dealt out to the total's.
	add(point *summarypdata.Point, b *binned) (ok, exact bool)
	// kind of metric that the total is.
	kind() pmetric.MetricType
	// points is how many data points the total makes.
	points() int
	// changed is true where data point i is not what set wrote last.
	changed(i int) bool
	// set writes the value of data point i.
	set(p dataPoint, i int)
	// label writes the attributes that tell data point i from its neighbours.
	label(attributes pcommon.Map, i int)
}

// dataPoint is what all kinds of data points have.
type dataPoint interface {
	Attributes() pcommon.Map
	SetStartTimestamp(pcommon.Timestamp)
	SetTimestamp(pcommon.Timestamp)
}

// single is a total of one data point.
type single struct{ moved bool }

func (single) points() int            { return 1 }
func (s *single) changed(int) bool    { return s.moved }
func (single) label(pcommon.Map, int) {}

// counter is a running sum.
type counter struct {
	single
	sum float64
	// fractional is true once a part was no whole number: a stream does not change from whole numbers to others and back.
	fractional bool
}

func (c *counter) add(point *summarypdata.Point, _ *binned) (ok, exact bool) {
	if point.Histogram != nil || point.Exponential != nil {
		return false, false
	}
	c.moved = true
	c.sum += point.Sum
	c.fractional = c.fractional || point.Sum != math.Trunc(point.Sum) || c.sum > 1<<53
	return true, true
}

func (*counter) kind() pmetric.MetricType { return pmetric.MetricTypeSum }

func (c *counter) set(p dataPoint, _ int) {
	c.moved = false
	if c.fractional {
		p.(pmetric.NumberDataPoint).SetDoubleValue(c.sum)
	} else {
		p.(pmetric.NumberDataPoint).SetIntValue(int64(c.sum))
	}
}

// bins are running counts over a variable's roll-up bins.
type bins struct {
	counts, written []uint64
}

func newBins(b *binned) *bins {
	return &bins{counts: make([]uint64, len(b.labels)), written: make([]uint64, len(b.labels))}
}

func (t *bins) add(point *summarypdata.Point, b *binned) (ok, exact bool) {
	return b.count(point, t.counts)
}

func (*bins) kind() pmetric.MetricType { return pmetric.MetricTypeSum }
func (t *bins) points() int            { return len(t.counts) }
func (t *bins) changed(i int) bool     { return t.counts[i] != t.written[i] }

func (t *bins) set(p dataPoint, i int) {
	t.written[i] = t.counts[i]
	p.(pmetric.NumberDataPoint).SetIntValue(int64(t.counts[i]))
}

func (*bins) label(attributes pcommon.Map, i int) { attributes.PutStr(semconv.AttrBinIndex, index(i)) }

// histogram is a running histogram over explicit bounds, perhaps none.
type histogram struct {
	single
	bounds []float64
	counts []uint64
	sum    float64 // NaN where a part had none
}

func newHistogram(bounds []float64) *histogram {
	return &histogram{bounds: bounds, counts: make([]uint64, len(bounds)+1)}
}

func (h *histogram) add(point *summarypdata.Point, b *binned) (ok, exact bool) {
	sum := 0.0
	switch {
	case point.Histogram != nil:
		sum = point.Histogram.Sum
	case point.Exponential != nil:
		sum = point.Exponential.Sum
	default:
		return false, false
	}
	switch numeric := b != nil && b.variable.Type == profile.Numeric; {
	case point.Histogram != nil && slices.Equal(point.Histogram.Bounds, h.bounds):
		addAll(h.counts, point.Histogram.Counts)
		exact = true
	case numeric && slices.Equal(h.bounds, b.variable.Bounds):
		var fine []uint64
		fine, exact = b.fine(point)
		addAll(h.counts, fine)
	case numeric && slices.Equal(h.bounds, b.bounds):
		_, exact = b.count(point, h.counts)
	default:
		return false, false
	}
	h.moved = true
	h.sum += sum
	return true, exact
}

func (*histogram) kind() pmetric.MetricType { return pmetric.MetricTypeHistogram }

func (h *histogram) set(p dataPoint, _ int) {
	h.moved = false
	dp := p.(pmetric.HistogramDataPoint)
	var n uint64
	for _, c := range h.counts {
		n += c
	}
	dp.SetCount(n)
	if math.IsNaN(h.sum) {
		dp.RemoveSum()
	} else {
		dp.SetSum(h.sum)
	}
	dp.ExplicitBounds().FromRaw(h.bounds)
	dp.BucketCounts().FromRaw(h.counts)
}

// exponential is a running exponential histogram. It coarsens where its range widens.
type exponential struct {
	single
	h summary.Exponential
}

func (e *exponential) add(point *summarypdata.Point, _ *binned) (ok, exact bool) {
	if point.Exponential == nil {
		return false, false
	}
	e.moved = true
	e.h.Merge(point.Exponential, maxBuckets)
	return true, true
}

func (*exponential) kind() pmetric.MetricType { return pmetric.MetricTypeExponentialHistogram }

func (e *exponential) set(p dataPoint, _ int) {
	e.moved = false
	dp := p.(pmetric.ExponentialHistogramDataPoint)
	dp.SetCount(e.h.Count())
	if math.IsNaN(e.h.Sum) {
		dp.RemoveSum()
	} else {
		dp.SetSum(e.h.Sum)
	}
	dp.SetScale(e.h.Scale)
	dp.SetZeroCount(e.h.Zero)
	dp.SetZeroThreshold(e.h.ZeroThreshold)
	dp.Positive().SetOffset(e.h.Positive.Offset)
	dp.Positive().BucketCounts().FromRaw(e.h.Positive.Counts)
	dp.Negative().SetOffset(e.h.Negative.Offset)
	dp.Negative().BucketCounts().FromRaw(e.h.Negative.Counts)
}

// wantsPlain reports whether summaries like the point go on under their own name. Categories don't: bins are all there is of
// them.
func (c *Config) wantsPlain(point *summarypdata.Point) bool {
	if point.Histogram == nil && point.Exponential == nil {
		return point.Metric != semconv.MetricFeatureCategories
	}
	return c.Histograms || small(point)
}

// plainTotal is an empty total for summaries like the point under their own name. b is the profile's variable that they are
// of, nil where it has none: a profile's bounds do not change with whoever sends first.
func plainTotal(point *summarypdata.Point, b *binned) total {
	numeric := b != nil && b.variable.Type == profile.Numeric
	switch {
	case point.Histogram == nil && point.Exponential == nil:
		return &counter{}
	case numeric && point.Whole():
		return newHistogram(b.variable.Bounds)
	case numeric:
		return newHistogram(b.bounds)
	case point.Histogram != nil:
		return newHistogram(slices.Clone(point.Histogram.Bounds))
	}
	return &exponential{}
}

// small is true of histograms that cost a metrics store little, and that every team wants: those without bounds, durations,
// delays of labels, and verdicts of users. Of the scores of outcomes by bin the bins are enough: their sums would be three
// times as many series; and residuals are for those who ask what a joint drift is due to.
func small(point *summarypdata.Point) bool {
	if point.Histogram == nil {
		return false
	}
	switch point.Metric {
	case semconv.MetricOutcomeCalibration, semconv.MetricJointResidual:
		return false
	case semconv.MetricPredictionDuration, semconv.MetricGroundTruthDelay, semconv.MetricFeedbackScore:
		return true
	}
	return len(point.Histogram.Bounds) == 0
}
