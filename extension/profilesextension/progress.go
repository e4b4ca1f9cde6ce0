package profilesextension

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"strconv"
	"sync"

	"go.uber.org/zap"

	"github.com/leeway-ml/leeway/profile"
)

// progress keeps unfinished learning in the storage extension: a collection of models, and for each of them one of its hours.
// A checkpoint writes the hours that changed.
type progress struct {
	store  *store
	models *collection
	hours  map[key]*collection

	mutex     sync.Mutex
	forgotten []key
}

// started is what is kept of a model beside its hours.
type started struct {
	Model   string `json:"model"`
	Version string `json:"version"`
	// End of the last profile made, in hours from the epoch; 0: none.
	End int64 `json:"end,omitempty"`
}

func newProgress(s *store) *progress {
	return &progress{store: s, models: s.of("learning"), hours: map[key]*collection{}}
}

func (p *progress) hoursOf(k key) *collection {
	s := p.hours[k]
	if s == nil {
		s = p.store.of(p.models.key(k.name()))
		p.hours[k] = s
	}
	return s
}

// forget takes a model away at the next checkpoint.
func (p *progress) forget(k key) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.forgotten = append(p.forgotten, k)
}

// restore brings back learned profiles and unfinished learning. What can't be read is told and left out.
func (l *learning) restore(ctx context.Context, store *store) {
	l.finished, l.progress = store.of("learned"), newProgress(store)
	if !l.finished.keeps() {
		l.reporter.log.Warn("learn without storage: learned profiles are lost with a restart. Set storage to keep them")
		return
	}
	entries := map[key]*entry{}
	err := l.finished.load(ctx, func(_ string, value []byte) error {
		p, err := profile.Read(bytes.NewReader(value))
		if err != nil {
			return err
		}
		e := newEntry(p, fromLearning, "learned, kept")
		entries[keyOf(p)] = e
		l.reporter.loaded(e)
		return nil
	})
	if err != nil {
		l.reporter.storage("Some learned profiles can't be read; they are learned anew", err)
	}
	l.profiles = maps.Clone(entries)
	l.reporter.beyond(l.catalog.set(fromLearning, entries))

	now := l.now()
	err = l.progress.models.load(ctx, func(_ string, value []byte) error {
		var m started
		if err := json.Unmarshal(value, &m); err != nil {
			return err
		}
		k := key{m.Model, m.Version}
		if len(l.states) >= l.config.MaxModels || !l.Wants(k.model, k.version) {
			l.progress.forget(k)
			return nil
		}
		s := l.newState(k, now)
		s.model.Resume(m.End)
		if e := l.profiles[k]; e != nil {
			s.model.Made(e.profile)
		}
		l.states[k] = s
		return l.progress.hoursOf(k).load(ctx, func(name string, value []byte) error {
			at, err := strconv.ParseInt(name, 10, 64)
			if err != nil {
				return err
			}
			return s.model.Restore(at, value, now)
		})
	})
	if err != nil {
		l.reporter.storage("Some unfinished learning can't be read; learning goes on without it", err)
	}
	for k, s := range l.states {
		l.reporter.log.Info("Learning goes on", append(whose(k), zap.Uint64("predictions", s.model.Predictions()))...)
	}
}

// checkpoint keeps what changed since the last one. It is called by one goroutine at a time.
func (l *learning) checkpoint(ctx context.Context) {
	p := l.progress
	if p == nil || !p.models.keeps() {
		return
	}
	ctx = context.WithoutCancel(ctx) // a shutdown does not make it stop half way
	p.mutex.Lock()
	forgotten := p.forgotten
	p.forgotten = nil
	p.mutex.Unlock()
	for _, k := range forgotten {
		p.drop(ctx, k, l.reporter)
	}
	for _, s := range l.all() {
		p.keep(ctx, s, l.reporter)
	}
}

func (p *progress) drop(ctx context.Context, k key, r *reporter) {
	hours := p.hoursOf(k)
	if len(hours.names) == 0 { // not loaded since the start, maybe
		_ = hours.load(ctx, func(string, []byte) error { return nil })
	}
	err := hours.clear(ctx)
	if err == nil {
		err = p.models.change(ctx, nil, []string{k.name()})
	}
	if err != nil {
		r.storage("What was learned of a model can't be removed from the storage extension", err, whose(k)...)
		return
	}
	delete(p.hours, k)
}

func (p *progress) keep(ctx context.Context, s *state, r *reporter) {
	s.mutex.Lock()
	if s.left {
		s.mutex.Unlock()
		return
	}
	changed, dropped := s.model.Changes()
	record := started{Model: s.key.model, Version: s.key.version, End: s.model.End()}
	s.mutex.Unlock()
	if len(changed)+len(dropped) == 0 {
		return
	}
	put := make(map[string][]byte, len(changed))
	for at, packed := range changed {
		put[strconv.FormatInt(at, 10)] = packed
	}
	var remove []string
	for _, at := range dropped {
		remove = append(remove, strconv.FormatInt(at, 10))
	}
	value, err := json.Marshal(record)
	if err == nil {
		err = p.models.change(ctx, map[string][]byte{s.key.name(): value}, nil)
	}
	if err == nil {
		err = p.hoursOf(s.key).change(ctx, put, remove)
	}
	if err != nil {
		s.mutex.Lock()
		s.model.Redo(changed, dropped)
		s.mutex.Unlock()
		r.storage("Unfinished learning can't be kept; a restart now would lose the last of it", err, whose(s.key)...)
	}
}

func encode(p *profile.Profile) ([]byte, error) {
	var content bytes.Buffer
	err := p.Write(&content)
	return content.Bytes(), err
}
