package modelrollupprocessor

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/leeway-ml/leeway/profile"
)

type modelKey struct{ name, version string }

// models are all that are known, up to a limit. Models that have a profile when they come have a limit of their own, so that
// invented names cannot displace them.
type models struct {
	limit          int
	provider       profile.Provider // nil where no extension serves profiles
	mu             sync.RWMutex
	byKey          map[modelKey]*model
	profiled, bare int
}

func newModels(limit int) *models { return &models{limit: limit, byKey: map[modelKey]*model{}} }

// of returns the model, nil where it would be one too many.
func (ms *models) of(name, version string) *model {
	key := modelKey{name, version}
	ms.mu.RLock()
	m := ms.byKey[key]
	ms.mu.RUnlock()
	if m != nil {
		return m
	}
	ms.mu.Lock()
	defer ms.mu.Unlock()
	if m = ms.byKey[key]; m != nil {
		return m
	}
	profiled := ms.profile(name, version) != nil
	n := ms.count(profiled)
	if *n >= ms.limit {
		return nil
	}
	*n++
	m = &model{name: name, version: version, profiled: profiled, rows: map[string]*row{}}
	ms.byKey[key] = m
	return m
}

func (ms *models) count(profiled bool) *int {
	if profiled {
		return &ms.profiled
	}
	return &ms.bare
}

func (ms *models) profile(name, version string) *profile.Profile {
	if ms.provider == nil {
		return nil
	}
	return ms.provider.Profile(name, version)
}

// remove forgets a model, unless something has come meanwhile.
func (ms *models) remove(m *model) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.rows) > 0 || m.gone {
		return
	}
	m.gone = true
	delete(ms.byKey, modelKey{m.name, m.version})
	*ms.count(m.profiled)--
}

// all is the list, sorted by name and version.
func (ms *models) all() []*model {
	ms.mu.RLock()
	list := make([]*model, 0, len(ms.byKey))
	for _, m := range ms.byKey {
		list = append(list, m)
	}
	ms.mu.RUnlock()
	slices.SortFunc(list, func(a, b *model) int {
		return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.version, b.version))
	})
	return list
}
