package pebblestorage

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// BenchmarkSet writes batches of 1000 entries of 100 bytes. An operation is an entry.
func BenchmarkSet(b *testing.B) {
	for _, sync := range []bool{true, false} {
		b.Run(fmt.Sprintf("sync=%v", sync), func(b *testing.B) {
			ctx := context.Background()
			cfg := createDefaultConfig().(*Config)
			cfg.Directory, cfg.Sync = b.TempDir(), sync
			c := clientOf(b, open(b, cfg), component.KindProcessor, owner, "")
			value := make([]byte, 100)
			ops := make([]*storage.Operation, 0, 1000)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				ops = append(ops, storage.SetOperation(fmt.Sprintf("%016x", uint64(i)*0x9e3779b97f4a7c15), value))
				if len(ops) == cap(ops) {
					require.NoError(b, c.Batch(ctx, ops...))
					ops = ops[:0]
				}
			}
		})
	}
}

// BenchmarkGet reads entries at random out of 200,000, in batches of 1000; half of them are not there.
func BenchmarkGet(b *testing.B) {
	ctx := context.Background()
	cfg := createDefaultConfig().(*Config)
	cfg.Directory, cfg.Sync = b.TempDir(), false
	c := clientOf(b, open(b, cfg), component.KindProcessor, owner, "")
	key := func(i int) string { return fmt.Sprintf("%016x", uint64(i)*0x9e3779b97f4a7c15) }
	var ops []*storage.Operation
	for i := range 200_000 {
		if ops = append(ops, storage.SetOperation(key(i), make([]byte, 100))); len(ops) == 1000 {
			require.NoError(b, c.Batch(ctx, ops...))
			ops = nil
		}
	}
	b.ReportAllocs()
	ops = make([]*storage.Operation, 0, 1000)
	for i := 0; b.Loop(); i++ {
		ops = append(ops, storage.GetOperation(key(i*7919%400_000)))
		if len(ops) == cap(ops) {
			require.NoError(b, c.Batch(ctx, ops...))
			ops = ops[:0]
		}
	}
}
