package modelsummaryconnector

import "github.com/leeway-ml/leeway/semconv"

// One function a metric: the points of one accumulator, in order of the features, then by name.

func (w *writer) featureValues(a *accumulator) {
	for i := range a.plan.features {
		f := &a.plan.features[i]
		if !f.numeric {
			continue
		}
		bounds := f.bounds
		if a.segment != nil {
			bounds = f.rollup
		}
		w.histogram(semconv.MetricFeatureValue, a, &a.features[i].spread, bounds, a.cellsOf(f), label{semconv.AttrFeatureName, f.name})
	}
	for _, name := range sortedKeys(a.extras) {
		w.exponential(semconv.MetricFeatureValue, a, &a.extras[name].numbers, label{semconv.AttrFeatureName, name})
	}
}

func (w *writer) featureCategories(a *accumulator) {
	for i := range a.plan.features {
		f := &a.plan.features[i]
		if f.numeric {
			continue
		}
		for bin, n := range a.cellsOf(f) {
			w.sum(semconv.MetricFeatureCategories, a, n, label{semconv.AttrFeatureName, f.name}, label{semconv.AttrFeatureCategory, f.category(bin)})
		}
	}
	for _, name := range sortedKeys(a.extras) {
		categories := a.extras[name].categories
		for _, category := range sortedKeys(categories) {
			w.sum(semconv.MetricFeatureCategories, a, categories[category], label{semconv.AttrFeatureName, name}, label{semconv.AttrFeatureCategory, category})
		}
	}
}

func (w *writer) featureInvalid(a *accumulator) {
	for i := range a.plan.features {
		f := &a.plan.features[i]
		c := &a.features[i]
		// What an event does not have is missing; a profile's feature that is absent is nowhere counted as it goes by.
		w.invalid(a, f.name, "missing", a.events-c.binned-c.wrongType-c.nonFinite)
		w.invalid(a, f.name, "non_finite", c.nonFinite)
		w.invalid(a, f.name, "out_of_range", c.outOfRange)
		w.invalid(a, f.name, "type", c.wrongType)
		if !f.numeric {
			w.invalid(a, f.name, "unseen", a.cellsOf(f)[f.unseen()])
		}
	}
	w.vectorInvalid(a)
	for _, name := range sortedKeys(a.extras) {
		x := a.extras[name]
		w.invalid(a, name, "missing", x.missing)
		w.invalid(a, name, "non_finite", x.nonFinite)
		w.invalid(a, name, "type", x.wrongType)
	}
}

func (w *writer) invalid(a *accumulator, feature, reason string, n uint64) {
	w.sum(semconv.MetricFeatureInvalid, a, n, label{semconv.AttrFeatureName, feature}, label{semconv.AttrInvalidReason, reason})
}

func (w *writer) attributions(a *accumulator) {
	for _, name := range sortedKeys(a.attributions) {
		w.exponential(semconv.MetricAttributionValue, a, &a.attributions[name].numbers, label{semconv.AttrFeatureName, name})
	}
}

func (w *writer) predictions(a *accumulator) {
	rest := a.events
	for _, class := range sortedKeys(a.classes) {
		rest -= a.classes[class]
		w.sum(semconv.MetricPredictions, a, a.classes[class], label{semconv.AttrPredictionClass, class})
	}
	w.sum(semconv.MetricPredictions, a, rest)
}

func (w *writer) scores(a *accumulator) {
	for _, class := range sortedKeys(a.scores) {
		bins := &a.scores[class].bins
		w.histogram(semconv.MetricPredictionScore, a, &bins.spread, bins.bounds, bins.counts, label{semconv.AttrClass, class})
	}
}

func (w *writer) odds(a *accumulator) {
	for _, class := range sortedKeys(a.scores) {
		w.oddsOf(semconv.MetricPredictionOdds, a, &a.scores[class].odds, class)
	}
}

func (w *writer) values(a *accumulator) {
	w.measure(semconv.MetricPredictionValue, a, a.values)
}

func (w *writer) measure(metric string, a *accumulator, m *measure) {
	switch {
	case m == nil:
	case m.bins != nil:
		w.histogram(metric, a, &m.bins.spread, m.bins.bounds, m.bins.counts)
	default:
		w.exponential(metric, a, m.exponential)
	}
}

func (w *writer) durations(a *accumulator) {
	if d := a.durations; d != nil {
		w.histogram(semconv.MetricPredictionDuration, a, &d.spread, d.bounds, d.counts)
	}
}

// cellsOf are the counts of a feature's bins.
func (a *accumulator) cellsOf(f *planFeature) []uint64 {
	first := f.fine
	if a.segment != nil {
		first = f.coarse
	}
	return a.cells[first : first+f.cells(a.segment != nil)]
}
