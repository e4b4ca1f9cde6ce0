package pebblestorage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// client is one component's part of the store: the keys that begin with its prefix.
type client struct {
	store  *store
	prefix string
	closed atomic.Bool
}

var (
	_ storage.Client = (*client)(nil)
	_ storage.Walker = (*client)(nil)
)

var errClosed = errors.New("this client of pebble_storage is closed")

// newClient makes the client. Kind, ID and name are escaped, so that no prefix begins with another one's.
func newClient(s *store, kind component.Kind, id component.ID, name string) *client {
	return &client{store: s, prefix: prefixOf(kind, id, name)}
}

func prefixOf(kind component.Kind, id component.ID, name string) string {
	parts := []string{kind.String(), id.String(), name}
	for i, part := range parts {
		parts[i] = url.QueryEscape(part) // leaves no slash
	}
	return strings.Join(parts, "/") + "/"
}

// Attributes of the counter, by type of operation.
var operations = map[storage.OpType]metric.AddOption{
	storage.Get:    operation("get"),
	storage.Set:    operation("set"),
	storage.Delete: operation("delete"),
}

var walked = operation("walk")

func operation(name string) metric.AddOption {
	return metric.WithAttributeSet(attribute.NewSet(attribute.String("operation", name)))
}

// Get reads an entry; nil where there is none.
func (c *client) Get(ctx context.Context, key string) ([]byte, error) {
	op := storage.GetOperation(key)
	err := c.Batch(ctx, op)
	return op.Value, err
}

// Set writes an entry.
func (c *client) Set(ctx context.Context, key string, value []byte) error {
	return c.Batch(ctx, storage.SetOperation(key, value))
}

// Delete deletes an entry.
func (c *client) Delete(ctx context.Context, key string) error {
	return c.Batch(ctx, storage.DeleteOperation(key))
}

// Batch does the operations in their order. What is written is written all or not at all.
func (c *client) Batch(ctx context.Context, ops ...*storage.Operation) error {
	return c.use(ctx, func(db *pebble.DB) error {
		var counts [3]int64
		for _, op := range ops {
			if operations[op.Type] == nil {
				return fmt.Errorf("operation of unknown type %d on %q", op.Type, op.Key)
			}
			counts[op.Type]++
		}
		if err := c.apply(ctx, db, ops, counts[storage.Get], counts[storage.Set]+counts[storage.Delete]); err != nil {
			return err
		}
		for t, n := range counts {
			if n > 0 {
				c.store.telemetry.PebbleStorageOperations.Add(ctx, n, operations[storage.OpType(t)])
			}
		}
		return nil
	})
}

// Walk calls fn for each entry, in the order of the keys, as they were at the beginning, and then does the operations that it
// returned.
func (c *client) Walk(ctx context.Context, fn storage.WalkFunc) error {
	return c.use(ctx, func(db *pebble.DB) error {
		c.store.telemetry.PebbleStorageOperations.Add(ctx, 1, walked)
		ops, err := c.walk(ctx, db, fn)
		if err != nil {
			return err
		}
		var gets, writes int64
		for _, op := range ops {
			if op.Type == storage.Get {
				gets++
			} else {
				writes++
			}
		}
		return c.apply(ctx, db, ops, gets, writes)
	})
}

func (c *client) walk(ctx context.Context, db *pebble.DB, fn storage.WalkFunc) (ops []*storage.Operation, err error) {
	lower := []byte(c.prefix)
	upper := []byte(c.prefix)
	upper[len(upper)-1]++ // the prefix ends with a slash
	it, err := db.NewIterWithContext(ctx, &pebble.IterOptions{LowerBound: lower, UpperBound: upper})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	for ok := it.First(); ok; ok = it.Next() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		value, err := it.ValueAndErr()
		if err != nil {
			return nil, err
		}
		more, err := fn(string(it.Key()[len(c.prefix):]), value)
		if err != nil && !errors.Is(err, storage.SkipAll) {
			return nil, err
		}
		ops = append(ops, more...)
		if err != nil {
			return ops, nil
		}
	}
	return ops, it.Error()
}

// Close ends the client; the store and what is in it stay.
func (c *client) Close(context.Context) error {
	c.closed.Store(true)
	return nil
}

// use calls f with the database, unless it is closed or broken, and makes an error of it where it breaks.
func (c *client) use(ctx context.Context, f func(*pebble.DB) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			broken, ok := r.(fatal)
			if !ok {
				panic(r)
			}
			err = broken.error
		}
		if err != nil {
			c.store.telemetry.PebbleStorageFailures.Add(ctx, 1)
		}
	}()
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.closed.Load() {
		return errClosed
	}
	c.store.mu.RLock()
	defer c.store.mu.RUnlock()
	if c.store.db == nil {
		return errNotRunning
	}
	if err := c.store.broken.error(); err != nil {
		return err
	}
	return f(c.store.db)
}

// apply does the operations; those that read see what those before them wrote.
func (c *client) apply(ctx context.Context, db *pebble.DB, ops []*storage.Operation, gets, writes int64) error {
	key := make([]byte, 0, len(c.prefix)+64)
	keyOf := func(op *storage.Operation) []byte {
		key = append(append(key[:0], c.prefix...), op.Key...)
		return key
	}
	if writes == 0 {
		if len(ops) >= manyGets {
			return c.getMany(ctx, db, ops)
		}
		for _, op := range ops {
			if err := get(db, keyOf(op), op); err != nil {
				return err
			}
		}
		return nil
	}
	size := 0
	for _, op := range ops {
		size += len(c.prefix) + len(op.Key) + len(op.Value) + 16
	}
	if err := c.store.room.check(size); err != nil {
		return err
	}
	batch := db.NewBatchWithSize(size)
	if gets > 0 {
		batch = db.NewIndexedBatchWithSize(size)
	}
	defer func() { _ = batch.Close() }() // what has to be said, Commit says
	for _, op := range ops {
		var err error
		switch op.Type {
		case storage.Get:
			err = get(batch, keyOf(op), op)
		case storage.Set:
			err = batch.Set(keyOf(op), op.Value, nil)
		case storage.Delete:
			err = batch.Delete(keyOf(op), nil)
		}
		if err != nil {
			return err
		}
	}
	start := time.Now()
	err := batch.Commit(pebble.Sync) // without Config.Sync, unsynced makes it a write to the operating system
	c.store.telemetry.PebbleStorageCommitDuration.Record(ctx, time.Since(start).Seconds())
	return err
}

func get(from pebble.Reader, key []byte, op *storage.Operation) error {
	value, closer, err := from.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		op.Value = nil
		return nil
	}
	if err != nil {
		return err
	}
	op.Value = append(make([]byte, 0, len(value)), value...)
	return closer.Close()
}

// manyGets are so many that it is worth sorting them.
const manyGets = 16

// getMany reads many entries in the order of their keys, so that what lies side by side is found together.
func (c *client) getMany(ctx context.Context, db *pebble.DB, ops []*storage.Operation) (err error) {
	sorted := slices.Clone(ops)
	slices.SortFunc(sorted, func(a, b *storage.Operation) int { return strings.Compare(a.Key, b.Key) })
	it, err := db.NewIterWithContext(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	key := make([]byte, 0, len(c.prefix)+64)
	for _, op := range sorted {
		key = append(append(key[:0], c.prefix...), op.Key...)
		op.Value = nil
		if !it.SeekPrefixGE(key) {
			if err := it.Error(); err != nil {
				return err
			}
			continue
		}
		if !bytes.Equal(it.Key(), key) {
			continue
		}
		value, err := it.ValueAndErr()
		if err != nil {
			return err
		}
		op.Value = append(make([]byte, 0, len(value)), value...)
	}
	return nil
}
