package event

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/leeway-ml/leeway/profile"
)

// record makes logs of one record, and gives the attributes of its resource and scope too.
func record() (logs plog.Logs, resource, scope pcommon.Map, r plog.LogRecord) {
	logs = plog.NewLogs()
	rl := logs.ResourceLogs().AppendEmpty()
	sl := rl.ScopeLogs().AppendEmpty()
	r = sl.LogRecords().AppendEmpty()
	r.SetEventName("ml.prediction")
	return logs, rl.Resource().Attributes(), sl.Scope().Attributes(), r
}

// decode returns the events, each copied.
func decode(d *Decoder, logs plog.Logs) []Event {
	var all []Event
	for e := range d.Logs(logs) {
		all = append(all, clone(e))
	}
	return all
}

func clone(e *Event) Event {
	c := *e
	c.Inputs = append([]Field(nil), e.Inputs...)
	for i := range c.Inputs {
		c.Inputs[i].Numbers = slices.Clone(c.Inputs[i].Numbers)
	}
	c.Attributions = append([]Field(nil), e.Attributions...)
	c.Probabilities = append([]Field(nil), e.Probabilities...)
	c.Segments = append([]string(nil), e.Segments...)
	c.Items = append([]string(nil), e.Items...)
	c.Relevances = append([]Field(nil), e.Relevances...)
	c.Slice = append([]Label(nil), e.Slice...)
	return c
}

func number(name string, x float64) Field {
	return Field{Name: name, Value: Value{Kind: Number, Number: x}}
}

func text(name, s string) Field { return Field{Name: name, Value: Value{Kind: Text, Text: s}} }

func TestEverything(t *testing.T) {
	logs, _, _, r := record()
	r.SetTimestamp(5)
	r.SetObservedTimestamp(7)
	r.SetDroppedAttributesCount(3)
	for key, value := range map[string]string{
		"ml.model.name": "m", "ml.model.version": "2", "ml.task.type": "binary", "ml.prediction.id": "p1", "ml.prediction.class": "yes",
		"ml.experiment.name": "e", "ml.experiment.variant": "a", "country": "DE",
	} {
		r.Attributes().PutStr(key, value)
	}
	r.Attributes().PutDouble("ml.prediction.score", 0.5)
	r.Attributes().PutInt("ml.prediction.value", 3)
	r.Attributes().PutDouble("ml.prediction.duration", 0.01)
	r.Attributes().PutDouble("ml.prediction.probability.yes", 0.5)
	r.Attributes().PutDouble("ml.attribution.amount", -1)
	r.Attributes().PutDouble("ml.input.amount", 12.5)
	r.Attributes().PutStr("unrelated", "x")
	require.Equal(t, []Event{{
		Name: "ml.prediction", Time: 5, Model: "m", Version: "2", Task: "binary", PredictionID: "p1", Class: "yes",
		Score: number("", 0.5).Value, Value: number("", 3).Value, Duration: number("", 0.01).Value,
		Probabilities: []Field{number("yes", 0.5)}, Attributions: []Field{number("amount", -1)}, Inputs: []Field{number("amount", 12.5)},
		Experiment: "e", Variant: "a", Segments: []string{"DE", ""}, Dropped: 3,
	}}, decode(NewDecoder([]string{"country", "device"}, nil), logs))
}

func TestRecordWinsOverScopeOverResource(t *testing.T) {
	logs, resource, scope, r := record()
	for i, m := range []pcommon.Map{resource, scope, r.Attributes()} {
		level := []string{"resource", "scope", "record"}[i]
		for j, key := range []string{"ml.model.name", "ml.model.version", "country"} {
			if j <= 2-i { // the record has the name only, the scope the version too
				m.PutStr(key, level)
			}
		}
		m.PutStr("ml.input.x", level)
	}
	e := decode(NewDecoder([]string{"country"}, nil), logs)[0]
	require.Equal(t, "record", e.Model)
	require.Equal(t, "scope", e.Version)
	require.Equal(t, []string{"resource"}, e.Segments)
	require.Equal(t, []Field{text("x", "record"), text("x", "scope"), text("x", "resource")}, e.Inputs, "the first one counts")
}

func numbers(name string, x ...float64) Field {
	return Field{Name: name, Value: Value{Kind: Numbers}, Numbers: x}
}

func other(name string) Field { return Field{Name: name, Value: Value{Kind: Other}} }

// Arrays of numbers are vectors, wherever inputs may stand; what is longer, mixed or no input is not.
func TestArrays(t *testing.T) {
	logs, resource, scope, r := record()
	put := func(m pcommon.Map, name string, raw ...any) { require.NoError(t, m.PutEmptySlice(name).FromRaw(raw)) }
	put(resource, "ml.input.resource", 1.5)
	put(scope, "ml.input.scope", 2.5, 3)
	put(r.Attributes(), "ml.input.record", -1, 0.25)
	put(r.Attributes(), "ml.input.mixed", 1, "a")
	put(r.Attributes(), "ml.input.hole", 1, nil)
	put(r.Attributes(), "ml.input.empty")
	inputs := r.Attributes().PutEmptyMap("ml.inputs")
	put(inputs, "map", 7)
	long := make([]any, profile.MaxVectorDimensions+1)
	for i := range long {
		long[i] = i
	}
	put(inputs, "long", long...)
	put(r.Attributes(), "ml.attribution.a", 1)
	put(r.Attributes(), "ml.prediction.value", 1)
	next := logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().AppendEmpty()
	next.SetEventName("ml.prediction")
	put(next.Body().SetEmptyMap(), "body", 9, 8)
	d := NewDecoder(nil, nil)
	outer := []Field{numbers("scope", 2.5, 3), numbers("resource", 1.5)}
	for range 2 { // with memory of its own, and with what is there
		all := decode(d, logs)
		require.Equal(t, append([]Field{numbers("record", -1, 0.25), other("mixed"), other("hole"), other("empty"), numbers("map", 7), other("long")}, outer...), all[0].Inputs)
		require.Equal(t, []Field{other("a")}, all[0].Attributions)
		require.Equal(t, Other, all[0].Value.Kind)
		require.Equal(t, append([]Field{numbers("body", 9, 8)}, outer...), all[1].Inputs)
	}
	fields, err := FieldsConfig{Logs: map[string]string{"inputs": `log.body`}}.Compile(componenttest.NewNopTelemetrySettings())
	require.NoError(t, err)
	require.Equal(t, append([]Field{numbers("body", 9, 8)}, outer...), decode(NewDecoder(nil, fields), logs)[1].Inputs)
}

// A decoder reads vectors without allocating, and gives back the memory of a batch of many.
func TestMemoryOfArrays(t *testing.T) {
	logs, _, _, r := record()
	inputs := r.Attributes().PutEmptyMap("ml.inputs")
	for i := range 40 {
		a := inputs.PutEmptySlice(Spell(float64(i)))
		for range profile.MaxVectorDimensions {
			a.AppendEmpty().SetDouble(1)
		}
	}
	d := NewDecoder(nil, nil)
	require.Len(t, decode(d, logs), 1)
	require.Greater(t, cap(d.numbers), maxNumbersKept)
	inputs.RemoveIf(func(name string, _ pcommon.Value) bool { return name != "0" })
	require.Len(t, decode(d, logs), 1)
	require.LessOrEqual(t, cap(d.numbers), maxNumbersKept)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		for range d.Logs(logs) {
		}
	}))
}

func TestConceptDrift(t *testing.T) {
	logs, resource, _, r := record()
	r.SetEventName("ml.concept_drift")
	resource.PutStr("ml.segment.device", "tablet")
	r.Attributes().PutStr("ml.detector.name", "error/adwin")
	r.Attributes().PutStr("ml.detector.signal", "error")
	r.Attributes().PutStr("ml.detector.level", "drift")
	r.Attributes().PutInt("ml.segment.tier", 3)
	r.Attributes().PutStr("ml.segment.device", "phone")
	r.Attributes().PutStr("ml.segment.country", "")
	r.Attributes().PutStr("ml.segment.", "x")
	require.Equal(t, []Event{{
		Name: "ml.concept_drift", Detector: "error/adwin", Signal: "error", Level: "drift",
		Slice: []Label{{"tier", "3"}, {"device", "phone"}, {"device", "tablet"}},
	}}, decode(NewDecoder(nil, nil), logs))
	r.Attributes().Clear()
	require.Equal(t, []Label{{"device", "tablet"}}, decode(NewDecoder(nil, nil), logs)[0].Slice)
}

// What one resource says is not heard in the next.
func TestNothingIsLeftOver(t *testing.T) {
	logs := plog.NewLogs()
	for i, model := range []string{"a", "", "b"} {
		rl := logs.ResourceLogs().AppendEmpty()
		sl := rl.ScopeLogs().AppendEmpty()
		if model != "" {
			rl.Resource().Attributes().PutStr("ml.model.name", model)
			rl.Resource().Attributes().PutStr("country", model)
			sl.Scope().Attributes().PutInt("ml.input.s", int64(i))
		}
		for range 2 {
			r := sl.LogRecords().AppendEmpty()
			r.SetEventName("ml.prediction")
			if model != "" {
				r.Attributes().PutInt("ml.input.r", int64(i))
			}
		}
	}
	all := decode(NewDecoder([]string{"country"}, nil), logs)
	require.Len(t, all, 6)
	for i, e := range all {
		want := Event{Name: "ml.prediction", Segments: []string{""}}
		if i/2 != 1 {
			model := []string{"a", "", "b"}[i/2]
			want = Event{Name: "ml.prediction", Model: model, Segments: []string{model}, Inputs: []Field{number("r", float64(i/2)), number("s", float64(i/2))}}
		}
		require.Equal(t, want, e)
	}
}

func TestKindsOfInputs(t *testing.T) {
	logs, _, _, r := record()
	require.NoError(t, r.Attributes().PutEmptyMap("ml.inputs").FromRaw(map[string]any{"x": map[string]any{"a": 1}}))
	inputs, _ := r.Attributes().Get("ml.inputs")
	inputs.Map().PutStr("empty", "")
	inputs.Map().PutEmpty("null")
	inputs.Map().PutBool("yes", true)
	inputs.Map().PutEmptySlice("array")
	inputs.Map().PutEmptyBytes("bytes")
	want := []Field{other("x"), {Name: "empty"}, {Name: "null"}, {Name: "yes", Value: Value{Kind: Bool, Number: 1, Text: "true"}}, other("array"), other("bytes")}
	require.Equal(t, want, decode(NewDecoder(nil, nil), logs)[0].Inputs)
}

func TestBodyHoldsInputsOnlyWhereNothingElseDoes(t *testing.T) {
	logs, _, _, r := record()
	r.Body().SetEmptyMap().PutInt("b", 1)
	require.Equal(t, []Field{number("b", 1)}, decode(NewDecoder(nil, nil), logs)[0].Inputs)
	r.Attributes().PutInt("ml.input.a", 2)
	require.Equal(t, []Field{number("a", 2)}, decode(NewDecoder(nil, nil), logs)[0].Inputs)
}

func TestWhatIsAnEvent(t *testing.T) {
	for _, c := range []struct {
		name, attribute string
		want            string
	}{
		{"ml.prediction", "", "ml.prediction"},
		{"", "ml.prediction", "ml.prediction"},
		{"ml.outcome", "ml.prediction", "ml.outcome"},
		{"", "", ""},
		{"http.request", "ml.prediction", ""},
		{"", "http.request", ""},
		{"mlflow.run", "", ""},
	} {
		logs, _, _, r := record()
		r.SetEventName(c.name)
		if c.attribute != "" {
			r.Attributes().PutStr("event.name", c.attribute)
		}
		all := decode(NewDecoder(nil, nil), logs)
		if c.want == "" {
			require.Empty(t, all)
			continue
		}
		require.Equal(t, c.want, all[0].Name)
	}
}

func TestTextsOfNumbers(t *testing.T) {
	logs, _, _, r := record()
	r.Attributes().PutInt("ml.model.version", 7)
	r.Attributes().PutDouble("ml.prediction.class", 3)
	r.Attributes().PutBool("ml.experiment.variant", true)
	r.Attributes().PutDouble("ml.input.tier", 2.5)
	e := decode(NewDecoder([]string{"tier"}, nil), logs)[0]
	require.Equal(t, []string{"7", "3", "true", "2.5"}, []string{e.Version, e.Class, e.Variant, e.Segments[0]})
	require.Equal(t, "1e+300", Spell(1e300))
	require.Equal(t, "4611686018427387904", Spell(1<<62))
}

func TestSpans(t *testing.T) {
	traces := ptrace.NewTraces()
	all := traces.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans()
	all.AppendEmpty().Attributes().PutStr("http.route", "/")
	s := all.AppendEmpty()
	s.SetStartTimestamp(1e9)
	s.SetEndTimestamp(3e9)
	s.Attributes().PutStr("ml.model.name", "m")
	backwards := all.AppendEmpty()
	backwards.SetStartTimestamp(3e9)
	backwards.SetEndTimestamp(1e9)
	backwards.Attributes().PutStr("ml.model.name", "m")
	var got []Event
	for e := range NewDecoder(nil, nil).Spans(traces) {
		got = append(got, clone(e))
	}
	require.Equal(t, []Event{
		{Name: "ml.prediction", Time: 3e9, Model: "m", Duration: number("", 2).Value},
		{Name: "ml.prediction", Time: 1e9, Model: "m"},
	}, got)
}

func TestFields(t *testing.T) {
	c := FieldsConfig{Logs: map[string]string{
		"event_name": `"ml.prediction"`,
		"model_name": `resource.attributes["service.name"]`,
		"score":      `log.body["p"]`,
		"inputs":     `log.body["x"]`,
		"class":      `log.attributes["none"]`,
	}}
	fields, err := c.Compile(componenttest.NewNopTelemetrySettings())
	require.NoError(t, err)
	logs, resource, _, r := record()
	r.SetEventName("request")
	resource.PutStr("service.name", "svc")
	r.Attributes().PutStr("ml.prediction.class", "kept")
	require.NoError(t, r.Body().SetEmptyMap().FromRaw(map[string]any{"p": 0.25, "x": map[string]any{"a": 1}}))
	require.Equal(t, []Event{{
		Name: "ml.prediction", Model: "svc", Class: "kept", Score: number("", 0.25).Value, Inputs: []Field{number("a", 1)},
	}}, decode(NewDecoder(nil, fields), logs))

	r.Body().SetStr("no map")
	e := decode(NewDecoder(nil, fields), logs)[0]
	require.Error(t, e.Err)
	require.Equal(t, "svc", e.Model)
}

// BenchmarkVector is the cost of decoding a prediction with one vector of 768 numbers.
func BenchmarkVector(b *testing.B) {
	logs, resource, _, r := record()
	resource.PutStr("ml.model.name", "m")
	a := r.Attributes().PutEmptyMap("ml.inputs").PutEmptySlice("text")
	for i := range 768 {
		a.AppendEmpty().SetDouble(float64(i))
	}
	d := NewDecoder(nil, nil)
	b.ReportAllocs()
	for b.Loop() {
		for range d.Logs(logs) {
		}
	}
}

// BenchmarkLogs is the cost of decoding a prediction of 20 inputs.
func BenchmarkLogs(b *testing.B) {
	fields, err := FieldsConfig{Logs: map[string]string{"score": `log.attributes["ml.prediction.score"]`}}.Compile(componenttest.NewNopTelemetrySettings())
	require.NoError(b, err)
	for name, d := range map[string]*Decoder{"attributes": NewDecoder([]string{"country"}, nil), "one_expression": NewDecoder(nil, fields)} {
		logs, resource, _, r := record()
		resource.PutStr("ml.model.name", "m")
		r.Attributes().PutDouble("ml.prediction.score", 0.5)
		r.Attributes().PutStr("country", "DE")
		inputs := r.Attributes().PutEmptyMap("ml.inputs")
		for i := range 20 {
			inputs.PutDouble("feature_"+Spell(float64(i)), float64(i))
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for range d.Logs(logs) {
				}
			}
		})
	}
}

func TestFieldsThatAreWrong(t *testing.T) {
	_, err := FieldsConfig{
		Logs:   map[string]string{"model": `"x"`, "score": `log.body[`},
		Traces: map[string]string{"event_name": `"x"`, "value": `log.body`},
	}.Compile(componenttest.NewNopTelemetrySettings())
	for _, want := range []string{"logs::model: no such field; there are attributions, calibrated_score, class", `logs::score: "log.body["`, "traces::event_name: ", `traces::value: "log.body"`} {
		require.ErrorContains(t, err, want)
	}
	fields, err := FieldsConfig{}.Compile(componenttest.NewNopTelemetrySettings())
	require.NoError(t, err)
	require.Nil(t, fields)
}

// Who looks at some events only is not given others, unless their name is read elsewhere.
func TestOnly(t *testing.T) {
	logs := plog.NewLogs()
	records := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	for _, name := range []string{"ml.prediction", "ml.outcome", "ml.feedback"} {
		records.AppendEmpty().SetEventName(name)
	}
	names := func(d *Decoder) (all []string) {
		for e := range d.Logs(logs) {
			all = append(all, e.Name)
		}
		return all
	}
	d := NewDecoder(nil, nil)
	require.Equal(t, []string{"ml.prediction", "ml.outcome", "ml.feedback"}, names(d))
	d.Only("ml.outcome")
	require.Equal(t, []string{"ml.outcome"}, names(d))
	fields, err := FieldsConfig{Logs: map[string]string{"model_name": `"m"`}}.Compile(componenttest.NewNopTelemetrySettings())
	require.NoError(t, err)
	d = NewDecoder(nil, fields)
	d.Only("ml.outcome")
	require.Len(t, names(d), 3)
}
