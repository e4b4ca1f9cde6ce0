package window

import (
	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// GroupOf names a group by its attributes beside model and version.
func GroupOf(model, version string, attributes []summary.Attribute) summary.Group {
	g := summary.Group{Model: model, Version: version}
	for _, a := range attributes {
		switch a.Key {
		case semconv.AttrExperimentName:
			g.Experiment = a.Value
		case semconv.AttrExperimentVariant:
			g.Variant = a.Value
		default:
			g.Segment = append(g.Segment, a)
		}
	}
	return g
}
