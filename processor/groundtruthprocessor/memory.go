package groundtruthprocessor

import (
	"context"
	"sync"
)

// memory holds everything in maps.
type memory struct {
	mu    sync.Mutex
	held  map[key][]byte
	lists map[listName][]key
	bytes int64
}

// What an entry takes beside its bytes: the key, the slice and the place in the map; and that in a list.
const (
	entryOverhead = 80
	listOverhead  = 96
)

func newMemory() *memory {
	return &memory{held: map[key][]byte{}, lists: map[listName][]key{}}
}

func (m *memory) get(_ context.Context, keys []key) ([][]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	values := make([][]byte, len(keys))
	for i, k := range keys {
		values[i] = m.held[k]
	}
	return values, nil
}

func (m *memory) list(_ context.Context, name listName) ([]key, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.lists[name], nil
}

func (m *memory) submit(w *write) func(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, k := range w.keys {
		if old, ok := m.held[k]; ok {
			m.bytes -= int64(len(old)) + entryOverhead
		}
		if value := w.values[i]; value != nil {
			m.held[k] = value
			m.bytes += int64(len(value)) + entryOverhead
		} else {
			delete(m.held, k)
		}
	}
	for i := range w.lists {
		l := &w.lists[i]
		if old, ok := m.lists[l.name]; ok {
			m.bytes -= int64(len(old)*len(key{})) + listOverhead
		}
		if l.keys != nil {
			m.lists[l.name] = l.keys
			m.bytes += int64(len(l.keys)*len(key{})) + listOverhead
		} else {
			delete(m.lists, l.name)
		}
	}
	return func(context.Context) error { return nil }
}

func (m *memory) size() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.bytes
}

func (*memory) outbox() (int, bool) { return 0, false }

func (*memory) close(context.Context) error { return nil }
