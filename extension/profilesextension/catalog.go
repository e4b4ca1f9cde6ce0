package profilesextension

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/leeway-ml/leeway/profile"
)

// origin is where a profile comes from. The lesser one wins.
type origin int

const (
	fromDirectory origin = iota
	fromSource
	fromLearning
	origins
)

func (o origin) String() string { return [...]string{"directory", "source", "learned"}[o] }

// key names whom a profile is for. An empty version stands for every version.
type key struct{ model, version string }

func (k key) compare(o key) int {
	return cmp.Or(cmp.Compare(k.model, o.model), cmp.Compare(k.version, o.version))
}

// name is the key as one text, in ASCII.
func (k key) name() string {
	return strconv.QuoteToASCII(k.model) + " " + strconv.QuoteToASCII(k.version)
}

func keyOf(p *profile.Profile) key { return key{p.Model, p.Version} }

// entry is one good profile. It never changes.
type entry struct {
	profile *profile.Profile
	id      string
	origin  origin
	place   string // the file's name or the source's URL
}

func newEntry(p *profile.Profile, from origin, place string) *entry {
	return &entry{profile: p, id: p.ID(), origin: from, place: place}
}

// catalog holds the profiles of all origins, and the view of those that are in force.
type catalog struct {
	max  int
	view atomic.Pointer[view]

	mutex   sync.Mutex
	layers  [origins]map[key]*entry
	refused map[string]bool // IDs beyond max that were reported
}

// view is what is in force. It never changes, so that readers need no lock.
type view struct {
	generation uint64
	models     map[string]*versions
	// entries by model and version; each is in force for the version it names, or for those that none names.
	entries []*entry
	// tag changes whenever entries do.
	tag string
}

type versions struct {
	any   *entry
	named map[string]*entry
}

func newCatalog(maxProfiles int) *catalog {
	c := &catalog{max: maxProfiles}
	c.view.Store(newView(nil, 0))
	return c
}

// lookup is the entry in force for the version, nil where there is none.
func (v *view) lookup(model, version string) *entry {
	m := v.models[model]
	if m == nil {
		return nil
	}
	if e, ok := m.named[version]; ok {
		return e
	}
	return m.any
}

// set replaces all profiles of one origin. It returns the ones that are refused for max, each once.
func (c *catalog) set(from origin, entries map[key]*entry) (refused []*entry) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.layers[from] = entries
	return c.rebuild()
}

// add puts one profile beside the others of its origin.
func (c *catalog) add(e *entry) (refused []*entry) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	layer := make(map[key]*entry, len(c.layers[e.origin])+1)
	for k, other := range c.layers[e.origin] {
		layer[k] = other
	}
	layer[keyOf(e.profile)] = e
	c.layers[e.origin] = layer
	return c.rebuild()
}

func (c *catalog) rebuild() (refused []*entry) {
	var kept []*entry
	refusedNow := map[string]bool{}
	for from := range c.layers {
		layer := make([]*entry, 0, len(c.layers[from]))
		for _, e := range c.layers[from] {
			layer = append(layer, e)
		}
		slices.SortFunc(layer, func(a, b *entry) int { return keyOf(a.profile).compare(keyOf(b.profile)) })
		for _, e := range layer {
			if len(kept) < c.max {
				kept = append(kept, e)
				continue
			}
			refusedNow[e.id] = true
			if !c.refused[e.id] {
				refused = append(refused, e)
			}
		}
	}
	c.refused = refusedNow
	old := c.view.Load()
	if next := newView(kept, old.generation+1); next.tag != old.tag {
		c.view.Store(next)
	}
	return refused
}

// newView works out who is in force. entries come by origin, the one that wins first: within a model, what an origin says
// of every version also wins over what a lesser one says of a single version.
func newView(entries []*entry, generation uint64) *view {
	v := &view{generation: generation, models: map[string]*versions{}}
	covered := map[key]origin{} // of a model's profile for every version
	for _, e := range entries {
		if e.profile.Version != "" {
			continue
		}
		k := keyOf(e.profile)
		if _, ok := covered[k]; !ok {
			covered[k] = e.origin
			v.model(k.model).any = e
			v.entries = append(v.entries, e)
		}
	}
	for _, e := range entries {
		k := keyOf(e.profile)
		if k.version == "" {
			continue
		}
		if from, ok := covered[key{model: k.model}]; ok && from < e.origin {
			continue
		}
		if m := v.model(k.model); m.named[k.version] == nil {
			m.named[k.version] = e
			v.entries = append(v.entries, e)
		}
	}
	slices.SortFunc(v.entries, func(a, b *entry) int { return keyOf(a.profile).compare(keyOf(b.profile)) })
	digest := sha256.New()
	for _, e := range v.entries {
		digest.Write([]byte(e.origin.String() + "\x00" + e.profile.Model + "\x00" + e.profile.Version + "\x00" + e.id + "\x00"))
	}
	v.tag = hex.EncodeToString(digest.Sum(nil)[:8])
	return v
}

func (v *view) model(name string) *versions {
	m := v.models[name]
	if m == nil {
		m = &versions{named: map[string]*entry{}}
		v.models[name] = m
	}
	return m
}

// counts is how many profiles of each origin are in force.
func (v *view) counts() (n [origins]int64) {
	for _, e := range v.entries {
		n[e.origin]++
	}
	return n
}
