package groundtruthprocessor

import (
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"

	"github.com/leeway-ml/leeway/internal/event"
	"github.com/leeway-ml/leeway/internal/join"
	"github.com/leeway-ml/leeway/processor/groundtruthprocessor/internal/metadata"
	"github.com/leeway-ml/leeway/semconv"
)

const instanceID = "service.instance.id"

// Values of ml.join.result.
const (
	resultJoined    = "joined"
	resultExpired   = "expired"
	resultDuplicate = "duplicate"
	resultOrphan    = "orphan"
)

// writer writes outcomes as log records.
type writer struct{ instance, version string }

func newWriter(set processor.Settings) writer {
	w := writer{version: set.BuildInfo.Version}
	if id, ok := set.Resource.Attributes().Get(instanceID); ok {
		w.instance = id.AsString()
	}
	return w
}

// output is what is to be passed on beside what came: outcomes, truths and feedback that have waited.
type output struct {
	writer
	logs    plog.Logs
	records plog.LogRecordSlice // where outcomes go, once there is one
	open    bool
	model   string
	// latest is the time that an outcome may have: of what was let go before its time, not in the future.
	latest   int64
	observed pcommon.Timestamp
	tally    *tally
}

func (w *writer) output(t *tally, now time.Time) *output {
	return &output{writer: *w, logs: plog.NewLogs(), observed: pcommon.NewTimestampFromTime(now), tally: t}
}

func (o *output) empty() bool { return o.logs.ResourceLogs().Len() == 0 }

func (o *output) add(name string, t int64) plog.LogRecord {
	if !o.open {
		rl := o.logs.ResourceLogs().AppendEmpty()
		if o.instance != "" {
			rl.Resource().Attributes().PutStr(instanceID, o.instance)
		}
		sl := rl.ScopeLogs().AppendEmpty()
		sl.Scope().SetName(metadata.ScopeName)
		sl.Scope().SetVersion(o.version)
		o.records, o.open = sl.LogRecords(), true
	}
	record := o.records.AppendEmpty()
	record.SetEventName(name)
	record.SetTimestamp(pcommon.Timestamp(t))
	record.SetObservedTimestamp(o.observed)
	return record
}

// Outcome of a prediction: with its truth, at the truth's time; or without, at the time when its time to live ended.
func (o *output) Outcome(h *join.Held, p *join.Prediction, t *join.Truth) {
	if t == nil {
		o.tally.joins[ofPrediction][expired]++
		o.outcome(h, p, nil, min(p.Time+o.tally.timeToLive, o.latest), resultExpired)
		return
	}
	o.tally.joins[ofPrediction][joined]++
	o.tally.joins[ofTruth][joined]++
	o.outcome(h, p, t, t.Time, resultJoined)
}

func (o *output) outcome(h *join.Held, p *join.Prediction, t *join.Truth, at int64, result string) {
	a := o.add(semconv.EventOutcome, at).Attributes()
	a.EnsureCapacity(10 + len(p.Probabilities) + len(p.Segments))
	a.PutStr(semconv.AttrModelName, o.model)
	a.PutStr(semconv.AttrPredictionID, h.ID)
	putLabels(a, &p.Labels)
	putText(a, semconv.AttrTaskType, p.Task)
	putText(a, semconv.AttrPredictionClass, p.Class)
	putValue(a, semconv.AttrPredictionScore, &p.Score)
	putValue(a, semconv.AttrPredictionCalibratedScore, &p.CalibratedScore)
	putValue(a, semconv.AttrPredictionValue, &p.Value)
	for i := range p.Probabilities {
		putValue(a, semconv.AttrPredictionProbabilityPrefix+p.Probabilities[i].Name, &p.Probabilities[i].Value)
	}
	if len(p.Items) > 0 {
		items := a.PutEmptySlice(semconv.AttrPredictionItems)
		items.EnsureCapacity(len(p.Items))
		for _, item := range p.Items {
			items.AppendEmpty().SetStr(item)
		}
	}
	putFields(a, semconv.AttrInputs, p.Inputs)
	a.PutInt(semconv.AttrPredictionTime, p.Time)
	if t != nil {
		putTruth(a, t)
	}
	a.PutStr(semconv.AttrJoinResult, result)
}

// LeftTruth is a truth that has waited in vain.
func (o *output) LeftTruth(h *join.Held, t *join.Truth, duplicate bool) {
	result, name := orphan, resultOrphan
	if duplicate {
		result, name = duplicated, resultDuplicate
	}
	o.tally.joins[ofTruth][result]++
	a := o.add(semconv.EventGroundTruth, t.Time).Attributes()
	a.PutStr(semconv.AttrModelName, o.model)
	a.PutStr(semconv.AttrPredictionID, h.ID)
	putLabels(a, &t.Labels)
	putTruth(a, t)
	a.PutStr(semconv.AttrJoinResult, name)
}

// LateFeedback is feedback that was kept back: the event as it came, and what became of it.
func (o *output) LateFeedback(_ *join.Held, p *join.Prediction, f *join.Feedback) {
	logs, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(f.Record)
	if err != nil {
		return // it was written by recordOf, and its entry was whole
	}
	for _, rl := range logs.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, record := range sl.LogRecords().All() {
				o.rate(record.Attributes(), p)
			}
		}
	}
	logs.ResourceLogs().MoveAndAppendTo(o.logs.ResourceLogs())
	o.open = false
}

// rate says on feedback what it is about.
func (o *output) rate(a pcommon.Map, p *join.Prediction) {
	if p == nil {
		o.tally.joins[ofFeedback][orphan]++
		a.PutStr(semconv.AttrJoinResult, resultOrphan)
		return
	}
	o.tally.joins[ofFeedback][joined]++
	putLabels(a, &p.Labels)
	a.PutStr(semconv.AttrJoinResult, resultJoined)
}

// recordOf is one log record with its resource and scope, as OTLP.
func recordOf(r event.Record) []byte {
	logs := plog.NewLogs()
	rl := logs.ResourceLogs().AppendEmpty()
	r.Resource.Resource().CopyTo(rl.Resource())
	rl.SetSchemaUrl(r.Resource.SchemaUrl())
	sl := rl.ScopeLogs().AppendEmpty()
	r.Scope.Scope().CopyTo(sl.Scope())
	sl.SetSchemaUrl(r.Scope.SchemaUrl())
	r.LogRecord.CopyTo(sl.LogRecords().AppendEmpty())
	data, err := (&plog.ProtoMarshaler{}).MarshalLogs(logs)
	if err != nil {
		return nil // pdata always can be written
	}
	return data
}

func putLabels(a pcommon.Map, l *join.Labels) {
	putText(a, semconv.AttrModelVersion, l.Version)
	putText(a, semconv.AttrExperimentName, l.Experiment)
	putText(a, semconv.AttrExperimentVariant, l.Variant)
	for _, s := range l.Segments {
		a.PutStr(s.Key, s.Text)
	}
}

func putTruth(a pcommon.Map, t *join.Truth) {
	putText(a, semconv.AttrGroundTruthClass, t.Class)
	putValue(a, semconv.AttrGroundTruthValue, &t.Value)
	putFields(a, semconv.AttrGroundTruthRelevances, t.Relevances)
}

func putText(a pcommon.Map, name, text string) {
	if text != "" {
		a.PutStr(name, text)
	}
}

func putValue(a pcommon.Map, name string, v *event.Value) {
	switch v.Kind {
	case event.Number:
		a.PutDouble(name, v.Number)
	case event.Text:
		a.PutStr(name, v.Text)
	case event.Bool:
		a.PutBool(name, v.Number != 0)
	}
}

func putFields(a pcommon.Map, name string, fields []event.Field) {
	if len(fields) == 0 {
		return
	}
	m := a.PutEmptyMap(name)
	m.EnsureCapacity(len(fields))
	for i := range fields {
		if fields[i].Kind == event.Numbers {
			putNumbers(m, fields[i].Name, fields[i].Numbers)
		} else {
			putValue(m, fields[i].Name, &fields[i].Value)
		}
	}
}

func putNumbers(a pcommon.Map, name string, numbers []float64) {
	array := a.PutEmptySlice(name)
	array.EnsureCapacity(len(numbers))
	for _, x := range numbers {
		array.AppendEmpty().SetDouble(x)
	}
}

// clone makes texts that are kept beyond the batch independent of it.
func clone(s string) string { return strings.Clone(s) }
