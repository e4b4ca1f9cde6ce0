package profile

import "strings"

// Keys of the variables that are one of a kind.
const (
	KeyClass     = "class"
	KeyValue     = "value"
	KeyTrueClass = "true_class"
	KeyTrueValue = "true_value"
)

// FeatureKey is the key of a feature: "feature/amount".
func FeatureKey(name string) string { return "feature/" + name }

// ScoreKey is the key of the score for a class: "score/1".
func ScoreKey(class string) string { return "score/" + class }

// Variable returns the variable of that key, nil where there is none.
func (p *Profile) Variable(key string) *Variable {
	if name, ok := strings.CutPrefix(key, "feature/"); ok {
		return p.Feature(name)
	}
	if class, ok := strings.CutPrefix(key, "score/"); ok {
		return p.Score(class)
	}
	switch key {
	case KeyClass:
		return p.Class
	case KeyValue:
		return p.Value
	case KeyTrueClass:
		return p.TrueClass
	case KeyTrueValue:
		return p.TrueValue
	}
	return nil
}

// Keys are the keys of all variables: features in their order, scores in theirs, then class, value, true_class, true_value.
func (p *Profile) Keys() []string {
	keys := make([]string, 0, len(p.Features)+len(p.Scores)+4)
	for _, v := range p.Features {
		keys = append(keys, FeatureKey(v.Name))
	}
	for _, v := range p.Scores {
		keys = append(keys, ScoreKey(v.Name))
	}
	for _, key := range []string{KeyClass, KeyValue, KeyTrueClass, KeyTrueValue} {
		if p.Variable(key) != nil {
			keys = append(keys, key)
		}
	}
	return keys
}
