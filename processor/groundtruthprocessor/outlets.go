package groundtruthprocessor

import (
	"context"
	"sync/atomic"

	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/internal/pipelines"
)

// outlets are the pipelines of logs that outcomes may go to which no batch brought about: by the passing of time, or by spans.
type outlets struct {
	pipelines.Outlets
	any atomic.Bool
}

// made notes that there is, or will be, an outlet.
func (o *outlets) made() { o.any.Store(true) }

// ready reports whether something can be passed on, now; it also is where there is nobody to pass it on to, ever.
func (o *outlets) ready() bool { return o.missing() || o.Ready() }

// missing reports that the processor is in no pipeline of logs.
func (o *outlets) missing() bool { return !o.any.Load() }

func (o *outlets) emit(ctx context.Context, logs plog.Logs) error {
	if o.missing() {
		return nil
	}
	return o.ConsumeLogs(ctx, logs)
}
