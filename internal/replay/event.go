package replay

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/internal/table"
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
	// inputs are the features so far, of the first known columns.
	inputs []input
	known  int
}

type input struct {
	name   string
	column int
	text   bool
}

// Prediction fills the record with an ml.prediction event.
func (e *Encoder) Prediction(row *Row, at time.Time, record plog.LogRecord) error {
	if e.known < len(row.Columns()) {
		e.chooseInputs(row)
	}
	c := e.Columns
	start(record, semconv.EventPrediction, at)
	attributes := record.Attributes()
	attributes.EnsureCapacity(8 + len(e.inputs))
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
		return e.putInputs(row, attributes, semconv.AttrInputPrefix)
	case InputsBody:
		return e.putInputs(row, record.Body().SetEmptyMap(), "")
	default:
		return e.putInputs(row, attributes.PutEmptyMap(semconv.AttrInputs), "")
	}
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

// chooseInputs takes the columns beyond the known ones. Those named as in the semantic conventions are no inputs, as in a profile.
func (e *Encoder) chooseInputs(row *Row) {
	c := e.Columns
	add := func(name string) {
		e.inputs = append(e.inputs, input{name, row.schema.Find(name), slices.Contains(c.Text, name)})
	}
	names := row.Columns()
	first := e.known
	e.known = len(names)
	if c.Features != nil {
		e.inputs = e.inputs[:0]
		for _, name := range c.Features {
			add(name)
		}
		return
	}
	used := append([]string{c.Time, c.ID, c.Version, c.Score, c.Class, c.Value, c.ExperimentName, c.ExperimentVariant, c.Label, c.LabelTime}, c.Exclude...)
	for _, column := range c.Probabilities {
		used = append(used, column)
	}
	for _, name := range names[first:] {
		if !slices.Contains(used, name) && !strings.HasPrefix(name, "ml.") {
			add(name)
		}
	}
}

// putInputs sends numbers as doubles, arrays as arrays and everything else as text; an empty field is a missing input and is not sent.
func (e *Encoder) putInputs(row *Row, to pcommon.Map, prefix string) error {
	to.EnsureCapacity(to.Len() + len(e.inputs))
	for _, in := range e.inputs {
		cell := row.At(in.column)
		switch {
		case cell.Kind == table.Absent || cell.Kind == table.Text && cell.Text == "":
		case in.text:
			to.PutStr(prefix+in.name, cell.Label())
		case cell.Kind == table.Number:
			to.PutDouble(prefix+in.name, cell.Number)
		case cell.Kind == table.Array:
			if err := putArray(to.PutEmptySlice(prefix+in.name), cell); err != nil {
				return fmt.Errorf("%s %d, column %s: %w", row.Unit, row.Line, in.name, err)
			}
		default:
			putParsed(to, prefix+in.name, cell.Text)
		}
	}
	return nil
}

// putParsed sends a text as what it looks like: CSV has nothing else.
func putParsed(to pcommon.Map, key, text string) {
	if x, err := strconv.ParseFloat(text, 64); err == nil {
		to.PutDouble(key, x)
		return
	}
	switch strings.ToLower(text) {
	case "true":
		to.PutBool(key, true)
	case "false":
		to.PutBool(key, false)
	default:
		to.PutStr(key, text)
	}
}

// putArray sends an array of numbers as doubles, and any other of JSON as it is. One of Parquet that has a null inside goes empty, which is no
// sound vector either.
func putArray(to pcommon.Slice, cell table.Cell) error {
	if cell.Numbers == nil && cell.Text != "" {
		var elements []any
		if err := json.Unmarshal([]byte(cell.Text), &elements); err != nil {
			return err
		}
		return to.FromRaw(elements)
	}
	to.EnsureCapacity(len(cell.Numbers))
	for _, x := range cell.Numbers {
		to.AppendEmpty().SetDouble(x)
	}
	return nil
}

func putText(attributes pcommon.Map, key, text string) {
	if text != "" {
		attributes.PutStr(key, text)
	}
}

func putNumber(attributes pcommon.Map, key string, row *Row, column string) error {
	cell := row.Cell(column)
	if cell.Kind == table.Number {
		attributes.PutDouble(key, cell.Number)
		return nil
	}
	text := cell.Label()
	if text == "" {
		return nil
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return fmt.Errorf("%s %d, column %s: %q is no number, and %s must be one", row.Unit, row.Line, column, text, key)
	}
	attributes.PutDouble(key, x)
	return nil
}
