package pipelines

import (
	"context"
	"errors"
	"slices"
	"sync"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
)

// Outlets are the pipelines of logs that records may go to which no batch brought about, but the passing of time, for instance. They
// go to the first that runs. The zero value is ready; it is safe for concurrent use.
type Outlets struct {
	mu      sync.RWMutex
	running []consumer.Logs
}

var errNoOutlet = errors.New("no pipeline of logs with this processor runs")

// Add adds a pipeline that runs, by the component that comes next in it.
func (o *Outlets) Add(next consumer.Logs) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.running = append(o.running, next)
}

// Remove takes a pipeline away, once what is being passed on is. One that was never added may be removed.
func (o *Outlets) Remove(next consumer.Logs) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if i := slices.Index(o.running, next); i >= 0 {
		o.running = slices.Delete(o.running, i, i+1)
	}
}

// Ready reports whether something can be passed on.
func (o *Outlets) Ready() bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return len(o.running) > 0
}

// ConsumeLogs passes on to the first.
func (o *Outlets) ConsumeLogs(ctx context.Context, logs plog.Logs) error {
	o.mu.RLock()
	defer o.mu.RUnlock()
	if len(o.running) == 0 {
		return errNoOutlet
	}
	return o.running[0].ConsumeLogs(ctx, logs)
}
