// Package notice keeps components from saying the same thing twice, and from telling more models apart than is good for a
// log or a counter.
package notice

import "sync"

// Overflow stands for the models beyond the limit, in counters.
const Overflow = "__overflow__"

// max bounds how many models and reasons are told apart, whatever senders invent.
const max = 10_000

// Notices remembers what was said of which model. The zero value is ready; it is safe for concurrent use.
type Notices struct {
	mu   sync.Mutex
	said map[key]struct{}
}

type key struct{ model, what string }

// First is true the first time that something is said of a model, and false from 10,000 different ones on.
func (n *Notices) First(model, what string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	k := key{model, what}
	if _, ok := n.said[k]; ok || len(n.said) >= max {
		return false
	}
	if n.said == nil {
		n.said = map[key]struct{}{}
	}
	n.said[k] = struct{}{}
	return true
}

// Label is the model's name as a label of a counter: itself where something was said of it, Overflow where there were too
// many others. Call First before.
func (n *Notices) Label(model, what string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, ok := n.said[key{model, what}]; ok || len(n.said) < max {
		return model
	}
	return Overflow
}
