package pipelines

import (
	"context"
	"errors"
	"sync"

	"go.opentelemetry.io/collector/component"
)

// Shared holds what the instances of a component share: one object for each configuration. The Collector makes an instance for each
// pipeline that a component is in, all with the same configuration. The zero value is ready.
type Shared[C comparable, T component.Component] struct {
	// mu is held while an object starts and shuts down, so that no instance runs before its object does.
	mu   sync.Mutex
	ones map[C]*one[T]
}

// one is an object and how many instances it has.
type one[T component.Component] struct {
	object    T
	instances int
	started   bool
}

// Instance is a component in one pipeline: the object starts with the first instance, and shuts down with the last.
type Instance[C comparable, T component.Component] struct {
	shared *Shared[C, T]
	cfg    C
	one    *one[T]
	gone   bool
}

var errGone = errors.New("this instance was shut down; make a new one")

// Instance makes an instance. Where there is none of that configuration, create makes its object. Each instance is to be shut down, whether
// it was started or not.
func (s *Shared[C, T]) Instance(cfg C, create func() (T, error)) (*Instance[C, T], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.ones[cfg]
	if o == nil {
		object, err := create()
		if err != nil {
			return nil, err
		}
		o = &one[T]{object: object}
		if s.ones == nil {
			s.ones = map[C]*one[T]{}
		}
		s.ones[cfg] = o
	}
	o.instances++
	return &Instance[C, T]{shared: s, cfg: cfg, one: o}, nil
}

// Object is what the instances share.
func (i *Instance[C, T]) Object() T { return i.one.object }

// Start starts the object, unless another instance did.
func (i *Instance[C, T]) Start(ctx context.Context, host component.Host) error {
	i.shared.mu.Lock()
	defer i.shared.mu.Unlock()
	switch {
	case i.gone:
		return errGone
	case i.one.started:
		return nil
	}
	if err := i.one.object.Start(ctx, host); err != nil {
		return err
	}
	i.one.started = true
	return nil
}

// Shutdown shuts the object down with its last instance, even if none was started: it may hold something since it was made. An instance
// that is made afterwards has an object of its own.
func (i *Instance[C, T]) Shutdown(ctx context.Context) error {
	i.shared.mu.Lock()
	defer i.shared.mu.Unlock()
	if i.gone {
		return nil
	}
	i.gone = true
	i.one.instances--
	if i.one.instances > 0 {
		return nil
	}
	delete(i.shared.ones, i.cfg)
	return i.one.object.Shutdown(ctx)
}
