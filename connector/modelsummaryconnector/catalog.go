package modelsummaryconnector

import (
	"sync"
	"sync/atomic"

	"github.com/leeway-ml/leeway/profile"
)

// overflow names models, features, segments and arms beyond their limit.
const overflow = "__overflow__"

// maxText is how many bytes a name or a category may have. Longer ones overflow: they name nothing.
const maxText = 256

type modelKey struct{ name, version string }

// catalog holds the plans of the models in use. A plan that nobody asked for between two sweeps is forgotten.
type catalog struct {
	provider profile.Provider // nil where there is none
	max      int
	overflow *plan

	// epoch grows whenever plans may have changed: who keeps a plan asks again.
	epoch      atomic.Uint64
	generation atomic.Uint64

	mu             sync.Mutex
	plans          map[modelKey]*catalogEntry
	sketchings     map[*profile.Profile]*sketching // of the profiles in use
	profiled, bare int
}

type catalogEntry struct {
	plan *plan
	used bool
}

func newCatalog(maxModels int) *catalog {
	p := newPlan(overflow, overflow, nil, nil)
	p.overflow = true
	return &catalog{max: maxModels, overflow: p, plans: map[modelKey]*catalogEntry{}, sketchings: map[*profile.Profile]*sketching{}}
}

// plan returns the model's plan, or that of all the models beyond the limit. Models with a profile have a limit of their own,
// so that invented names cannot displace them.
func (c *catalog) plan(key modelKey) *plan {
	if len(key.name) > maxText || len(key.version) > maxText {
		return c.overflow
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.plans[key]; e != nil {
		e.used = true
		return e.plan
	}
	p := c.profile(key)
	n := &c.bare
	if p != nil {
		n = &c.profiled
	}
	if *n >= c.max {
		return c.overflow
	}
	*n++
	e := &catalogEntry{plan: newPlan(key.name, key.version, p, c.sketching(p)), used: true}
	c.plans[key] = e
	return e.plan
}

// sketching is that of the profile: its frequencies are large, and there may be many versions of a model.
func (c *catalog) sketching(p *profile.Profile) *sketching {
	if p == nil {
		return nil
	}
	s := c.sketchings[p]
	if s == nil {
		s = newSketching(p)
		c.sketchings[p] = s
	}
	return s
}

// tidy forgets the sketchings of profiles that no plan has any more.
func (c *catalog) tidy() {
	used := make(map[*profile.Profile]struct{}, len(c.sketchings))
	for _, e := range c.plans {
		used[e.plan.profile] = struct{}{}
	}
	for p := range c.sketchings {
		if _, ok := used[p]; !ok {
			delete(c.sketchings, p)
		}
	}
}

func (c *catalog) profile(key modelKey) *profile.Profile {
	if c.provider == nil {
		return nil
	}
	return c.provider.Profile(key.name, key.version)
}

// refresh drops the plans whose profile has changed.
func (c *catalog) refresh() {
	if c.provider == nil {
		return
	}
	generation := c.provider.Generation()
	if c.generation.Load() == generation {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, e := range c.plans {
		if c.profile(key) != e.plan.profile {
			c.forget(key, e)
		}
	}
	c.tidy()
	c.generation.Store(generation)
	c.epoch.Add(1)
}

// sweep forgets the plans that were not asked for since the last sweep.
func (c *catalog) sweep() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, e := range c.plans {
		if !e.used {
			c.forget(key, e)
		}
		e.used = false
	}
	c.tidy()
	c.epoch.Add(1)
}

func (c *catalog) forget(key modelKey, e *catalogEntry) {
	delete(c.plans, key)
	if e.plan.profile != nil {
		c.profiled--
	} else {
		c.bare--
	}
}
