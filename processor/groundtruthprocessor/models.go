package groundtruthprocessor

import (
	"math"
	"sync"
	"time"

	"github.com/leeway-ml/leeway/internal/join"
)

// models are those of which something is remembered. Its mutex guards them, and keeps what is written in the order in which
// their counters go.
type models struct {
	mu     sync.Mutex
	limits Limits
	byName map[string]*model
	taken  map[int]bool
	// total of what is held of all models.
	total   int64
	changed bool
	size    func() int64
}

func newModels(limits Limits, size func() int64) *models {
	return &models{limits: limits, byName: map[string]*model{}, taken: map[int]bool{}, size: size}
}

// find is the model; there may be too many, or no room.
func (ms *models) find(name string, now time.Time) (m *model, reason int) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	// Evictions keep within the limits. Where outcomes can't be passed on, a tenth more is the end.
	if ms.total > int64(ms.limits.MaxWaiting)+int64(ms.limits.MaxWaiting)/10+1000 || ms.size() > int64(ms.limits.MaxMemoryMiB)*(11<<20)/10 {
		return nil, full
	}
	if m = ms.byName[name]; m != nil {
		m.arrived = now // it is not forgotten before its event is taken in
		return m, 0
	}
	if len(ms.byName) >= ms.limits.MaxModels {
		return nil, modelLimit
	}
	number := 0
	for ms.taken[number] {
		number++
	}
	m = newModel(clone(name), number, now)
	ms.put(m)
	return m, 0
}

func (ms *models) put(m *model) {
	ms.byName[m.name] = m
	ms.taken[m.number] = true
	ms.changed = true
}

// sweep forgets models of which nothing is left.
func (ms *models) sweep(idle time.Duration, now time.Time) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	for name, m := range ms.byName {
		if m.total() == 0 && len(m.timers.spans) == 0 && now.Sub(m.arrived) > idle {
			delete(ms.byName, name)
			delete(ms.taken, m.number)
			ms.changed = true
		}
	}
}

// counts for the gauges.
func (ms *models) counts() (models int64, held [join.States]int64) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	for _, m := range ms.byName {
		for s, n := range m.held {
			held[s] += n
		}
	}
	return int64(len(ms.byName)), held
}

// due is the first list whose time has come.
func (ms *models) due() (*model, listName, bool) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	for _, m := range ms.byName {
		if m.watermark != noTime && m.timers.earliest <= m.watermark {
			return m, m.firstList(), true
		}
	}
	return nil, listName{}, false
}

// excess is the oldest list of the model that holds the most, where more is held than there is room for.
func (ms *models) excess() (m *model, name listName, limit string, ok bool) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	switch {
	case ms.total > int64(ms.limits.MaxWaiting):
		limit = "max_waiting"
	case ms.size() > int64(ms.limits.MaxMemoryMiB)<<20:
		limit = "max_memory_mib"
	default:
		return nil, listName{}, "", false
	}
	most := int64(-1)
	for _, other := range ms.byName {
		if other.timers.earliest != math.MaxInt64 && other.total() > most {
			m, most = other, other.total()
		}
	}
	if m == nil {
		return nil, listName{}, "", false
	}
	return m, m.firstList(), limit, true
}

func (m *model) firstList() listName {
	return listName{m.number, m.timers.earliest, m.timers.spans[m.timers.earliest].first}
}

// idle moves event time on where nothing comes.
func (ms *models) idle(timeout time.Duration, now time.Time) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	for _, m := range ms.byName {
		m.idle(timeout, now)
	}
}
