package profilesextension

import (
	"context"
	"errors"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// fileStorage makes, at each call, a real file_storage extension over the same folder, as a restart would.
func fileStorage(t *testing.T) (func() extension.Extension, component.ID) {
	t.Helper()
	folder := t.TempDir()
	factory := filestorage.NewFactory()
	return func() extension.Extension {
		config := factory.CreateDefaultConfig().(*filestorage.Config)
		config.Directory = folder
		made, err := factory.Create(context.Background(), extensiontest.NewNopSettings(factory.Type()), config)
		require.NoError(t, err)
		require.NoError(t, made.Start(context.Background(), nil))
		t.Cleanup(func() { require.NoError(t, made.Shutdown(context.Background())) })
		return made
	}, component.NewID(factory.Type())
}

func TestStorageMustBeOne(t *testing.T) {
	id := component.MustNewID("file_storage")
	r := newRig(t, func(c *Config) { c.Storage = &id })
	assert.Equal(t, []component.ID{id}, r.Dependencies())
	require.ErrorContains(t, r.Start(context.Background(), host{}), `storage: no extension "file_storage" is running`)
	require.ErrorContains(t, r.Start(context.Background(), host{id: r.profiles}), `storage: extension "file_storage" stores nothing`)
}

// brokenClient fails where it is told to.
type brokenClient struct {
	storage.Client
	broken bool
	kept   map[string][]byte
}

func (b *brokenClient) Get(_ context.Context, key string) ([]byte, error) { return b.kept[key], nil }

func (b *brokenClient) Batch(_ context.Context, operations ...*storage.Operation) error {
	if b.broken {
		return errors.New("disk full")
	}
	for _, o := range operations {
		if o.Type == storage.Delete {
			delete(b.kept, o.Key)
		} else {
			b.kept[o.Key] = o.Value
		}
	}
	return nil
}

func TestCollection(t *testing.T) {
	ctx := context.Background()
	client := &brokenClient{kept: map[string][]byte{}}
	s := (&store{client: client}).of("things")
	require.NoError(t, s.change(ctx, map[string][]byte{"a": []byte("1"), "b": []byte("2")}, []string{"never there"}))
	client.broken = true
	require.Error(t, s.change(ctx, map[string][]byte{"c": []byte("3")}, []string{"a"}))
	client.broken = false
	require.NoError(t, s.change(ctx, map[string][]byte{"d": []byte("4")}, []string{"b"}))

	read := func() map[string]string {
		things := map[string]string{}
		require.NoError(t, (&store{client: client}).of("things").load(ctx, func(name string, value []byte) error {
			things[name] = string(value)
			return nil
		}))
		return things
	}
	assert.Equal(t, map[string]string{"a": "1", "d": "4"}, read())
	require.NoError(t, s.clear(ctx))
	assert.Empty(t, read())
	assert.Empty(t, client.kept)

	client.kept["things/names"] = []byte("[broken")
	require.Error(t, s.load(ctx, func(string, []byte) error { return nil }))
	require.NoError(t, (&store{}).of("nothing").change(ctx, map[string][]byte{"a": nil}, nil), "without storage nothing is kept")
}
