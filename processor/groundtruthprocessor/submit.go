package groundtruthprocessor

import (
	"context"
	"encoding/json"
	"maps"
	"math"
	"slices"

	"github.com/leeway-ml/leeway/internal/join"
)

func (ms *models) times(m *model) (watermark, greatest int64) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	return m.watermark, m.greatest
}

// submit counts what a batch has changed, sets the timers, and begins to write: in the same order as the counters go.
func (ms *models) submit(j *joiner, b *batch, w *write, spent *listName) func(context.Context) error {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	future := b.now.Add(j.cfg.MaxFuture).UnixNano()
	for i := range b.items {
		if t := b.items[i].time; t <= future {
			b.ids[b.items[i].id].model.see(t, j.cfg.AllowedLateness, b.now)
		}
	}
	ms.count(b, 1)
	touched := map[*model]struct{}{}
	lists := map[listName][]key{}
	for i := range b.ids {
		d := &b.ids[i]
		touched[d.model] = struct{}{}
		if !d.changed {
			continue
		}
		if due := j.rules.Due(d.held); due != d.due && due != math.MaxInt64 {
			at := listName{model: d.model.number, end: j.spanOf(d.model, d.held, due, b.now)}
			lists[at] = append(lists[at], b.keys[i])
		}
	}
	byNumber := map[int]*model{}
	for m := range touched {
		byNumber[m.number] = m
	}
	for at, keys := range lists {
		t := &byNumber[at.model].timers
		for part := range slices.Chunk(keys, maxList) {
			var s *span
			at.number, s = t.reserve(at.end)
			w.lists = append(w.lists, listWrite{name: at, keys: part, span: *s})
		}
	}
	if spent != nil {
		m := ms.numbered(spent.model)
		touched[m] = struct{}{}
		s := m.timers.spans[spent.end]
		m.timers.done(spent.end)
		w.lists = append(w.lists, listWrite{name: *spent, span: *s})
	}
	ms.describe(w, touched)
	return j.backend.submit(w)
}

// maxList is how many keys a list may have: they are read, claimed and written together.
const maxList = 1024

func (ms *models) numbered(number int) *model {
	for _, m := range ms.byName {
		if m.number == number {
			return m
		}
	}
	return nil
}

// takeBack undoes what submit did; event time stays where it is, and so do timers, which then find nothing.
func (ms *models) takeBack(j *joiner, b *batch, w *write, spent *listName) func(context.Context) error {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	ms.count(b, -1)
	touched := map[*model]struct{}{}
	for i := range b.ids {
		touched[b.ids[i].model] = struct{}{}
	}
	if spent != nil {
		m := ms.numbered(spent.model)
		number, s := m.timers.reserve(spent.end)
		w.lists = append(w.lists, listWrite{name: listName{m.number, spent.end, number}, keys: b.keys, span: *s})
	}
	ms.describe(w, touched)
	return j.backend.submit(w)
}

// count changes the numbers of what is held.
func (ms *models) count(b *batch, by int64) {
	for i := range b.ids {
		d := &b.ids[i]
		if !d.changed {
			continue
		}
		if d.was != join.Nothing {
			d.model.held[d.was] -= by
			ms.total -= by
		}
		if is := d.held.State(); is != join.Nothing {
			d.model.held[is] += by
			ms.total += by
		}
	}
}

// describe adds what is to be found again of the models themselves.
func (ms *models) describe(w *write, touched map[*model]struct{}) {
	for m := range touched {
		w.models = append(w.models, modelWrite{number: m.number, state: m.state()})
		if m.timers.changed {
			m.timers.changed = false
			w.ends = append(w.ends, endsWrite{m.number, m.timers.ends()})
		}
	}
	if ms.changed {
		ms.changed = false
		names := make(map[string]int, len(ms.byName))
		for name, m := range maps.All(ms.byName) {
			names[name] = m.number
		}
		w.index, _ = json.Marshal(names) // texts and numbers always can be
	}
}
