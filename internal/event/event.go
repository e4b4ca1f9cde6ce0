// Package event decodes model telemetry: OTLP log records and spans become plain events.
package event

import "slices"

// Event is one prediction, ground truth, piece of feedback ... It is valid until the decoder yields the next one; its texts
// may be kept.
type Event struct {
	// Name is the event's name: "ml.prediction" ...
	Name string
	// Time in nanoseconds since the epoch: when it happened, else when it was observed; a span's end. 0 = unknown.
	Time uint64
	// Model and Version as sent; empty where absent.
	Model, Version string
	// Task is the ml.task.type, empty where absent.
	Task string
	// PredictionID as sent, empty where absent.
	PredictionID string

	// Class is the predicted class, empty where absent.
	Class string
	Score Value
	// CalibratedScore is what a calibrator made of the score.
	CalibratedScore Value
	// Value is the predicted value of a regression.
	Value Value
	// Duration in seconds. A span without the attribute has its own length.
	Duration Value
	// Probabilities by class.
	Probabilities []Field
	// Items of a ranking, best first.
	Items []string
	// Inputs and Attributions by feature. Where a name occurs more than once, the first one counts.
	Inputs, Attributions []Field

	// GroundTruthClass is the true class, empty where absent.
	GroundTruthClass string
	// GroundTruthValue is the true value of a regression.
	GroundTruthValue Value
	// Relevances by item of a ranking. Where an item occurs more than once, the first one counts.
	Relevances []Field
	// FeedbackName is what the feedback is about; FeedbackScore and FeedbackLabel are the verdict.
	FeedbackName  string
	FeedbackScore Value
	FeedbackLabel string
	// PredictionTime is when the prediction of an outcome was made, in nanoseconds since the epoch. 0 = unknown.
	PredictionTime uint64
	// JoinResult is the ml.join.result, empty where absent.
	JoinResult string

	// Detector, Signal and Level are what a concept drift says: which detector fired, what it watches, and how sure it is.
	Detector, Signal, Level string
	// Slice has the ml.segment.<key> of a concept drift: the slice that the detector ran on. Where a key occurs more than once,
	// the first one counts.
	Slice []Label

	Experiment, Variant string
	// Segments are the texts of the decoder's segment keys, in their order; empty where absent.
	Segments []string

	// Dropped is how many attributes the sender left out of the record.
	Dropped uint32
	// BadInputs is true where ml.inputs (or the expression that stands for it) is no map.
	BadInputs bool
	// BadItems and BadRelevances likewise, where ml.prediction.items is no array and ml.ground_truth.relevances no map.
	BadItems, BadRelevances bool
	// BadPredictionTime is true where ml.prediction.time is neither nanoseconds since the epoch nor an RFC 3339 text.
	BadPredictionTime bool
	// Err is the last error of an OTTL expression; its field is absent.
	Err error
}

// Label is one key of a slice, and what it is there.
type Label struct{ Key, Text string }

// Field is one named value, or array of numbers.
type Field struct {
	Name string
	Value
	// Numbers is not empty where Kind is Numbers. Unlike texts it is not to be kept: it is the decoder's memory. It is no part of Value
	// so that values stay small: decoding would take twice as long.
	Numbers []float64
}

// Equal reports whether two fields are the same. NaN is not the same as NaN.
func (f *Field) Equal(o *Field) bool {
	return f.Name == o.Name && f.Value == o.Value && slices.Equal(f.Numbers, o.Numbers)
}

// Kind is what a value is.
type Kind uint8

// Kinds of values.
const (
	Missing Kind = iota // absent, null or an empty text
	Number              // Value.Number
	Text                // Value.Text
	Bool                // Value.Number is 0 or 1, Value.Text "false" or "true"
	Other               // a map, an array or bytes: nothing to be counted
	Numbers             // an array of numbers, Field.Numbers: of inputs only, of other things it is Other
)

// String is the kind in words.
func (k Kind) String() string {
	switch k {
	case Missing:
		return "nothing"
	case Number:
		return "a number"
	case Text:
		return "text"
	case Bool:
		return "a boolean"
	case Numbers:
		return "an array of numbers"
	}
	return "a map, an array or bytes"
}

// Value is one scalar.
type Value struct {
	Kind   Kind
	Number float64
	Text   string
}
