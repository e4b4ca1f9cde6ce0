package event

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl/contexts/ottllog"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl/contexts/ottlspan"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/ottl/ottlfuncs"
)

// FieldsConfig says where telemetry that already exists keeps what an event must carry: OTTL value expressions by field.
// What an expression yields takes the place of the default attribute; where it yields nothing, the default holds.
//
// Fields are event_name (logs only), model_name, model_version, task_type, prediction_id, class, score, calibrated_score, value,
// duration (in seconds), experiment_name, experiment_variant, ground_truth_class, ground_truth_value, prediction_time
// (nanoseconds since the epoch, a time, or an RFC 3339 text), join_result, feedback_name, feedback_score, feedback_label, the
// maps inputs, attributions, probabilities and relevances, and the array items.
type FieldsConfig struct {
	// Logs by field; paths begin with log, scope, instrumentation_scope or resource.
	Logs map[string]string `mapstructure:"logs"`
	// Traces by field; paths begin with span, scope, instrumentation_scope or resource.
	Traces map[string]string `mapstructure:"traces"`
}

// Fields are compiled expressions; safe for concurrent use.
type Fields struct {
	logs  []field[*ottllog.TransformContext]
	spans []field[*ottlspan.TransformContext]
}

type field[K any] struct {
	name       string
	set        setter
	expression *ottl.ValueExpression[K]
}

// setter puts a value, which is not missing, where it belongs in the decoder's event, and reports whether it could.
type setter func(d *Decoder, v pcommon.Value) bool

var setters = map[string]setter{
	"event_name":         setText(func(e *Event) *string { return &e.Name }),
	"model_name":         setText(func(e *Event) *string { return &e.Model }),
	"model_version":      setText(func(e *Event) *string { return &e.Version }),
	"task_type":          setText(func(e *Event) *string { return &e.Task }),
	"prediction_id":      setText(func(e *Event) *string { return &e.PredictionID }),
	"class":              setText(func(e *Event) *string { return &e.Class }),
	"experiment_name":    setText(func(e *Event) *string { return &e.Experiment }),
	"experiment_variant": setText(func(e *Event) *string { return &e.Variant }),
	"ground_truth_class": setText(func(e *Event) *string { return &e.GroundTruthClass }),
	"join_result":        setText(func(e *Event) *string { return &e.JoinResult }),
	"feedback_name":      setText(func(e *Event) *string { return &e.FeedbackName }),
	"feedback_label":     setText(func(e *Event) *string { return &e.FeedbackLabel }),
	"score":              setValue(func(e *Event) *Value { return &e.Score }),
	"calibrated_score":   setValue(func(e *Event) *Value { return &e.CalibratedScore }),
	"value":              setValue(func(e *Event) *Value { return &e.Value }),
	"duration":           setValue(func(e *Event) *Value { return &e.Duration }),
	"ground_truth_value": setValue(func(e *Event) *Value { return &e.GroundTruthValue }),
	"feedback_score":     setValue(func(e *Event) *Value { return &e.FeedbackScore }),
	"inputs":             setInputs,
	"attributions":       setFields(func(e *Event) *[]Field { return &e.Attributions }),
	"probabilities":      setFields(func(e *Event) *[]Field { return &e.Probabilities }),
	"relevances":         setFields(func(e *Event) *[]Field { return &e.Relevances }),
	"items":              setItems,
	"prediction_time":    setPredictionTime,
}

func setText(of func(*Event) *string) setter {
	return func(d *Decoder, v pcommon.Value) bool {
		text := d.text(valueOf(v))
		if text == "" {
			return v.Type() == pcommon.ValueTypeStr
		}
		*of(&d.event) = text
		return true
	}
}

func setValue(of func(*Event) *Value) setter {
	return func(d *Decoder, v pcommon.Value) bool {
		*of(&d.event) = valueOf(v)
		return true
	}
}

func setFields(of func(*Event) *[]Field) setter {
	return func(d *Decoder, v pcommon.Value) bool {
		if v.Type() != pcommon.ValueTypeMap {
			return false
		}
		fields := of(&d.event)
		*fields = appendFields((*fields)[:0], v.Map())
		return true
	}
}

func setInputs(d *Decoder, v pcommon.Value) bool {
	if v.Type() != pcommon.ValueTypeMap {
		return false
	}
	d.event.Inputs = d.appendInputs(d.event.Inputs[:0], v.Map())
	return true
}

func setItems(d *Decoder, v pcommon.Value) bool {
	if v.Type() != pcommon.ValueTypeSlice {
		return false
	}
	d.readItems(&d.event, v)
	return true
}

func setPredictionTime(d *Decoder, v pcommon.Value) bool {
	before := d.event.BadPredictionTime
	readPredictionTime(&d.event, v)
	if d.event.BadPredictionTime {
		d.event.BadPredictionTime = before // the expression's error says it
		return false
	}
	return true
}

// Compile parses the expressions. It returns nil where there are none. The error names every key that is wrong.
func (c FieldsConfig) Compile(set component.TelemetrySettings) (*Fields, error) {
	if len(c.Logs) == 0 && len(c.Traces) == 0 {
		return nil, nil
	}
	logs, err := ottllog.NewParser(ottlfuncs.StandardConverters[*ottllog.TransformContext](), set, ottllog.EnablePathContextNames())
	if err != nil {
		return nil, err
	}
	spans, err := ottlspan.NewParser(ottlfuncs.StandardConverters[*ottlspan.TransformContext](), set, ottlspan.EnablePathContextNames())
	if err != nil {
		return nil, err
	}
	f := &Fields{}
	var logsErr, spansErr error
	f.logs, logsErr = compile("logs", c.Logs, logs.ParseValueExpression)
	f.spans, spansErr = compile("traces", c.Traces, spans.ParseValueExpression)
	if _, ok := c.Traces["event_name"]; ok {
		spansErr = errors.Join(spansErr, errors.New("traces::event_name: a span is a prediction where it has a model name; remove the key"))
	}
	return f, errors.Join(logsErr, spansErr)
}

func compile[K any](signal string, expressions map[string]string, parse func(string) (*ottl.ValueExpression[K], error)) ([]field[K], error) {
	var fields []field[K]
	var errs error
	for _, name := range slices.Sorted(maps.Keys(expressions)) {
		set, ok := setters[name]
		if !ok {
			known := strings.Join(slices.Sorted(maps.Keys(setters)), ", ")
			errs = errors.Join(errs, fmt.Errorf("%s::%s: no such field; there are %s", signal, name, known))
			continue
		}
		expression, err := parse(expressions[name])
		if err != nil {
			errs = errors.Join(errs, fmt.Errorf("%s::%s: %q is no OTTL value expression: %w", signal, name, expressions[name], err))
			continue
		}
		fields = append(fields, field[K]{name, set, expression})
	}
	return fields, errs
}

func (f *Fields) hasLogs() bool { return f != nil && len(f.logs) > 0 }

// hasLogInputs reports whether an expression says where inputs are: then they are not looked for in the body.
func (f *Fields) hasLogInputs() bool {
	return f != nil && slices.ContainsFunc(f.logs, func(f field[*ottllog.TransformContext]) bool { return f.name == "inputs" })
}

func (f *Fields) hasSpans() bool { return f != nil && len(f.spans) > 0 }

func (f *Fields) readLog(d *Decoder, rl plog.ResourceLogs, sl plog.ScopeLogs, record plog.LogRecord) {
	ctx := ottllog.NewTransformContextPtr(rl, sl, record)
	defer ctx.Close()
	evaluate(d, f.logs, ctx)
}

func (f *Fields) readSpan(d *Decoder, rs ptrace.ResourceSpans, ss ptrace.ScopeSpans, span ptrace.Span) {
	ctx := ottlspan.NewTransformContextPtr(rs, ss, span)
	defer ctx.Close()
	evaluate(d, f.spans, ctx)
}

func evaluate[K any](d *Decoder, fields []field[K], ctx K) {
	for _, field := range fields {
		raw, err := field.expression.Eval(context.Background(), ctx)
		if err == nil && raw != nil {
			var v pcommon.Value
			if v, err = toValue(raw); err == nil && v.Type() != pcommon.ValueTypeEmpty && !field.set(d, v) {
				err = fmt.Errorf("it yields %s", v.Type())
			}
		}
		if err != nil {
			d.event.Err = fmt.Errorf("field %s: %w", field.name, err)
		}
	}
}

func toValue(raw any) (pcommon.Value, error) {
	switch x := raw.(type) {
	case pcommon.Value:
		return x, nil
	case pcommon.Map:
		v := pcommon.NewValueMap()
		x.CopyTo(v.Map())
		return v, nil
	case pcommon.Slice:
		v := pcommon.NewValueSlice()
		x.CopyTo(v.Slice())
		return v, nil
	case []string:
		v := pcommon.NewValueSlice()
		for _, text := range x {
			v.Slice().AppendEmpty().SetStr(text)
		}
		return v, nil
	case time.Time:
		return pcommon.NewValueInt(x.UnixNano()), nil
	}
	v := pcommon.NewValueEmpty()
	return v, v.FromRaw(raw)
}
