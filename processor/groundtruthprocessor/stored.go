package groundtruthprocessor

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// stored keeps everything in a storage extension, of which it asks nothing but to get, set and delete:
//
//	e<key>                           what is held under a prediction id (internal/join)
//	l<model>/<end>/<number>          a list of keys that are due
//	s<model>/<end>                   which lists there are of a span of time
//	t<model>                         the ends of the spans
//	m<model>                         event time and counts of a model
//	models                           names and numbers of the models
//	o<slot>                          outcomes that may not have been passed on yet
//
// Writes that come while one is under way are written together by the next one.
type stored struct {
	client storage.Client
	report *reporter

	mu    sync.Mutex
	queue []*pending
	busy  bool
	idle  *sync.Cond
	// unsaved is what could not be written: it is tried again with the next write, and read from here.
	unsaved      map[string]*storage.Operation
	unsavedBytes int
	slots        slots
}

// pending is a write that was submitted.
type pending struct {
	operations []*storage.Operation
	slot       *int // is free once it is written
	done       chan struct{}
	err        error
}

// maxUnsaved bounds what waits in memory for a storage that fails.
const maxUnsaved = 64 << 20

const (
	indexKey = "models"
	// maxSlots bounds how many batches with outcomes may be under way at a time.
	maxSlots = 256
)

// storageOf finds the storage extension.
func storageOf(ctx context.Context, host component.Host, id, own component.ID) (storage.Client, error) {
	found, ok := host.GetExtensions()[id]
	if !ok {
		return nil, fmt.Errorf("storage: no extension %q is running; define it under extensions and name it in service::extensions", id)
	}
	extension, ok := found.(storage.Extension)
	if !ok {
		return nil, fmt.Errorf("storage: extension %q stores nothing; name a storage extension, as pebble_storage", id)
	}
	client, err := extension.GetClient(ctx, component.KindProcessor, own, "")
	if err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	return client, nil
}

func newStored(client storage.Client, report *reporter) *stored {
	s := &stored{client: client, report: report, unsaved: map[string]*storage.Operation{}, slots: newSlots()}
	s.idle = sync.NewCond(&s.mu)
	return s
}

func entryKey(k key) string { return "e" + base64.RawURLEncoding.EncodeToString(k[:]) }

func listKey(n listName) string {
	return fmt.Sprintf("l%d/%d/%d", n.model, n.end, n.number)
}

func spanKey(model int, end int64) string { return fmt.Sprintf("s%d/%d", model, end) }

func endsKey(model int) string { return "t" + strconv.Itoa(model) }

func modelKey(model int) string { return "m" + strconv.Itoa(model) }

func slotKey(slot int) string { return "o" + strconv.Itoa(slot) }

func (s *stored) get(ctx context.Context, keys []key) ([][]byte, error) {
	operations := make([]*storage.Operation, len(keys))
	all := make([]storage.Operation, len(keys))
	for i, k := range keys {
		all[i] = storage.Operation{Key: entryKey(k), Type: storage.Get}
		operations[i] = &all[i]
	}
	if err := s.read(ctx, operations); err != nil {
		return nil, err
	}
	values := make([][]byte, len(keys))
	for i := range all {
		values[i] = all[i].Value
	}
	return values, nil
}

// read reads from the storage, and from what it does not have yet.
func (s *stored) read(ctx context.Context, operations []*storage.Operation) error {
	if err := s.client.Batch(ctx, operations...); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.unsaved) > 0 {
		for _, op := range operations {
			if newer := s.unsaved[op.Key]; newer != nil {
				op.Value = newer.Value
			}
		}
	}
	return nil
}

func (s *stored) value(ctx context.Context, key string) ([]byte, error) {
	op := storage.GetOperation(key)
	err := s.read(ctx, []*storage.Operation{op})
	return op.Value, err
}

func (s *stored) list(ctx context.Context, name listName) ([]key, error) {
	data, err := s.value(ctx, listKey(name))
	return keysOf(data), err
}

// submit puts a write into the queue. Whoever waits for one that is not under way yet writes all that are queued.
func (s *stored) submit(w *write) func(context.Context) error {
	p := &pending{operations: operationsOf(w), slot: w.taken, done: make(chan struct{})}
	s.mu.Lock()
	s.queue = append(s.queue, p)
	lead := !s.busy
	s.busy = true
	s.mu.Unlock()
	if lead {
		go s.work()
	}
	return func(context.Context) error {
		<-p.done // not cut short: what is queued will be written
		return p.err
	}
}

// work writes what is queued until nothing is.
func (s *stored) work() {
	for {
		s.mu.Lock()
		queue := s.queue
		s.queue = nil
		if len(queue) == 0 {
			s.busy = false
			s.idle.Broadcast()
			s.mu.Unlock()
			return
		}
		operations := make([]*storage.Operation, 0, len(queue[0].operations)+len(s.unsaved))
		for _, op := range s.unsaved {
			operations = append(operations, op)
		}
		s.mu.Unlock()
		for _, p := range queue {
			operations = append(operations, p.operations...)
		}
		err := s.client.Batch(context.Background(), operations...)
		s.written(operations, err)
		for _, p := range queue {
			p.err = err
			if p.slot != nil {
				s.slots.free(*p.slot)
			}
			close(p.done)
		}
	}
}

// written forgets what was unsaved, or keeps what could not be written, as long as there is room.
func (s *stored) written(operations []*storage.Operation, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		clear(s.unsaved)
		s.unsavedBytes = 0
		return
	}
	lost := int64(0)
	for _, op := range operations {
		size := len(op.Key) + len(op.Value) + 128
		if old := s.unsaved[op.Key]; old != nil {
			s.unsavedBytes -= len(old.Key) + len(old.Value) + 128
		} else if s.unsavedBytes+size > maxUnsaved && (op.Key[0] == 'e' || op.Key[0] == 'l') {
			lost++
			continue
		}
		s.unsavedBytes += size
		s.unsaved[op.Key] = op
	}
	if lost > 0 {
		s.report.lost(context.Background(), lost)
	}
}

// retry tries again to write what could not be written.
func (s *stored) retry() {
	s.mu.Lock()
	none := len(s.unsaved) == 0
	s.mu.Unlock()
	if !none {
		if err := s.submit(&write{})(context.Background()); err != nil {
			s.report.writeFailed(context.Background(), err)
		}
	}
}

func operationsOf(w *write) []*storage.Operation {
	n := len(w.keys) + 2*len(w.lists) + len(w.models) + len(w.ends) + 2
	all := make([]storage.Operation, 0, n)
	set := func(key string, value []byte) {
		all = append(all, storage.Operation{Key: key, Value: value, Type: storage.Set})
	}
	remove := func(key string) {
		all = append(all, storage.Operation{Key: key, Type: storage.Delete})
	}
	for i, k := range w.keys {
		if w.values[i] == nil {
			remove(entryKey(k))
		} else {
			set(entryKey(k), w.values[i])
		}
	}
	for i := range w.lists {
		l := &w.lists[i]
		if l.keys == nil {
			remove(listKey(l.name))
		} else {
			set(listKey(l.name), bytesOf(l.keys))
		}
		if l.span.first == l.span.next {
			remove(spanKey(l.name.model, l.name.end))
		} else {
			set(spanKey(l.name.model, l.name.end), binary.AppendUvarint(binary.AppendUvarint(nil, l.span.first), l.span.next))
		}
	}
	for _, e := range w.ends {
		var data []byte
		last := int64(0)
		for _, end := range e.ends {
			data = binary.AppendVarint(data, end-last)
			last = end
		}
		if len(e.ends) == 0 {
			remove(endsKey(e.number))
		} else {
			set(endsKey(e.number), data)
		}
	}
	for _, m := range w.models {
		set(modelKey(m.number), m.state)
	}
	if w.index != nil {
		set(indexKey, w.index)
	}
	if w.out != nil {
		set(slotKey(w.out.slot), w.out.outcomes)
	}
	if w.taken != nil {
		remove(slotKey(*w.taken))
	}
	operations := make([]*storage.Operation, len(all))
	for i := range all {
		operations[i] = &all[i]
	}
	return operations
}

func (s *stored) size() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int64(s.unsavedBytes)
}

func (s *stored) outbox() (int, bool) { return s.slots.take(), true }

// close waits for what is queued.
func (s *stored) close(ctx context.Context) error {
	s.mu.Lock()
	for s.busy {
		s.idle.Wait()
	}
	unsaved := len(s.unsaved)
	s.mu.Unlock()
	if unsaved > 0 {
		s.retry()
	}
	s.mu.Lock()
	for s.busy {
		s.idle.Wait()
	}
	s.mu.Unlock()
	return s.client.Close(ctx)
}

// restore reads back what is known of the models. Only a storage that can't be read is an error; what is corrupt is left out.
func (s *stored) restore(ctx context.Context, into *models, lateness time.Duration) error {
	index, err := s.client.Get(ctx, indexKey)
	if err != nil {
		return fmt.Errorf("storage: %w", err)
	}
	if index == nil {
		return nil
	}
	numbers := map[string]int{}
	if err := json.Unmarshal(index, &numbers); err != nil {
		s.report.corrupt(ctx, "index of models", err)
		return nil
	}
	into.mu.Lock()
	defer into.mu.Unlock()
	for name, number := range numbers {
		m, err := s.restoreModel(ctx, name, number, lateness)
		if err != nil {
			return fmt.Errorf("storage: %w", err)
		}
		into.put(m)
		into.total += m.total()
	}
	into.changed = false
	return nil
}

var errShort = errors.New("it is cut off")

func (s *stored) restoreModel(ctx context.Context, name string, number int, lateness time.Duration) (*model, error) {
	m := newModel(name, number, time.Now())
	state, err := s.client.Get(ctx, modelKey(number))
	if err != nil {
		return nil, err
	}
	if state != nil && !m.restore(state) {
		s.report.corrupt(ctx, "model", errShort)
	}
	if m.greatest != noTime {
		m.watermark = m.greatest - int64(lateness)
	}
	data, err := s.client.Get(ctx, endsKey(number))
	if err != nil {
		return nil, err
	}
	last := int64(0)
	for len(data) > 0 {
		delta, n := binary.Varint(data)
		if n <= 0 {
			s.report.corrupt(ctx, "timers", errShort)
			break
		}
		data, last = data[n:], last+delta
		numbers, err := s.client.Get(ctx, spanKey(number, last))
		if err != nil {
			return nil, err
		}
		first, n := binary.Uvarint(numbers)
		next, k := binary.Uvarint(numbers[max(n, 0):])
		if n <= 0 || k <= 0 || next <= first {
			s.report.corrupt(ctx, "timer", errShort)
			continue
		}
		m.timers.spans[last] = &span{first, next}
		m.timers.earliest = min(m.timers.earliest, last)
	}
	return m, nil
}

// left are the outcomes that may not have been passed on when the process ended, by slot.
func (s *stored) left(ctx context.Context) (map[int][]byte, error) {
	operations := make([]*storage.Operation, maxSlots)
	for i := range operations {
		operations[i] = storage.GetOperation(slotKey(i))
	}
	if err := s.client.Batch(ctx, operations...); err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	found := map[int][]byte{}
	for i, op := range operations {
		if op.Value != nil {
			found[i] = op.Value
			s.slots.reserve(i)
		}
	}
	return found, nil
}

// slots are the places of the outbox: few, so that all of them can be looked at after a restart.
type slots struct {
	mu    sync.Mutex
	freed *sync.Cond
	taken [maxSlots]bool
}

func newSlots() slots { return slots{} }

// take waits for a free slot.
func (s *slots) take() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.freed == nil {
		s.freed = sync.NewCond(&s.mu)
	}
	for {
		for i, taken := range s.taken {
			if !taken {
				s.taken[i] = true
				return i
			}
		}
		s.freed.Wait()
	}
}

func (s *slots) reserve(slot int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken[slot] = true
}

func (s *slots) free(slot int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken[slot] = false
	if s.freed != nil {
		s.freed.Signal()
	}
}
