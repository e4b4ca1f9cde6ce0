package groundtruthprocessor

import "sync"

// claims let one batch at a time work on what is held under an id: from reading it until what became of it is written and
// passed on.
type claims struct {
	mu    sync.Mutex
	freed *sync.Cond
	taken map[key]struct{}
}

func newClaims() *claims {
	c := &claims{taken: map[key]struct{}{}}
	c.freed = sync.NewCond(&c.mu)
	return c
}

// take waits until none of the keys is taken, and takes all of them: who waits has none, so that nobody waits for ever.
func (c *claims) take(keys []key) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.anyTaken(keys) {
		c.freed.Wait()
	}
	for _, k := range keys {
		c.taken[k] = struct{}{}
	}
}

func (c *claims) anyTaken(keys []key) bool {
	if len(c.taken) == 0 {
		return false
	}
	for _, k := range keys {
		if _, ok := c.taken[k]; ok {
			return true
		}
	}
	return false
}

func (c *claims) release(keys []key) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range keys {
		delete(c.taken, k)
	}
	c.freed.Broadcast()
}
