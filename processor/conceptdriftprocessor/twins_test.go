package conceptdriftprocessor

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/leeway-ml/leeway/stats/loss"
)

func lossOf(score float64, positive bool) float64 { return loss.LogBinary(score, positive) }

var storageID = component.MustNewID("kept")

// plain is a storage extension that can do no more than it must, and fails when it is told to.
type plain struct {
	component.StartFunc
	component.ShutdownFunc
	mu          sync.Mutex
	entries     map[string][]byte
	written     int
	read, write error
}

func newPlain() *plain { return &plain{entries: map[string][]byte{}} }

func (p *plain) GetClient(context.Context, component.Kind, component.ID, string) (storage.Client, error) {
	return p, nil
}

func (p *plain) Get(ctx context.Context, key string) ([]byte, error) {
	op := storage.GetOperation(key)
	err := p.Batch(ctx, op)
	return op.Value, err
}

func (p *plain) Set(ctx context.Context, key string, value []byte) error {
	return p.Batch(ctx, storage.SetOperation(key, value))
}

func (p *plain) Delete(ctx context.Context, key string) error {
	return p.Batch(ctx, storage.DeleteOperation(key))
}

func (*plain) Close(context.Context) error { return nil }

func (p *plain) Batch(_ context.Context, ops ...*storage.Operation) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, op := range ops {
		if op.Type == storage.Get && p.read != nil {
			return p.read
		}
		if op.Type != storage.Get && p.write != nil {
			return p.write
		}
	}
	for _, op := range ops {
		switch op.Type {
		case storage.Get:
			op.Value = slices.Clone(p.entries[op.Key])
		case storage.Set:
			p.entries[op.Key] = slices.Clone(op.Value)
			p.written += len(op.Value)
		case storage.Delete:
			delete(p.entries, op.Key)
		}
	}
	return nil
}

func (p *plain) fail(read, write error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.read, p.write = read, write
}

func (p *plain) len() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.entries)
}

// copyOf is what would be found after a crash at this moment.
func (p *plain) copyOf() *plain {
	p.mu.Lock()
	defer p.mu.Unlock()
	return &plain{entries: maps.Clone(p.entries)}
}

// twins are a processor in two pipelines, which keeps everything before it acknowledges.
type twins struct {
	kept      *plain
	sink      *sink
	pipelines [2]*instance
}

func startTwins(t require.TestingT, kept *plain, take func(plog.Logs) error) *twins {
	p := &twins{kept: kept, sink: &sink{refuse: take}}
	cfg := createDefaultConfig().(*Config)
	watched(cfg)
	cfg.Storage, cfg.CheckpointInterval = &storageID, 0
	factory := NewFactory()
	for i := range p.pipelines {
		made, err := factory.CreateLogs(context.Background(), settings(), cfg, p.sink)
		require.NoError(t, err)
		require.NoError(t, made.Start(context.Background(), host{storageID: kept}))
		p.pipelines[i] = made.(*instance)
	}
	return p
}

func (p *twins) watcher() *watcher { return p.pipelines[0].shared }

func (p *twins) send(pipeline int, logs plog.Logs) error {
	return p.pipelines[pipeline].ConsumeLogs(context.Background(), logs)
}

func (p *twins) end(t require.TestingT) {
	for _, i := range p.pipelines {
		require.NoError(t, i.Shutdown(context.Background()))
	}
}

// killed is the processor that is started after a kill at this moment.
func (p *twins) killed(t require.TestingT) *twins {
	kept, take := p.kept.copyOf(), p.sink.refuse
	p.sink.setRefuse(func(plog.Logs) error { return errors.New("it is gone") })
	p.end(t)
	return startTwins(t, kept, take)
}
