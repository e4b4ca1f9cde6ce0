package modelsummaryconnector

import (
	"cmp"

	"github.com/leeway-ml/leeway/profile"
)

// confusion counts outcomes by predicted and true class.
//
// A class beyond max_categories is Other. Of two different classes beyond the limit the true one is the overflow, so that
// Other beside Other is right, always. A pair of different classes beyond max_confusions keeps its predicted class; its true
// one is the overflow. So the counts of right outcomes are never wrong, whatever the limits.
type confusion struct {
	cells   map[pair]uint64
	classes map[string]struct{}
	wrong   int // cells of different classes
}

type pair struct{ predicted, truth string }

func (c *confusion) count(a *accumulator, s *shard, predicted, truth string) {
	key := pair{predicted, truth}
	if n, ok := c.cells[key]; ok {
		c.cells[key] = n + 1
		return
	}
	key, limit := c.admit(key, &s.limits)
	if limit >= 0 && a.segment == nil {
		s.overflowed(a.plan, limit)
	}
	if c.cells[key] == 0 {
		s.grow(entrySize + len(key.predicted) + len(key.truth))
	}
	c.add(key, 1)
}

func (c *confusion) add(key pair, n uint64) {
	if c.cells == nil {
		c.cells = map[pair]uint64{}
	}
	if key.predicted != key.truth && c.cells[key] == 0 {
		c.wrong++
	}
	c.cells[key] += n
}

// admit is the cell that a pair is counted in, and the limit that was reached, -1 where none was.
func (c *confusion) admit(key pair, l *Limits) (cell pair, limit int) {
	predicted, ok1 := c.class(key.predicted, l)
	truth, ok2 := c.class(key.truth, l)
	limit = -1
	if !ok1 || !ok2 {
		limit = limitCategories
	}
	if predicted == truth && key.predicted != key.truth {
		truth = overflow
	}
	cell = pair{predicted, truth}
	if predicted != truth && truth != overflow && c.cells[cell] == 0 && c.wrong >= l.MaxConfusions {
		return pair{predicted, overflow}, limitConfusions
	}
	return cell, limit
}

// class is the name that a class is counted by; false where there are too many, or it is too long.
func (c *confusion) class(name string, l *Limits) (string, bool) {
	if name == profile.Other || name == overflow {
		return name, true
	}
	if _, ok := c.classes[name]; ok {
		return name, true
	}
	name, ok := keep(name)
	if !ok || len(c.classes) >= l.MaxCategories {
		return profile.Other, false
	}
	if c.classes == nil {
		c.classes = map[string]struct{}{}
	}
	c.classes[name] = struct{}{}
	return name, true
}

// merge adds o, pair by pair in their order, so that what is beyond the limits does not depend on chance.
func (c *confusion) merge(o *confusion, h *held) {
	if c.cells == nil {
		*c = *o
		return
	}
	for _, key := range o.sorted() {
		n := o.cells[key]
		cell, limit := c.admit(key, &h.limits)
		if limit >= 0 {
			h.overflowed.overflowed[limit] += n
		}
		c.add(cell, n)
	}
}

func (c *confusion) sorted() []pair {
	return sortedFunc(c.cells, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.predicted, b.predicted), cmp.Compare(a.truth, b.truth))
	})
}
