package localprometheusexporter

import (
	"sync"
	"time"

	"go.uber.org/zap"
)

// again is after which time a warning of a kind is written again.
const again = 10 * time.Minute

// once keeps what happens often from filling the log.
type once struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// warn writes the warning, unless one of that kind was written lately.
func (o *once) warn(log *zap.Logger, kind, message string, fields ...zap.Field) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.last == nil {
		o.last = make(map[string]time.Time)
	}
	now := time.Now()
	if last, ok := o.last[kind]; ok && now.Sub(last) < again {
		return
	}
	o.last[kind] = now
	log.Warn(message, fields...)
}
