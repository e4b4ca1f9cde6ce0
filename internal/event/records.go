package event

import (
	"iter"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Record is a log record and where it stands.
type Record struct {
	Resource plog.ResourceLogs
	Scope    plog.ScopeLogs
	plog.LogRecord
}

// LogRecords yields what Logs does, with the records, for those who change them. A record may be changed after it was
// yielded, but none may be added or removed meanwhile.
func (d *Decoder) LogRecords(logs plog.Logs) iter.Seq2[Record, *Event] {
	return func(yield func(Record, *Event) bool) {
		for _, rl := range logs.ResourceLogs().All() {
			d.readResource(rl.Resource().Attributes())
			for _, sl := range rl.ScopeLogs().All() {
				d.readScope(sl.Scope().Attributes())
				for _, record := range sl.LogRecords().All() {
					if d.log(rl, sl, record) && !yield(Record{rl, sl, record}, &d.event) {
						return
					}
				}
			}
		}
	}
}

// SpanRecords yields what Spans does, with the spans.
func (d *Decoder) SpanRecords(traces ptrace.Traces) iter.Seq2[ptrace.Span, *Event] {
	return func(yield func(ptrace.Span, *Event) bool) {
		for _, rs := range traces.ResourceSpans().All() {
			d.readResource(rs.Resource().Attributes())
			for _, ss := range rs.ScopeSpans().All() {
				d.readScope(ss.Scope().Attributes())
				for _, span := range ss.Spans().All() {
					if d.span(rs, ss, span) && !yield(span, &d.event) {
						return
					}
				}
			}
		}
	}
}
