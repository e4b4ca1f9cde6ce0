package conceptdriftprocessor

import (
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"

	"github.com/leeway-ml/leeway/processor/conceptdriftprocessor/internal/metadata"
	"github.com/leeway-ml/leeway/semconv"
)

const instanceID = "service.instance.id"

// writer writes what detectors say as log records.
type writer struct{ instance, version string }

func newWriter(set processor.Settings) writer {
	w := writer{version: set.BuildInfo.Version}
	if id, ok := set.Resource.Attributes().Get(instanceID); ok {
		w.instance = id.AsString()
	}
	return w
}

// sayings are those of some models.
type sayings struct {
	model *model
	list  []*firing
}

func (w *writer) logs(all []sayings, now time.Time) plog.Logs {
	logs := plog.NewLogs()
	rl := logs.ResourceLogs().AppendEmpty()
	if w.instance != "" {
		rl.Resource().Attributes().PutStr(instanceID, w.instance)
	}
	sl := rl.ScopeLogs().AppendEmpty()
	sl.Scope().SetName(metadata.ScopeName)
	sl.Scope().SetVersion(w.version)
	for _, s := range all {
		for _, f := range s.list {
			record := sl.LogRecords().AppendEmpty()
			record.SetEventName(semconv.EventConceptDrift)
			record.SetTimestamp(pcommon.Timestamp(f.time))
			record.SetObservedTimestamp(pcommon.NewTimestampFromTime(now))
			f.write(record.Attributes(), s.model)
		}
	}
	return logs
}

func (f *firing) write(a pcommon.Map, m *model) {
	a.EnsureCapacity(10 + len(f.pairs))
	a.PutStr(semconv.AttrModelName, m.name)
	if m.version != "" {
		a.PutStr(semconv.AttrModelVersion, m.version)
	}
	for _, p := range f.pairs {
		a.PutStr(attributeOf(p.key), p.text)
	}
	a.PutStr(semconv.AttrDetectorName, f.name)
	a.PutStr(semconv.AttrDetectorSignal, f.signal)
	a.PutStr(semconv.AttrDetectorMethod, f.method)
	a.PutStr(semconv.AttrDetectorLevel, f.level.String())
	a.PutDouble(semconv.AttrDetectorBefore, f.estimate.Before)
	a.PutDouble(semconv.AttrDetectorAfter, f.estimate.After)
	a.PutInt(semconv.AttrDetectorSamples, int64(f.estimate.Count))
	a.PutInt(semconv.AttrDetectorSamplesSince, int64(f.estimate.Since))
}

// speak takes what is to be passed on, and is not being passed on.
func (m *model) speak() []*firing {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []*firing
	for _, f := range m.pending {
		if !f.passing {
			f.passing = true
			list = append(list, f)
		}
	}
	return list
}

// spoken says what became of it.
func (m *model) spoken(list []*firing, passed bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range list {
		f.passing = false
	}
	if !passed {
		return
	}
	gone := make(map[*firing]struct{}, len(list))
	for _, f := range list {
		gone[f] = struct{}{}
	}
	var left []*firing
	for _, f := range m.pending {
		if _, ok := gone[f]; !ok {
			left = append(left, f)
		}
	}
	m.pending, m.changed = left, true
}
