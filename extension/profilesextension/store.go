package profilesextension

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// store keeps things in the storage extension. Without one they keep nothing.
type store struct{ client storage.Client }

// collection is a set of named things in the storage extension. Storage has no listing, so the names are kept beside them.
type collection struct {
	client storage.Client
	name   string
	names  map[string]bool
}

// maxNames is how many names of a collection are read back.
const maxNames = 1 << 20

func openStore(ctx context.Context, host component.Host, id *component.ID, own component.ID) (*store, error) {
	if id == nil {
		return &store{}, nil
	}
	found, ok := host.GetExtensions()[*id]
	if !ok {
		return nil, fmt.Errorf("storage: no extension %q is running; define it under extensions and name it in service::extensions", id)
	}
	extension, ok := found.(storage.Extension)
	if !ok {
		return nil, fmt.Errorf("storage: extension %q stores nothing; name a storage extension, as file_storage", id)
	}
	client, err := extension.GetClient(ctx, component.KindExtension, own, "")
	if err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	return &store{client: client}, nil
}

func (s *store) of(name string) *collection {
	return &collection{client: s.client, name: name, names: map[string]bool{}}
}

func (s *store) close(ctx context.Context) error {
	if s.client == nil {
		return nil
	}
	return s.client.Close(ctx)
}

// keeps is whether there is a storage extension behind it.
func (s *collection) keeps() bool { return s.client != nil }

func (s *collection) index() string { return s.name + "/names" }

func (s *collection) key(name string) string {
	digest := sha256.Sum256([]byte(name))
	return s.name + "/" + hex.EncodeToString(digest[:16])
}

// load calls take with everything in the collection. What can't be read is left out and told in the error.
func (s *collection) load(ctx context.Context, take func(name string, value []byte) error) error {
	if s.client == nil {
		return nil
	}
	content, err := s.client.Get(ctx, s.index())
	if err != nil || content == nil {
		return err
	}
	var names []string
	if err := json.Unmarshal(content, &names); err != nil {
		return fmt.Errorf("%s: %w", s.index(), err)
	}
	if len(names) > maxNames {
		return fmt.Errorf("%s: %d names", s.index(), len(names))
	}
	var errs []error
	for _, name := range names {
		s.names[name] = true
		value, err := s.client.Get(ctx, s.key(name))
		if err == nil && value == nil {
			err = errors.New("not there")
		}
		if err == nil {
			err = take(name, value)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s %q: %w", s.name, name, err))
		}
	}
	return errors.Join(errs...)
}

// change puts some things into the collection and takes others out, in one transaction.
func (s *collection) change(ctx context.Context, put map[string][]byte, remove []string) error {
	if s.client == nil || len(put)+len(remove) == 0 {
		return nil
	}
	names := make(map[string]bool, len(s.names)+len(put))
	for name := range s.names {
		names[name] = true
	}
	var operations []*storage.Operation
	for name, value := range put {
		names[name] = true
		operations = append(operations, storage.SetOperation(s.key(name), value))
	}
	for _, name := range remove {
		if names[name] {
			delete(names, name)
			operations = append(operations, storage.DeleteOperation(s.key(name)))
		}
	}
	if len(names) == 0 {
		operations = append(operations, storage.DeleteOperation(s.index()))
	} else {
		index, err := json.Marshal(slices.Sorted(maps.Keys(names)))
		if err != nil {
			return err
		}
		operations = append(operations, storage.SetOperation(s.index(), index))
	}
	if err := s.client.Batch(ctx, operations...); err != nil {
		return err
	}
	s.names = names
	return nil
}

// clear takes everything out.
func (s *collection) clear(ctx context.Context) error {
	return s.change(ctx, nil, slices.Collect(maps.Keys(s.names)))
}
