package replay

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/semconv"
)

// InputForm says how a prediction's inputs travel.
type InputForm string

// The ways that inputs travel.
const (
	InputsMap        InputForm = "map"        // one map attribute, ml.inputs
	InputsAttributes InputForm = "attributes" // an attribute each: ml.input.<feature>
	InputsBody       InputForm = "body"       // the record's map body
)

// Columns says what the columns of a prediction log are. Empty names are absent.
type Columns struct {
	Time, ID, Version                 string
	Score, Class, Value               string
	Probabilities                     map[string]string // class -> column
	ExperimentName, ExperimentVariant string
	// Features; nil = every column that is nothing else.
	Features []string
	// Exclude is left out of the features.
	Exclude []string
	// Text are features sent as text even where they look like numbers.
	Text []string
	// ID, label and time of the label in the file of the truth.
	TruthID, Label, LabelTime string
}

// Encoder turns rows into events.
type Encoder struct {
	Model, Version string
	Columns        Columns
	Inputs         InputForm
	features       []string
	text           []bool
}

// Prediction fills the record with an ml.prediction event.
func (e *Encoder) Prediction(row *Row, at time.Time, record plog.LogRecord) error {
	if e.features == nil {
		e.chooseFeatures(row.Columns())
	}
	c := e.Columns
	start(record, semconv.EventPrediction, at)
	attributes := record.Attributes()
	attributes.EnsureCapacity(8 + len(e.features))
	attributes.PutStr(semconv.AttrModelName, e.Model)
	e.putVersion(row, attributes)
	putText(attributes, semconv.AttrPredictionID, row.Value(c.ID))
	putText(attributes, semconv.AttrPredictionClass, row.Value(c.Class))
	putText(attributes, semconv.AttrExperimentName, row.Value(c.ExperimentName))
	putText(attributes, semconv.AttrExperimentVariant, row.Value(c.ExperimentVariant))
	numbers := []struct{ key, column string }{{semconv.AttrPredictionScore, c.Score}, {semconv.AttrPredictionValue, c.Value}}
	for class, column := range c.Probabilities {
		numbers = append(numbers, struct{ key, column string }{semconv.AttrPredictionProbabilityPrefix + class, column})
	}
	for _, n := range numbers {
		if err := putNumber(attributes, n.key, row, n.column); err != nil {
			return err
		}
	}
	switch e.Inputs {
	case InputsAttributes:
		e.putFeatures(row, attributes, semconv.AttrInputPrefix)
	case InputsBody:
		e.putFeatures(row, record.Body().SetEmptyMap(), "")
	default:
		e.putFeatures(row, attributes.PutEmptyMap(semconv.AttrInputs), "")
	}
	return nil
}

// GroundTruth fills the record with an ml.ground_truth event. A label that is a number is a value where predictions have one.
func (e *Encoder) GroundTruth(row *Row, at time.Time, record plog.LogRecord) error {
	c := e.Columns
	start(record, semconv.EventGroundTruth, at)
	attributes := record.Attributes()
	attributes.PutStr(semconv.AttrModelName, e.Model)
	putText(attributes, semconv.AttrPredictionID, row.Value(c.TruthID))
	if c.Value != "" {
		return putNumber(attributes, semconv.AttrGroundTruthValue, row, c.Label)
	}
	putText(attributes, semconv.AttrGroundTruthClass, row.Value(c.Label))
	return nil
}

func start(record plog.LogRecord, event string, at time.Time) {
	record.SetEventName(event)
	record.SetTimestamp(pcommon.NewTimestampFromTime(at))
	record.SetObservedTimestamp(pcommon.NewTimestampFromTime(at))
}

func (e *Encoder) putVersion(row *Row, attributes pcommon.Map) {
	version := e.Version
	if e.Columns.Version != "" {
		version = row.Value(e.Columns.Version)
	}
	putText(attributes, semconv.AttrModelVersion, version)
}

func (e *Encoder) chooseFeatures(names []string) {
	c := e.Columns
	e.features = c.Features
	if e.features == nil {
		used := append([]string{c.Time, c.ID, c.Version, c.Score, c.Class, c.Value, c.ExperimentName, c.ExperimentVariant, c.Label, c.LabelTime}, c.Exclude...)
		for _, column := range c.Probabilities {
			used = append(used, column)
		}
		e.features = []string{}
		for _, n := range names {
			if !slices.Contains(used, n) {
				e.features = append(e.features, n)
			}
		}
	}
	for _, f := range e.features {
		e.text = append(e.text, slices.Contains(c.Text, f))
	}
}

// putFeatures sends numbers as doubles and everything else as text; an empty field is a missing input and is not sent.
func (e *Encoder) putFeatures(row *Row, to pcommon.Map, prefix string) {
	to.EnsureCapacity(to.Len() + len(e.features))
	for i, f := range e.features {
		text := row.Value(f)
		if text == "" {
			continue
		}
		if !e.text[i] {
			if x, err := strconv.ParseFloat(text, 64); err == nil {
				to.PutDouble(prefix+f, x)
				continue
			}
			if b, ok := map[string]bool{"true": true, "false": false}[strings.ToLower(text)]; ok {
				to.PutBool(prefix+f, b)
				continue
			}
		}
		to.PutStr(prefix+f, text)
	}
}

func putText(attributes pcommon.Map, key, text string) {
	if text != "" {
		attributes.PutStr(key, text)
	}
}

func putNumber(attributes pcommon.Map, key string, row *Row, column string) error {
	text := row.Value(column)
	if text == "" {
		return nil
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return fmt.Errorf("line %d, column %s: %q is no number, and %s must be one", row.Line, column, text, key)
	}
	attributes.PutDouble(key, x)
	return nil
}
