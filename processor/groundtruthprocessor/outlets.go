package groundtruthprocessor

import (
	"context"
	"errors"
	"slices"
	"sync"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
)

// outlets are the pipelines of logs that outcomes may go to which no batch brought about: by the passing of time, or by spans.
// They go to the first that runs.
type outlets struct {
	mu      sync.RWMutex
	any     bool
	running []consumer.Logs
}

var errNoOutlet = errors.New("no pipeline of logs with this processor runs")

// made notes that there is, or will be, an outlet.
func (o *outlets) made() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.any = true
}

func (o *outlets) add(next consumer.Logs) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.running = append(o.running, next)
}

// remove waits until what is being passed on is.
func (o *outlets) remove(next consumer.Logs) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if i := slices.Index(o.running, next); i >= 0 {
		o.running = slices.Delete(o.running, i, i+1)
	}
}

// ready reports whether something can be passed on, now; it also is where there is nobody to pass it on to, ever.
func (o *outlets) ready() bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return !o.any || len(o.running) > 0
}

// missing reports that the processor is in no pipeline of logs.
func (o *outlets) missing() bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return !o.any
}

func (o *outlets) emit(ctx context.Context, logs plog.Logs) error {
	o.mu.RLock()
	defer o.mu.RUnlock()
	if !o.any {
		return nil
	}
	if len(o.running) == 0 {
		return errNoOutlet
	}
	return o.running[0].ConsumeLogs(ctx, logs)
}
