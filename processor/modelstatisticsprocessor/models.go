package modelstatisticsprocessor

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/leeway-ml/leeway/internal/summarypdata"
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
	since         time.Time // event time of the first that came, at a pane's beginning; zero before
	// voices by window and group.
	voices      map[string]*voice
	voicesMoved bool          // since the last checkpoint
	informed    time.Time     // event time of the last ml.model.info
	described   []judge.Point // ml.model.info of the profile describes
	describes   *profile.Profile
	gone        bool // it was forgotten; whoever comes too late asks for it again
	profiled    bool // counts among the models that had a profile when they came
	unprofiled  bool // its last window was judged without a reference, and none is being learned
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

// models are all that are known, up to a limit. Models that have a profile when they come have a limit of their own, so that
// invented names cannot displace them.
type models struct {
	limit    int
	provider profile.Provider // nil where no extension serves profiles
	mu       sync.RWMutex
	byKey    map[modelKey]*model
	profiled int
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
	if m = ms.byKey[key]; m != nil {
		return m
	}
	profiled := ms.profile(name, version) != nil
	if ms.count(profiled) >= ms.limit {
		return nil
	}
	m = newModel(window.NewModel(name, version, settings))
	ms.add(m, profiled)
	return m
}

// count is how many models there are that had a profile when they came, or had none.
func (ms *models) count(profiled bool) int {
	if profiled {
		return ms.profiled
	}
	return len(ms.byKey) - ms.profiled
}

func (ms *models) add(m *model, profiled bool) {
	m.profiled = profiled
	if profiled {
		ms.profiled++
	}
	ms.byKey[modelKey{m.name, m.version}] = m
}

// profile is the model's reference, nil where it has none.
func (ms *models) profile(name, version string) *profile.Profile {
	if ms.provider == nil {
		return nil
	}
	if version == summarypdata.UnknownVersion {
		version = ""
	}
	return ms.provider.Profile(name, version)
}

func newModel(w *window.Model) *model {
	return &model{name: w.Name, version: w.Version, windows: w, arrived: time.Now(), voices: map[string]*voice{}}
}

// put adds a restored model.
func (ms *models) put(m *model) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	ms.add(m, ms.profile(m.name, m.version) != nil)
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
	if m.profiled {
		ms.profiled--
	}
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
