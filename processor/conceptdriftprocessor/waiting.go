package conceptdriftprocessor

import "slices"

// waiting is a binary heap of the events that wait, the next one first: by time, then by prediction id, those without one first,
// then by arrival.
type waiting []waiter

// waiter is an event that waits, and its time, to have it near.
type waiter struct {
	at   int64
	item *item
}

func (w waiter) before(other *waiter) bool {
	switch {
	case w.at != other.at:
		return w.at < other.at
	case w.item.id != other.item.id:
		return w.item.id < other.item.id
	}
	return w.item.order < other.item.order
}

func (w *waiting) push(x waiter) {
	all := append(*w, x)
	i := len(all) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !x.before(&all[parent]) {
			break
		}
		all[i] = all[parent]
		i = parent
	}
	all[i] = x
	*w = all
}

func (w *waiting) pop() *item {
	all := *w
	first, last := all[0].item, all[len(all)-1]
	all[len(all)-1] = waiter{}
	all = all[:len(all)-1]
	i := 0
	for {
		child := 2*i + 1
		if child >= len(all) {
			break
		}
		if right := child + 1; right < len(all) && all[right].before(&all[child]) {
			child = right
		}
		if !all[child].before(&last) {
			break
		}
		all[i] = all[child]
		i = child
	}
	if len(all) > 0 {
		all[i] = last
	}
	if cap(all) > 4096 && len(all) < cap(all)/4 { // after a rush
		all = slices.Clip(slices.Clone(all))
	}
	*w = all
	return first
}
