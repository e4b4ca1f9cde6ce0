package groundtruthprocessor

import (
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/internal/event"
)

// keptBack are the records of a batch that do not go on with it: feedback that waits for its prediction.
type keptBack struct {
	logs plog.Logs
	// records are the batch's own; copies are where they can be had again.
	records map[plog.LogRecord]struct{}
	copies  plog.Logs
}

func (k *keptBack) keep(r event.Record) {
	if k.records == nil {
		k.records = map[plog.LogRecord]struct{}{}
		k.copies = plog.NewLogs()
	}
	k.records[r.LogRecord] = struct{}{}
	rl := k.copies.ResourceLogs().AppendEmpty()
	r.Resource.Resource().CopyTo(rl.Resource())
	sl := rl.ScopeLogs().AppendEmpty()
	r.Scope.Scope().CopyTo(sl.Scope())
	r.LogRecord.CopyTo(sl.LogRecords().AppendEmpty())
}

// remove takes the records out of the batch.
func (k *keptBack) remove() {
	if k == nil || len(k.records) == 0 {
		return
	}
	k.logs.ResourceLogs().RemoveIf(func(rl plog.ResourceLogs) bool {
		rl.ScopeLogs().RemoveIf(func(sl plog.ScopeLogs) bool {
			sl.LogRecords().RemoveIf(func(r plog.LogRecord) bool {
				_, kept := k.records[r]
				return kept
			})
			return sl.LogRecords().Len() == 0
		})
		return rl.ScopeLogs().Len() == 0
	})
}

// restore makes the batch what it was, for whoever sends it again: without the outcomes that came after the first resources, and
// with what was kept back.
func (k *keptBack) restore(resources int) {
	i := 0
	k.logs.ResourceLogs().RemoveIf(func(plog.ResourceLogs) bool {
		i++
		return i > resources
	})
	if len(k.records) > 0 {
		k.copies.ResourceLogs().MoveAndAppendTo(k.logs.ResourceLogs())
	}
}
