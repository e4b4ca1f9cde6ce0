package conceptdriftprocessor

import (
	"fmt"
	"strings"

	"github.com/leeway-ml/leeway/semconv"
	"github.com/leeway-ml/leeway/stats/conceptdrift"
)

// kind is a kind of event. Each has its own event time: truths come later than predictions.
type kind uint8

const (
	ofPrediction kind = iota
	ofOutcome
	ofFeedback
	kinds
)

// kindNames are part of the keys in the storage.
var kindNames = [kinds]string{"prediction", "outcome", "feedback"}

var kindEvents = [kinds]string{semconv.EventPrediction, semconv.EventOutcome, semconv.EventFeedback}

// source is where a signal's values come from.
type source uint8

const (
	errorSource source = iota
	absoluteErrorSource
	squaredErrorSource
	logLossSource
	brierSource
	scoreSource
	valueSource
	inputSource
	feedbackSource
)

const (
	inputPrefix    = "input/"
	feedbackPrefix = "feedback/"
)

var sourceNames = map[source]string{
	errorSource: "error", absoluteErrorSource: "absolute_error", squaredErrorSource: "squared_error", logLossSource: "log_loss",
	brierSource: "brier", scoreSource: "score", valueSource: "value", inputSource: inputPrefix + "<feature>", feedbackSource: feedbackPrefix + "<name>",
}

// signal is a stream of values that a model version has.
type signal struct {
	name   string
	source source
	// field is the input, or what the feedback is about.
	field string
}

// allSignals is what may be watched.
const allSignals = "error, absolute_error, squared_error, log_loss, brier, score, value, input/<feature> or feedback/<name>"

func parseSignal(name string) (signal, error) {
	for s, known := range sourceNames {
		if name == known && s != inputSource && s != feedbackSource {
			return signal{name: name, source: s}, nil
		}
	}
	if feature, ok := strings.CutPrefix(name, inputPrefix); ok && feature != "" {
		return signal{name, inputSource, feature}, nil
	}
	if about, ok := strings.CutPrefix(name, feedbackPrefix); ok && about != "" {
		return signal{name, feedbackSource, about}, nil
	}
	return signal{}, fmt.Errorf("%q must be one of %s", name, allSignals)
}

func (s signal) kind() kind {
	switch s.source {
	case scoreSource, valueSource, inputSource:
		return ofPrediction
	case feedbackSource:
		return ofFeedback
	}
	return ofOutcome
}

// recommended is the kind of stream that the detector is chosen for, where none is configured.
func (s signal) recommended() conceptdrift.Signal {
	switch s.source {
	case errorSource:
		return conceptdrift.ErrorSignal
	case absoluteErrorSource, squaredErrorSource, logLossSource, brierSource:
		return conceptdrift.LossSignal
	}
	return conceptdrift.ValueSignal
}

// suits says whether a method can take the signal's values; why not, otherwise. What an input or feedback is, only the user
// knows: what does not suit is refused as it comes.
func (s signal) suits(m conceptdrift.Method) error {
	if s.source == inputSource || s.source == feedbackSource {
		return nil
	}
	has := conceptdrift.Numbers
	switch s.source {
	case errorSource:
		has = conceptdrift.Errors
	case scoreSource:
		has = conceptdrift.Shares
	}
	if has <= m.Takes() {
		return nil
	}
	takes := "values from 0 to 1"
	if m.Takes() == conceptdrift.Errors {
		takes = "0 (right) and 1 (wrong)"
	}
	var others []string
	for _, other := range conceptdrift.Methods() {
		if has <= other.Takes() {
			others = append(others, other.String())
		}
	}
	return fmt.Errorf("%s takes only %s, which %s is not; use one of %s", m, takes, s.name, strings.Join(others, ", "))
}
