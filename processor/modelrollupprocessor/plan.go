package modelrollupprocessor

import (
	"fmt"
	"slices"

	"github.com/leeway-ml/leeway/internal/summarypdata"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/semconv"
)

// plan says into which bins a model's summaries go. It is worked out once for each profile; nil where there is none.
type plan struct {
	profile  *profile.Profile
	id       string
	features map[string]*binned
	// prediction is what the model predicts, in the profile's most telling form; nil where the profile has none.
	prediction *binned
	// predicted is the summary that prediction is binned from.
	predicted string
}

// binned is a variable of the profile, and its roll-up bins.
type binned struct {
	variable *profile.Variable
	// name of the feature; empty for predictions.
	name string
	// bounds of the roll-up bins; nil for categories.
	bounds []float64
	// labels of the bins; of categories, the last two are Other and Unseen.
	labels []string
}

func newPlan(p *profile.Profile) *plan {
	if p == nil {
		return nil
	}
	out := &plan{profile: p, id: p.ID(), features: make(map[string]*binned, len(p.Features))}
	for _, v := range p.Features {
		out.features[v.Name] = newBinned(v, v.Name)
	}
	if keys := p.Predictions(); len(keys) > 0 {
		out.prediction = newBinned(p.Variable(keys[0]), "")
		switch keys[0] {
		case profile.KeyValue:
			out.predicted = semconv.MetricPredictionValue
		case profile.KeyClass:
			out.predicted = semconv.MetricPredictions
		default:
			out.predicted = semconv.MetricPredictionScore
		}
	}
	return out
}

func newBinned(v *profile.Variable, name string) *binned {
	return &binned{variable: v, name: name, bounds: v.RollupBounds(), labels: v.RollupLabels()}
}

// all are the variables that have bins.
func (p *plan) all() []*binned {
	all := make([]*binned, 0, len(p.features)+1)
	for _, v := range p.profile.Features {
		all = append(all, p.features[v.Name])
	}
	if p.prediction != nil {
		all = append(all, p.prediction)
	}
	return all
}

// binned finds the variable whose bins the point counts in, nil where the profile has none.
func (p *plan) binned(point *summarypdata.Point) *binned {
	if p == nil {
		return nil
	}
	switch point.Metric {
	case semconv.MetricFeatureValue, semconv.MetricFeatureCategories:
		return p.features[valueOf(point, semconv.AttrFeatureName)]
	case p.predicted:
		class := valueOf(point, semconv.AttrClass)
		switch {
		case p.predicted == semconv.MetricPredictionScore && class != "" && class != p.prediction.variable.Name:
			return nil // a score for another class
		case p.predicted == semconv.MetricPredictions && valueOf(point, semconv.AttrPredictionClass) == "":
			return nil // a prediction without a class
		}
		return p.prediction
	}
	return nil
}

func valueOf(point *summarypdata.Point, key string) string {
	for _, a := range point.Rest {
		if a.Key == key {
			return a.Value
		}
	}
	return ""
}

// metrics are the roll-up's names: of the bins, and of the reference's shares.
func (b *binned) metrics() (bins, share string) {
	if b.name == "" {
		return semconv.MetricPredictionBins, semconv.MetricPredictionReferenceShare
	}
	return semconv.MetricFeatureBins, semconv.MetricFeatureReferenceShare
}

// shares are the reference's over the bins, at an hour of its cycle. Of categories, Unseen is the last, and 0.
func (b *binned) shares(at profile.Mixture) []float64 {
	shares := profile.SumBins(b.variable.AtMixture(at, nil).Shares, b.variable.Rollup)
	for len(shares) < len(b.labels) {
		shares = append(shares, 0)
	}
	return shares
}

// indices are the values of ml.bin.index, in order.
var indices = func() []string {
	all := make([]string, profile.MaxRollupBins+2)
	for i := range all {
		all[i] = fmt.Sprintf("%02d", i)
	}
	return slices.Clip(all)
}()

func index(bin int) string {
	if bin < len(indices) {
		return indices[bin]
	}
	return fmt.Sprintf("%02d", bin)
}
