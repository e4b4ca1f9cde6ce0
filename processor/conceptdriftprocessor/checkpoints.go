package conceptdriftprocessor

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/stats/conceptdrift"
)

// checkpoints keep the detectors of all models, and what waits, in a storage extension. What has changed is written, all of a
// model at once. The index lists the models by their ids; entries.go has what stands under each.
type checkpoints struct {
	client storage.Client
	report *reporter
	mu     sync.Mutex
	index  map[string]bool
}

const indexKey = "models"

func openCheckpoints(ctx context.Context, host component.Host, id, own component.ID, report *reporter) (*checkpoints, error) {
	found, ok := host.GetExtensions()[id]
	if !ok {
		return nil, fmt.Errorf("storage: no extension %q is running; define it under extensions and name it in service::extensions", id)
	}
	extension, ok := found.(storage.Extension)
	if !ok {
		return nil, fmt.Errorf("storage: extension %q stores nothing; name a storage extension, as file_storage", id)
	}
	client, err := extension.GetClient(ctx, component.KindProcessor, own, "")
	if err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	return &checkpoints{client: client, report: report, index: map[string]bool{}}, nil
}

// save writes what has changed in these models. What can't be written is tried again next time.
func (c *checkpoints) save(ctx context.Context, list []*model) {
	for _, m := range list {
		if err := c.saveModel(ctx, m); err != nil {
			c.report.checkpointFailed(ctx, m.name, err)
		}
	}
}

func (c *checkpoints) saveModel(ctx context.Context, m *model) error {
	m.saving.Lock()
	defer m.saving.Unlock()
	id := idOf(m)
	ch, err := m.changes(id)
	if err != nil || len(ch.operations) == 0 {
		return err
	}
	if err := c.write(ctx, id, ch.operations, m.stored); err != nil {
		m.unsaved(ch)
		return err
	}
	m.stored = true
	return nil
}

func (c *checkpoints) write(ctx context.Context, id string, operations []*storage.Operation, known bool) error {
	if known {
		return c.client.Batch(ctx, operations...)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.index[id] = true
	err := c.client.Batch(ctx, append(operations, c.indexOperation())...)
	if err != nil {
		delete(c.index, id)
	}
	return err
}

func (c *checkpoints) indexOperation() *storage.Operation {
	ids := make([]string, 0, len(c.index))
	for id := range c.index {
		ids = append(ids, id)
	}
	text, _ := json.Marshal(ids) // strings always can be
	return storage.SetOperation(indexKey, text)
}

// changes are what has changed in a model, and what is to be undone where they can't be written.
type changes struct {
	operations []*storage.Operation
	groups     []*group
	lanes      [kinds]struct {
		fresh   []*item
		chunk   bool
		spent   []chunk
		dropped []string
	}
}

// changes takes what is to be written. m.saving is held.
func (m *model) changes(id string) (*changes, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	ch := &changes{}
	if m.gone || !m.changed {
		return ch, nil
	}
	for k, l := range m.lanes {
		prefix := id + "/" + kindNames[k] + "/"
		undo := &ch.lanes[k]
		undo.dropped, l.dropped = l.dropped, nil
		for _, key := range undo.dropped {
			ch.operations = append(ch.operations, storage.DeleteOperation(prefix+key))
		}
		for _, g := range l.groups {
			if !g.changed {
				continue
			}
			text, err := g.encode(l.plan)
			if err != nil {
				return nil, err
			}
			g.changed = false
			ch.groups = append(ch.groups, g)
			ch.operations = append(ch.operations, storage.SetOperation(prefix+groupKey(g.pairs), text))
		}
		undo.fresh, l.fresh = l.fresh, nil
		var waiting []*item
		last := int64(noTime)
		for _, x := range undo.fresh {
			if x.time >= l.watermark {
				waiting = append(waiting, x)
				last = max(last, x.time)
			}
		}
		if len(waiting) > 0 {
			undo.chunk = true
			ch.operations = append(ch.operations, storage.SetOperation(prefix+waitKey(l.next), encodeItems(l.plan, waiting)))
			l.chunks = append(l.chunks, chunk{l.next, last})
			l.next++
		}
		left := make([]chunk, 0, len(l.chunks))
		for _, c := range l.chunks {
			if c.last >= l.watermark {
				left = append(left, c)
				continue
			}
			undo.spent = append(undo.spent, c)
			ch.operations = append(ch.operations, storage.DeleteOperation(prefix+waitKey(c.number)))
		}
		l.chunks = left
	}
	m.changed = false
	ch.operations = append(ch.operations, storage.SetOperation(id+"/"+stateKey, m.state().encode()))
	return ch, nil
}

// unsaved says that changes could not be written.
func (m *model) unsaved(ch *changes) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.changed = true
	for _, g := range ch.groups {
		g.changed = true
	}
	for k, l := range m.lanes {
		undo := &ch.lanes[k]
		l.dropped = append(undo.dropped, l.dropped...)
		l.fresh = append(undo.fresh, l.fresh...)
		if undo.chunk {
			l.chunks = l.chunks[:len(l.chunks)-1] // it was the last
		}
		l.chunks = append(l.chunks, undo.spent...)
		slices.SortFunc(l.chunks, func(a, b chunk) int { return cmp.Compare(a.number, b.number) })
	}
}

// forget deletes a model's checkpoint. m.saving is held.
func (c *checkpoints) forget(ctx context.Context, m *model) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id := idOf(m)
	delete(c.index, id)
	operations := []*storage.Operation{c.indexOperation(), storage.DeleteOperation(id + "/" + stateKey)}
	for k, l := range m.lanes {
		prefix := id + "/" + kindNames[k] + "/"
		for _, g := range l.groups {
			operations = append(operations, storage.DeleteOperation(prefix+groupKey(g.pairs)))
		}
		for _, key := range l.dropped {
			operations = append(operations, storage.DeleteOperation(prefix+key))
		}
		for _, c := range l.chunks {
			operations = append(operations, storage.DeleteOperation(prefix+waitKey(c.number)))
		}
	}
	if err := c.client.Batch(ctx, operations...); err != nil {
		c.report.checkpointFailed(ctx, m.name, err)
	}
}

// restore reads all models back. What is corrupt is left out, counted and named in the log; only a storage that can't be read is
// an error.
func (c *checkpoints) restore(ctx context.Context, w *watcher) error {
	text, err := c.client.Get(ctx, indexKey)
	if err != nil {
		return fmt.Errorf("storage: %w", err)
	}
	if text == nil {
		return nil
	}
	var ids []string
	if err := json.Unmarshal(text, &ids); err != nil {
		c.report.corrupt(ctx, indexKey, err)
		return nil
	}
	var all []restoring
	for _, id := range ids {
		key := id + "/" + stateKey
		text, err := c.client.Get(ctx, key)
		if err != nil {
			return fmt.Errorf("storage: %w", err)
		}
		s, err := decodeModel(text)
		if err == nil && digest(s.name+"\x00"+s.version) != id {
			err = errDamaged
		}
		if err != nil {
			c.report.corrupt(ctx, key, err)
			continue
		}
		all = append(all, restoring{checkpoints: c, watcher: w, id: id, state: s})
	}
	// Where there is room for fewer than before, those of which something came last are watched on.
	slices.SortFunc(all, func(a, b restoring) int { return cmp.Compare(b.state.arrived, a.state.arrived) })
	for i := range all {
		if err := all[i].model(ctx); err != nil {
			return fmt.Errorf("storage: %w", err)
		}
	}
	c.report.logger.Info("detectors restored", zap.Int64("models", w.models.count()), zap.Int64("streams", w.streams.Load()))
	return nil
}

func (c *checkpoints) close(ctx context.Context) error { return c.client.Close(ctx) }

// restoring is one model that is read back.
type restoring struct {
	*checkpoints
	*watcher
	id    string
	state *modelState
	m     *model
}

func (r *restoring) model(ctx context.Context) error {
	s := r.state
	now := time.Now()
	r.m = newModel(s.name, s.version, r.plan, now)
	r.m.arrived.Store(min(s.arrived, now.UnixNano()))
	r.m.pending, r.m.stored, r.m.changed = s.pending, true, true
	r.index[r.id] = true
	for k := range s.lanes {
		if err := r.lane(ctx, r.m.lanes[k], &s.lanes[k]); err != nil {
			return err
		}
	}
	if !r.models.put(r.m) {
		r.evict(r.m)
	}
	return nil
}

func (r *restoring) lane(ctx context.Context, l *lane, s *laneState) error {
	prefix := r.id + "/" + kindNames[l.kind] + "/"
	l.greatest, l.watermark, l.next = s.greatest, s.watermark, s.next
	l.taken, l.takenID, l.takenSignals = s.taken, s.takenID, s.takenSignals
	for _, key := range s.groups {
		text, err := r.client.Get(ctx, prefix+key)
		if err != nil {
			return err
		}
		g, err := decodeGroup(text)
		if err == nil && groupKey(g.pairs) != key {
			err = errDamaged
		}
		if err != nil {
			r.checkpoints.report.corrupt(ctx, prefix+key, err)
			l.dropped = append(l.dropped, key)
			continue
		}
		if !r.group(ctx, l, g) {
			l.dropped = append(l.dropped, key)
		}
	}
	for number := s.first; number < s.next; number++ {
		key := prefix + waitKey(number)
		text, err := r.client.Get(ctx, key)
		if err != nil {
			return err
		}
		if text == nil {
			continue // all of it was taken
		}
		items, err := decodeItems(text)
		if err != nil {
			r.checkpoints.report.corrupt(ctx, key, err)
			l.dropped = append(l.dropped, waitKey(number))
			continue
		}
		l.chunks = append(l.chunks, chunk{number, r.wait(l, items)})
	}
	return nil
}

// group restores the whole traffic, or a slice; false where nothing of it is configured any more.
func (r *restoring) group(ctx context.Context, l *lane, s *groupState) bool {
	g := &l.whole
	if len(s.pairs) > 0 {
		if g = r.slice(l, s.pairs); g == nil {
			return false
		}
		g.arrived = s.arrived
	}
	for _, x := range s.streams {
		for n, d := range l.plan.detections {
			if d.name != x.name || d.signal.name != x.signal {
				continue
			}
			stream, err := d.restore(x.state)
			switch {
			case err == nil:
				if g.streams == nil {
					g.streams = make([]conceptdrift.Detector, len(l.plan.detections))
				}
				if g.streams[n] == nil {
					r.streams.Add(1)
				}
				g.streams[n] = stream
				l.seen[d.at] = true
			case errors.Is(err, conceptdrift.ErrOtherConfig), errors.Is(err, conceptdrift.ErrOtherMethod):
				g.changed = true
				r.checkpoints.report.begunAnew(ctx, r.m.name, d.name)
			default:
				g.changed = true
				r.checkpoints.report.corrupt(ctx, r.id+"/"+d.name, err)
			}
		}
	}
	return true
}

// slice is that of the pairs, made where there is none; nil where it is not configured.
func (r *restoring) slice(l *lane, pairs []pair) *group {
	for list, keys := range r.plan.lists {
		if len(keys) != len(pairs) {
			continue
		}
		texts, same := make([]string, len(r.plan.keys)), true
		for i, k := range keys {
			same = same && r.plan.keys[k] == pairs[i].key
			texts[k] = pairs[i].text
		}
		key, ok := sliceKey(nil, list, keys, texts)
		if !same || !ok {
			continue
		}
		if l.slices == nil {
			l.slices = map[string]*group{}
		}
		g := l.slices[string(key)]
		if g == nil {
			g = &group{pairs: pairs, arrived: time.Now().UnixNano()}
			l.slices[string(key)] = g
		}
		return g
	}
	return nil
}

// wait lets events wait again, but for those that were taken already. It returns the time of the last.
func (r *restoring) wait(l *lane, s *itemsState) (last int64) {
	last = noTime
	groups := make([]*group, len(s.groups))
	for i, pairs := range s.groups {
		groups[i] = r.slice(l, pairs)
	}
	at := make([]int, len(l.plan.signals))
	for i, signal := range l.plan.signals {
		at[i] = -1
		for k, name := range s.signals {
			if name == signal.name {
				at[i] = k
			}
		}
	}
	for i := range s.items {
		x := &s.items[i]
		if x.time < l.watermark {
			continue
		}
		last = max(last, x.time)
		values, any := make([]float64, len(at)), false
		for k, from := range at {
			values[k] = nan
			if from >= 0 {
				values[k] = x.values[from]
			}
			any = any || values[k] == values[k]
		}
		x.values = values
		for _, g := range s.members[i] {
			if groups[g] != nil {
				x.slices = append(x.slices, groups[g])
			}
		}
		if any && l.put(x) {
			r.buffered.Add(1)
			r.bufferedSize.Add(x.size())
		}
	}
	return last
}
