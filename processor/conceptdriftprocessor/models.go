package conceptdriftprocessor

import (
	"strings"
	"sync"
	"time"
)

// A model version, or a slice, of which nothing has come for forgotten is let go. Where a limit is reached, the one of which
// nothing has come for longest makes room, if that is longer than quiet.
const (
	forgotten = 30 * 24 * time.Hour
	quiet     = 24 * time.Hour
)

// models are those that are watched.
type models struct {
	plan  *plan
	limit int
	// evict lets a model go.
	evict func(*model)

	mu    sync.Mutex
	byKey map[modelKey]*model
	// full is until when there is no room for another one.
	full time.Time
}

type modelKey struct{ name, version string }

func newModels(p *plan, limit int, evict func(*model)) *models {
	return &models{plan: p, limit: limit, evict: evict, byKey: map[modelKey]*model{}}
}

// maxName bounds the names of models.
const maxName = 1024

// find is the model version; nil where there are too many.
func (ms *models) find(name, version string, now time.Time) *model {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	if m := ms.byKey[modelKey{name, version}]; m != nil {
		m.arrived.Store(now.UnixNano()) // it is not let go before its event is taken in
		return m
	}
	if len(name)+len(version) > maxName || len(ms.byKey) >= ms.limit && !ms.room(now) {
		return nil
	}
	m := newModel(strings.Clone(name), strings.Clone(version), ms.plan, now)
	ms.byKey[modelKey{m.name, m.version}] = m
	return m
}

func (ms *models) room(now time.Time) bool {
	if now.Before(ms.full) {
		return false
	}
	var oldest *model
	at := now.UnixNano()
	for _, m := range ms.byKey {
		if arrived := m.arrived.Load(); arrived < at {
			oldest, at = m, arrived
		}
	}
	if ms.full = time.Unix(0, at).Add(quiet); oldest == nil || now.Before(ms.full) {
		return false
	}
	ms.full = time.Time{}
	delete(ms.byKey, modelKey{oldest.name, oldest.version})
	ms.evict(oldest)
	return true
}

// put adds a model that was stored; false where there are too many.
func (ms *models) put(m *model) bool {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	if len(ms.byKey) >= ms.limit {
		return false
	}
	ms.byKey[modelKey{m.name, m.version}] = m
	return true
}

// all models, in no order.
func (ms *models) all() []*model {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	all := make([]*model, 0, len(ms.byKey))
	for _, m := range ms.byKey {
		all = append(all, m)
	}
	return all
}

// sweep lets models go of which nothing has come for very long.
func (ms *models) sweep(now time.Time) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	for key, m := range ms.byKey {
		if now.Sub(time.Unix(0, m.arrived.Load())) > forgotten {
			delete(ms.byKey, key)
			ms.evict(m)
		}
	}
}

func (ms *models) count() int64 {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	return int64(len(ms.byKey))
}
