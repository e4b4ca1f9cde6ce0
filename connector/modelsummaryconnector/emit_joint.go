package modelsummaryconnector

import (
	"fmt"

	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/multivariate"
)

// One function a metric, as in emit_series.go; those of the inputs together, and of vectors.

// phaseBounds are those of every histogram of angles.
var phaseBounds = multivariate.PhaseBounds(profile.PhaseBins)

// projectionNames are the values of ml.projection.index, componentNames those of ml.component.index.
var projectionNames, componentNames = ordinals("%03d", profile.JointFrequencies), ordinals("%04d", profile.MaxVectorDimensions)

func ordinals(format string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf(format, i)
	}
	return names
}

func (w *writer) jointPhases(a *accumulator) {
	if a.joint != nil {
		w.phases(semconv.MetricJointPhase, a, a.joint.events, a.joint.phases, label{})
	}
}

// phases writes a histogram a frequency: counts only, since a sum of angles means nothing.
func (w *writer) phases(metric string, a *accumulator, n uint64, counts phaseCounts, feature label) {
	for k := range counts {
		p := w.metric(metric, pmetric.MetricTypeHistogram).Histogram().DataPoints().AppendEmpty()
		w.describe(p, a, feature, label{semconv.AttrProjectionIndex, projectionNames[k]})
		p.SetCount(n)
		p.ExplicitBounds().FromRaw(phaseBounds)
		p.BucketCounts().FromRaw(counts[k][:])
	}
}

func (w *writer) jointErrors(a *accumulator) {
	if a.joint != nil {
		h := &a.joint.errors
		w.histogram(semconv.MetricJointReconstructionError, a, &h.spread, h.bounds, h.counts)
	}
}

func (w *writer) jointResiduals(a *accumulator) {
	if a.joint == nil {
		return
	}
	for i, name := range a.plan.profile.Joint.Features {
		p := w.metric(semconv.MetricJointResidual, pmetric.MetricTypeHistogram).Histogram().DataPoints().AppendEmpty()
		w.describe(p, a, label{semconv.AttrFeatureName, name})
		p.SetCount(a.joint.events)
		p.SetSum(a.joint.residuals[i])
	}
}

func (w *writer) jointProducts(a *accumulator) {
	if a.joint == nil {
		return
	}
	products, correlated := &a.joint.products, a.plan.profile.Joint.Correlated
	for i, name := range correlated {
		for k := i + 1; k < len(correlated); k++ {
			w.signed(semconv.MetricJointProduct, a, products.Data[i*products.Stride+k], label{semconv.AttrFeatureName, name}, label{semconv.AttrFeatureOther, correlated[k]})
		}
	}
}

// signed writes a sum of numbers of either sign. It is written where it is 0 too: it is no count.
func (w *writer) signed(metric string, a *accumulator, x float64, labels ...label) {
	p := w.metric(metric, pmetric.MetricTypeSum).Sum().DataPoints().AppendEmpty()
	w.describe(p, a, labels...)
	p.SetDoubleValue(x)
}

func (w *writer) vectorPhases(a *accumulator) {
	for i := range a.vectors {
		c := &a.vectors[i]
		w.phases(semconv.MetricVectorPhase, a, c.events, c.phases, label{semconv.AttrFeatureName, a.plan.vectors[i].name})
	}
}

func (w *writer) vectorComponents(a *accumulator) {
	for i := range a.vectors {
		name := a.plan.vectors[i].name
		for k, x := range a.vectors[i].components {
			w.signed(semconv.MetricVectorComponent, a, x, label{semconv.AttrFeatureName, name}, label{semconv.AttrComponentIndex, componentNames[k]})
		}
	}
}

// vectorInvalid is what events have in place of the profile's vectors. An accumulator that counts no sketches knows nothing of them.
func (w *writer) vectorInvalid(a *accumulator) {
	if a.segment != nil || a.experiment != "" || a.variant != "" {
		return
	}
	for i := range a.plan.vectors {
		var c vectorCounts
		if a.vectors != nil {
			c = a.vectors[i]
		}
		name := a.plan.vectors[i].name
		w.invalid(a, name, "missing", a.events-c.events-c.wrongType-c.nonFinite)
		w.invalid(a, name, "non_finite", c.nonFinite)
		w.invalid(a, name, "type", c.wrongType)
	}
}
