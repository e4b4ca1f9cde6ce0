package conceptdriftprocessor

import (
	"context"
	"slices"
	"sync"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
)

// outlets are the pipelines that events may go to which no batch brought about, but the passing of time. They go to the first
// that runs.
type outlets struct {
	mu      sync.RWMutex
	running []consumer.Logs
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

// ready reports whether something can be passed on.
func (o *outlets) ready() bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return len(o.running) > 0
}

// ConsumeLogs passes on to the first.
func (o *outlets) ConsumeLogs(ctx context.Context, logs plog.Logs) error {
	o.mu.RLock()
	defer o.mu.RUnlock()
	if len(o.running) == 0 {
		return errNoOutlet
	}
	return o.running[0].ConsumeLogs(ctx, logs)
}
