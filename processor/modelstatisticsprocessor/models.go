package modelstatisticsprocessor

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/leeway-ml/leeway/internal/window"
	"github.com/leeway-ml/leeway/judge"
	"github.com/leeway-ml/leeway/profile"
	"github.com/leeway-ml/leeway/summary"
)

// model is a version of a model, its windows, and what was last said of them.
type model struct {
	name, version string
	mu            sync.Mutex
	windows       *window.Model
	arrived       time.Time // by the wall clock, when something last came
	// voices by window and group.
	voices      map[string]*voice
	voicesMoved bool          // since the last checkpoint
	informed    time.Time     // event time of the last ml.model.info
	described   []judge.Point // ml.model.info of the profile describes
	describes   *profile.Profile
	gone        bool // it was forgotten; whoever comes too late asks for it again
}

// voice is what was last said of one window of one group.
type voice struct {
	group  summary.Group
	window string // empty for what is said of the model itself
	points []judge.Point
	end    time.Time // of the window
	sent   time.Time // by the wall clock
	empty  bool      // there was nothing in the window
}

type modelKey struct{ name, version string }

// models are all that are known, up to a limit.
type models struct {
	limit int
	mu    sync.RWMutex
	byKey map[modelKey]*model
}

func newModels(limit int) *models { return &models{limit: limit, byKey: map[modelKey]*model{}} }

// of returns the model, nil where it would be one too many.
func (ms *models) of(name, version string, settings *window.Settings) *model {
	key := modelKey{name, version}
	ms.mu.RLock()
	m := ms.byKey[key]
	ms.mu.RUnlock()
	if m != nil {
		return m
	}
	ms.mu.Lock()
	defer ms.mu.Unlock()
	if m = ms.byKey[key]; m == nil && len(ms.byKey) < ms.limit {
		m = newModel(window.NewModel(name, version, settings))
		ms.byKey[key] = m
	}
	return m
}

func newModel(w *window.Model) *model {
	return &model{name: w.Name, version: w.Version, windows: w, arrived: time.Now(), voices: map[string]*voice{}}
}

// put adds a restored model.
func (ms *models) put(m *model) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	ms.byKey[modelKey{m.name, m.version}] = m
}

// remove forgets a model, unless something has come meanwhile.
func (ms *models) remove(m *model) bool {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.windows.Empty() {
		return false
	}
	m.gone = true
	delete(ms.byKey, modelKey{m.name, m.version})
	return true
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
