// Package summarypdata translates between OTLP metrics and the plain types of package summary.
package summarypdata

import (
	"cmp"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/summary"
)

// UnknownVersion stands for a version that nobody named.
const UnknownVersion = "unknown"

// Identity is what the attributes of a data point say: whose it is, and which series. It is made to be read into again and
// again; its strings may be kept, its slices not.
type Identity struct {
	Model, Version string
	// Group has the attributes of the group beside model and version: segment and experiment, sorted by key.
	Group []summary.Attribute
	// Rest has all other attributes, sorted by key.
	Rest []summary.Attribute
	// long: an attribute has more than maxText bytes.
	long bool
}

// maxText is how many bytes a key or a value may have. Longer ones name nothing, and would be kept as long as their series.
const maxText = 256

// Read takes in the attributes of a data point. It returns false where ml.model.name is missing.
func (id *Identity) Read(attributes pcommon.Map) bool {
	id.Model, id.Version, id.long = "", UnknownVersion, false
	id.Group, id.Rest = id.Group[:0], id.Rest[:0]
	for key, value := range attributes.All() {
		text := value.AsString()
		if len(key) > maxText || len(text) > maxText {
			id.long = true
			key, text = cut(key), cut(text)
		}
		switch {
		case key == semconv.AttrModelName:
			id.Model = text
		case key == semconv.AttrModelVersion:
			if text != "" {
				id.Version = text
			}
		case key == semconv.AttrExperimentName, key == semconv.AttrExperimentVariant, strings.HasPrefix(key, semconv.AttrSegmentPrefix):
			id.Group = append(id.Group, summary.Attribute{Key: key, Value: text})
		default:
			id.Rest = append(id.Rest, summary.Attribute{Key: key, Value: text})
		}
	}
	sortByKey(id.Group)
	sortByKey(id.Rest)
	return id.Model != ""
}

// cut is the beginning of a text that is too long, to be shown.
func cut(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "") + "..."
}

func sortByKey(attributes []summary.Attribute) {
	if len(attributes) > 1 {
		slices.SortFunc(attributes, func(a, b summary.Attribute) int { return cmp.Compare(a.Key, b.Key) })
	}
}

// Whole is true where the point is about all of a model's traffic, not about a segment or an arm of an experiment.
func (id *Identity) Whole() bool { return len(id.Group) == 0 }

// PutGroup writes the group's attributes, as they were read.
func PutGroup(attributes pcommon.Map, g *summary.Group) {
	attributes.PutStr(semconv.AttrModelName, g.Model)
	attributes.PutStr(semconv.AttrModelVersion, g.Version)
	for _, a := range g.Segment {
		attributes.PutStr(a.Key, a.Value)
	}
	if g.Experiment != "" {
		attributes.PutStr(semconv.AttrExperimentName, g.Experiment)
	}
	if g.Variant != "" {
		attributes.PutStr(semconv.AttrExperimentVariant, g.Variant)
	}
}
