package modelsummaryconnector

import (
	"cmp"
	"maps"
	"slices"

	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/connector/modelsummaryconnector/internal/metadata"
	"github.com/leeway-ml/leeway/semconv"
)

const (
	instanceID = "service.instance.id"
	// overflowAttribute marks every series that holds what is beyond a limit, as OpenTelemetry's SDKs do.
	overflowAttribute = "otel.metric.overflow"
)

// emitter writes accumulators as metrics.
type emitter struct {
	instance string
	version  string
	pane     uint64
	losses   []string
}

func newEmitter(set connector.Settings, cfg *Config) emitter {
	e := emitter{version: set.BuildInfo.Version, pane: uint64(cfg.Pane), losses: newLosses(cfg.TopK, cfg.RankingK).names}
	if id, ok := set.Resource.Attributes().Get(instanceID); ok {
		e.instance = id.AsString()
	}
	return e
}

// metrics writes the accumulators in the order given: metric by metric, each in order of the accumulators.
func (e *emitter) metrics(all []*accumulator) pmetric.Metrics {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	if e.instance != "" {
		rm.Resource().Attributes().PutStr(instanceID, e.instance)
	}
	sm := rm.ScopeMetrics().AppendEmpty()
	sm.Scope().SetName(metadata.ScopeName)
	sm.Scope().SetVersion(e.version)
	w := &writer{metrics: sm.Metrics(), pane: e.pane, losses: e.losses}
	for _, write := range []func(*writer, *accumulator){
		(*writer).featureValues, (*writer).featureCategories, (*writer).featureInvalid, (*writer).attributions,
		(*writer).predictions, (*writer).scores, (*writer).odds, (*writer).values, (*writer).durations,
		(*writer).jointPhases, (*writer).jointErrors, (*writer).jointResiduals, (*writer).jointProducts,
		(*writer).vectorPhases, (*writer).vectorComponents, (*writer).conceptDrifts,
	} {
		w.open = nil
		for _, a := range all {
			write(w, a)
		}
	}
	for _, write := range []func(*writer, *accumulator){
		(*writer).outcomes, (*writer).outcomeOdds, (*writer).outcomeCalibration, (*writer).outcomeLosses, (*writer).outcomeErrors,
		(*writer).trueValues, (*writer).delays, (*writer).joins, (*writer).feedback,
	} {
		w.open = nil
		for _, a := range all {
			if a.outcomes != nil {
				write(w, a)
			}
		}
	}
	return md
}

// writer appends points to the metrics.
type writer struct {
	metrics pmetric.MetricSlice
	pane    uint64
	losses  []string // names
	// open are the metrics under way, by name and type: a metric may come with and without a profile.
	open map[openKey]pmetric.Metric
}

type openKey struct {
	name string
	kind pmetric.MetricType
}

func (w *writer) metric(name string, kind pmetric.MetricType) pmetric.Metric {
	key := openKey{name, kind}
	if m, ok := w.open[key]; ok {
		return m
	}
	m := w.metrics.AppendEmpty()
	registered, _ := semconv.Lookup(name)
	m.SetName(name)
	m.SetUnit(registered.Unit)
	m.SetDescription(registered.Description)
	switch kind {
	case pmetric.MetricTypeSum:
		m.SetEmptySum().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
		m.Sum().SetIsMonotonic(!semconv.Signed(name))
	case pmetric.MetricTypeHistogram:
		m.SetEmptyHistogram().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	default:
		m.SetEmptyExponentialHistogram().SetAggregationTemporality(pmetric.AggregationTemporalityDelta)
	}
	if w.open == nil {
		w.open = map[openKey]pmetric.Metric{}
	}
	w.open[key] = m
	return m
}

// point is what all kinds of points have.
type point interface {
	Attributes() pcommon.Map
	SetStartTimestamp(pcommon.Timestamp)
	SetTimestamp(pcommon.Timestamp)
}

// label is one attribute of a series.
type label struct{ key, value string }

// describe gives the point its time and its attributes. (start, time] lies inside the pane.
func (w *writer) describe(p point, a *accumulator, labels ...label) {
	start := a.pane * w.pane
	p.SetStartTimestamp(pcommon.Timestamp(start))
	p.SetTimestamp(pcommon.Timestamp(max(a.last, start+1)))
	attributes := p.Attributes()
	attributes.EnsureCapacity(5 + len(a.segment) + len(labels))
	attributes.PutStr(semconv.AttrModelName, a.plan.model)
	attributes.PutStr(semconv.AttrModelVersion, a.plan.version)
	if a.experiment != "" {
		attributes.PutStr(semconv.AttrExperimentName, a.experiment)
	}
	if a.variant != "" {
		attributes.PutStr(semconv.AttrExperimentVariant, a.variant)
	}
	for _, s := range a.segment {
		attributes.PutStr(semconv.AttrSegmentPrefix+s.Key, s.Value)
	}
	over := a.overflow
	for _, l := range labels {
		if l.key == "" {
			continue
		}
		attributes.PutStr(l.key, l.value)
		over = over || l.value == overflow
	}
	if over {
		attributes.PutBool(overflowAttribute, true)
	}
}

func (w *writer) sum(name string, a *accumulator, n uint64, labels ...label) {
	if n == 0 {
		return
	}
	p := w.metric(name, pmetric.MetricTypeSum).Sum().DataPoints().AppendEmpty()
	w.describe(p, a, labels...)
	p.SetIntValue(int64(n))
}

func (w *writer) histogram(name string, a *accumulator, s *spread, bounds []float64, counts []uint64, labels ...label) {
	if s.count == 0 {
		return
	}
	p := w.metric(name, pmetric.MetricTypeHistogram).Histogram().DataPoints().AppendEmpty()
	w.describe(p, a, labels...)
	p.SetCount(s.count)
	p.SetSum(s.sum)
	p.SetMin(s.min)
	p.SetMax(s.max)
	p.ExplicitBounds().FromRaw(bounds)
	p.BucketCounts().FromRaw(counts)
}

func (w *writer) exponential(name string, a *accumulator, e *exponential, labels ...label) {
	h := &e.h
	n := h.Count()
	if n == 0 {
		return
	}
	p := w.metric(name, pmetric.MetricTypeExponentialHistogram).ExponentialHistogram().DataPoints().AppendEmpty()
	w.describe(p, a, labels...)
	p.SetCount(n)
	p.SetSum(h.Sum)
	p.SetMin(h.Min)
	p.SetMax(h.Max)
	p.SetScale(h.Scale)
	p.SetZeroCount(h.Zero)
	p.Positive().SetOffset(h.Positive.Offset)
	p.Positive().BucketCounts().FromRaw(h.Positive.Counts)
	p.Negative().SetOffset(h.Negative.Offset)
	p.Negative().BucketCounts().FromRaw(h.Negative.Counts)
}

func sortedFunc[K comparable, V any](m map[K]V, compare func(a, b K) int) []K {
	return slices.SortedFunc(maps.Keys(m), compare)
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}
